"""Records and batches that aiokafka cannot decode, on a real broker: neighbours arrive, the bad ones are named."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CorruptRecordException, for_code
from aiokafka.protocol.produce import ProduceRequest

from schemas.headers import unpack_headers
from streams.dev.cluster import EmbeddedKafka
from streams.kafka.lenient import UnreadablePartition, read_leniently
from streams.types import RawRecord

NewTopic = Callable[..., Awaitable[str]]
CODECS = {"plain": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
BAD_HEADERS = [(b"h", b"1"), (b"\xff\xfe", b"\0"), (b"null", None)]
LAST_DELTA_AT = 23


class Reader:
    """Reads a partition to its end; where `getmany` raises it reads leniently, as the chunk source does."""

    def __init__(self, bootstrap: str, tp: TopicPartition) -> None:
        self.values: list[bytes | None] = []
        self.records: dict[int, RawRecord] = {}
        self.undecodable: dict[int, str] = {}
        self.failures: list[Exception] = []
        self._bootstrap = bootstrap
        self._tp = tp

    async def run(self) -> None:
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, isolation_level="read_committed")
        async with consumer, asyncio.timeout(60):
            consumer.assign([self._tp])
            [end] = (await consumer.end_offsets([self._tp])).values()
            position = 0
            while position < end:
                position = await self._read(consumer, position)
            assert position == end

    async def _read(self, consumer: AIOKafkaConsumer, position: int) -> int:
        consumer.seek(self._tp, position)
        try:
            found: Sequence[RawRecord] = (await consumer.getmany(timeout_ms=1_000)).get(self._tp, [])
            next_offset: int = await consumer.position(self._tp)
        except (UnicodeDecodeError, CorruptRecordException) as failure:
            self.failures.append(failure)
            lenient = await read_leniently(consumer, self._tp, position)
            found, next_offset = lenient.records, lenient.next_offset
            self.undecodable.update(lenient.undecodable)
        self.values.extend(record.value for record in found)
        self.records.update((record.offset, record) for record in found)
        return next_offset


@asynccontextmanager
async def producing(bootstrap: str, **options: Any) -> AsyncIterator[AIOKafkaProducer]:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", **options) as producer:
        yield producer


async def produce(producer: AIOKafkaProducer, tp: TopicPartition, batch: bytes, transaction: str | None = None) -> None:
    """Send the batch as it is; aiokafka's own `send` takes no header name that is not UTF-8."""
    await producer.client.set_topics([tp.topic])
    leader = producer.client.cluster.leader_for_partition(tp)
    request = ProduceRequest(transaction, -1, 10_000, [(tp.topic, [(tp.partition, batch)])])
    response = await producer.client.send(leader, request)
    [(_, [(_, error_code, *_)])] = response.topics
    assert error_code == 0, for_code(error_code)


def bad_batch(writer: Any, tag: bytes, now: int, **options: Any) -> bytes:
    """Write a good record, one with a header name that is not UTF-8, and a good one."""
    good = [writer.Written(tag + b" before"), writer.Written(tag + b" after")]
    bad = writer.Written(tag + b" bad", BAD_HEADERS)
    data: bytes = writer.batch([good[0], bad, good[1]], timestamps=(now, now), **options)
    return data


async def read(bootstrap: str, tp: TopicPartition) -> Reader:
    reader = Reader(bootstrap, tp)
    await reader.run()
    return reader


@pytest.fixture
def now_ms() -> int:
    return int(time.time() * 1000)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
async def test_a_bad_header_name_between_good_records_stops_none_of_them(
    kafka: str, new_topic: NewTopic, writer: Any, now_ms: int, codec: int
) -> None:
    tp = TopicPartition(await new_topic(), 0)
    async with producing(kafka) as producer:
        await producer.send_and_wait(tp.topic, b"first")
        await produce(producer, tp, bad_batch(writer, b"a", now_ms, codec=codec))
        await producer.send_and_wait(tp.topic, b"middle")
        await produce(producer, tp, bad_batch(writer, b"b", now_ms, codec=codec))
        await producer.send_and_wait(tp.topic, b"last")

    reader = await read(kafka, tp)

    assert [type(failure) for failure in reader.failures] == [UnicodeDecodeError, UnicodeDecodeError]
    assert reader.values == [
        *(b"first", b"a before", b"a bad", b"a after"),
        *(b"middle", b"b before", b"b bad", b"b after", b"last"),
    ]
    assert list(reader.records) == list(range(9))
    assert list(reader.undecodable) == [2, 6]
    assert {reader.records[at].timestamp for at in (1, 2, 3)} == {now_ms}


async def test_the_bad_record_keeps_key_value_and_every_header(
    kafka: str, new_topic: NewTopic, writer: Any, now_ms: int
) -> None:
    tp = TopicPartition(await new_topic(), 0)
    async with producing(kafka) as producer:
        await produce(producer, tp, bad_batch(writer, b"a", now_ms))

    bad = (await read(kafka, tp)).records[1]

    *decodable, (name, packed) = bad.headers
    assert (bad.topic, bad.partition, bad.key, bad.value) == (tp.topic, 0, b"k", b"a bad")
    assert (decodable, name) == ([("h", b"1"), ("null", None)], "weft.dead.headers_b64")
    assert packed is not None
    assert unpack_headers(packed.decode()) == BAD_HEADERS


async def test_records_of_aborted_transactions_stay_unseen_and_those_of_committed_ones_arrive(
    kafka: str, new_topic: NewTopic, writer: Any, now_ms: int
) -> None:
    tp = TopicPartition(await new_topic(), 0)
    async with producing(kafka, transactional_id=f"{tp.topic}-t") as producer:
        for name, finish in (
            (b"aborted", producer.abort_transaction),
            (b"committed", producer.commit_transaction),
            (b"aborted again", producer.abort_transaction),
        ):
            await producer.begin_transaction()
            await producer.send_and_wait(tp.topic, name, partition=0)
            await _produce_in_transaction(producer, tp, writer, name, now_ms)
            await finish()

    reader = await read(kafka, tp)

    assert reader.failures
    assert reader.values == [b"committed", b"committed before", b"committed bad", b"committed after"]
    assert list(reader.undecodable) == [7]


async def _produce_in_transaction(
    producer: AIOKafkaProducer, tp: TopicPartition, writer: Any, tag: bytes, now: int
) -> None:
    """Send a bad batch of three records as the next of the open transaction."""
    manager: Any = producer._txn_manager
    identity = (manager.producer_id, manager.producer_epoch, manager.sequence_number(tp))
    batch = bad_batch(writer, tag, now, attributes=0x10, producer=identity)
    await produce(producer, tp, batch, manager.transactional_id)
    manager.increment_sequence_number(tp, 3)


HEALTHY, ROTTEN_RECORDS, ROTTEN_HEAD = range(3)
FLIPS = {ROTTEN_RECORDS: -1, ROTTEN_HEAD: LAST_DELTA_AT + 3}


@pytest.fixture(scope="module")
def rotten(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give a broker with topic `rotten`: three batches a partition, in two the second one changed on disk."""
    folder = tmp_path_factory.mktemp("rotten")
    properties = {"auto.create.topics.enable": "true", "num.partitions": str(len(FLIPS) + 1)}
    with EmbeddedKafka(folder, properties=properties) as cluster:
        ends = asyncio.run(_fill(cluster.bootstrap, folder))
        cluster.stop_node(1)
        for partition, at in FLIPS.items():
            segment = _segment(folder, partition)
            log = bytearray(segment.read_bytes())
            log[ends[partition][0] + at if at >= 0 else ends[partition][1] + at] ^= 0xFF
            segment.write_bytes(log)
        cluster.start_node(1)
        yield cluster.bootstrap


async def _fill(bootstrap: str, folder: Path) -> dict[int, list[int]]:
    """Write the batches; gives where each batch of a partition ends in its segment."""
    ends: dict[int, list[int]] = {HEALTHY: [], **{partition: [] for partition in FLIPS}}
    async with producing(bootstrap) as producer:
        await producer.partitions_for("rotten")
        for partition in ends:
            for number in range(3):
                batch = producer.create_batch()
                for index in range(3):
                    batch.append(key=None, value=b"%d.%d" % (number, index), timestamp=None)
                batch.close()
                await (await producer.send_batch(batch, "rotten", partition=partition))
                ends[partition].append(_segment(folder, partition).stat().st_size)
    return ends


def _segment(folder: Path, partition: int) -> Path:
    [segment] = folder.rglob(f"rotten-{partition}/00000000000000000000.log")
    return segment


async def test_a_batch_that_rotted_on_disk_becomes_one_record_and_the_others_arrive(rotten: str) -> None:
    reader = await read(rotten, TopicPartition("rotten", ROTTEN_RECORDS))

    assert [type(failure) for failure in reader.failures] == [CorruptRecordException]
    assert reader.values == [b"0.0", b"0.1", b"0.2", None, b"2.0", b"2.1", b"2.2"]
    assert reader.undecodable == {3: "MalformedBatch: the checksum does not match"}
    assert list(reader.records[3].headers) == [("weft.dead.count", b"3")]


async def test_a_batch_whose_head_rotted_is_unreadable_and_what_is_before_it_arrives(rotten: str) -> None:
    reader = Reader(rotten, TopicPartition("rotten", ROTTEN_HEAD))

    with pytest.raises(UnreadablePartition, match=r"^rotten-2 at offset 3: the checksum does not match, and its head"):
        await reader.run()

    assert reader.values == [b"0.0", b"0.1", b"0.2"]


async def test_a_partition_beside_rotten_ones_is_read_without_a_failure(rotten: str) -> None:
    reader = await read(rotten, TopicPartition("rotten", HEALTHY))

    assert len(reader.values) == 9
    assert not reader.failures
