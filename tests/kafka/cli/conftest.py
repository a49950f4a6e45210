"""`weft` runs the command line in this process on a broker, with topics and a group that no other test has."""

from __future__ import annotations

import asyncio
import os
import sys
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from streams.cli import main

T = TypeVar("T")


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class Names(NamedTuple):
    """Topics and group of one test."""

    raw: str
    enriched: str
    dead: str
    group: str


class _Written(NamedTuple):
    """A record to write."""

    topic: str
    partition: int
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()
    key: bytes | None = None


class Weft(Protocol):
    def __call__(self, *arguments: str, stdin: bytes = b"") -> Ran: ...


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Names:
    own = uuid.uuid4().hex[:12]
    names = Names(f"raw-{own}", f"enriched-{own}", f"dead-{own}", f"group-{own}")
    for name in [name for name in os.environ if name.startswith("WEFT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("WEFT_RAW_TOPICS", names.raw)
    monkeypatch.setenv("WEFT_ENRICHED_TOPIC", names.enriched)
    monkeypatch.setenv("WEFT_DEAD_TOPIC", names.dead)
    monkeypatch.setenv("WEFT_GROUP", names.group)
    monkeypatch.setenv("WEFT_STATE_DIR", str(tmp_path))
    return names


@pytest.fixture
def bootstrap(request: pytest.FixtureRequest) -> str:
    """The session's broker; a module that needs another overrides this."""
    return str(request.getfixturevalue("kafka"))


@pytest.fixture
def weft(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    names: Names,
    bootstrap: str,
) -> Weft:
    monkeypatch.setenv("WEFT_BROKERS", bootstrap)

    def run(*arguments: str, stdin: bytes = b"") -> Ran:
        given = tmp_path / "stdin"
        given.write_bytes(stdin)
        monkeypatch.setattr(sys, "argv", ["weft", *arguments])
        with given.open() as file:
            monkeypatch.setattr(sys, "stdin", file)
            with pytest.raises(SystemExit) as ended:
                main()
        return Ran(int(ended.value.code or 0), *capsys.readouterr())

    return run


class Log:
    """A test's own way to read and write topics, independent of the product's."""

    Written = _Written

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    def topics(self) -> set[str]:
        async def read(consumer: AIOKafkaConsumer) -> set[str]:
            return set(await consumer.topics())

        return self._consume(read)

    def records(self, topic: str) -> list[ConsumerRecord[Any, Any]]:
        """Give everything in a topic, by partition and offset."""

        async def read(consumer: AIOKafkaConsumer) -> list[ConsumerRecord[Any, Any]]:
            if topic not in await consumer.topics():
                raise AssertionError(f"{topic} does not exist")
            consumer.assign([TopicPartition(topic, 0)])
            await consumer.end_offsets(consumer.assignment())
            partitions = [TopicPartition(topic, n) for n in consumer.partitions_for_topic(topic) or ()]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await consumer.end_offsets(partitions)
            found: list[ConsumerRecord[Any, Any]] = []
            while any([await consumer.position(tp) < end for tp, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    found += records
            return sorted(found, key=lambda record: (record.partition, record.offset))

        return self._consume(read)

    def commit(self, group: str, offsets: dict[TopicPartition, tuple[int, str]]) -> None:
        async def write(consumer: AIOKafkaConsumer) -> None:
            consumer.assign(list(offsets))
            await consumer.commit(offsets)

        self._consume(write, group_id=group)

    def send(self, records: Sequence[_Written]) -> None:
        """Write in order, each acknowledged before the next."""

        async def write() -> None:
            async with AIOKafkaProducer(bootstrap_servers=self._bootstrap) as producer:
                await _write(producer, records)

        asyncio.run(write())

    def transact(self, records: Sequence[_Written], *, abort: bool = False) -> None:
        """Write in one transaction, which leaves a control record behind."""

        async def write() -> None:
            name = f"t-{uuid.uuid4().hex}"
            async with AIOKafkaProducer(bootstrap_servers=self._bootstrap, transactional_id=name) as producer:
                await producer.begin_transaction()
                await _write(producer, records)
                await (producer.abort_transaction() if abort else producer.commit_transaction())

        asyncio.run(write())

    def _consume(self, work: Callable[[AIOKafkaConsumer], Awaitable[T]], **options: Any) -> T:
        async def run() -> T:
            async with AIOKafkaConsumer(
                bootstrap_servers=self._bootstrap,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                **options,
            ) as consumer:
                await asyncio.sleep(0)  # closing at once fails on a task that has not begun
                return await work(consumer)

        return asyncio.run(run())


async def _write(producer: AIOKafkaProducer, records: Sequence[_Written]) -> None:
    for record in records:
        await producer.send_and_wait(
            record.topic, record.value, record.key, record.partition, headers=list(record.headers)
        )


@pytest.fixture
def log(bootstrap: str) -> Log:
    return Log(bootstrap)
