"""Where outcomes go, and when a bundle counts as acknowledged."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, MessageSizeTooLargeError

from streams.errors import UnexpectedState
from streams.kafka.commits import Bundle
from streams.kafka.publisher import Publisher
from streams.metrics import Metrics
from streams.testing import FakeRecord
from streams.types import Counts, DeadLetter, JoinedRecord, Outcome

ID_A, ID_B = b"a" * 32, b"b" * 32


class Published:
    """A publisher on a fake producer with what became of its bundles."""

    def __init__(self, producer: Any) -> None:
        self.producer = producer
        self.settled: list[Bundle] = []
        self.failures: list[BaseException] = []
        self.publisher = Publisher(
            producer,
            enriched_topic="enriched",
            dead_topic="dead-letters",
            dead_letter=lambda letter: (letter.raw.key, letter.raw.value, [("reason", letter.reason.encode())]),
            by_reference=lambda letter: (None, None, [("reference", letter.reason.encode())]),
            metrics=Metrics(),
            on_failure=self.failures.append,
        )
        self.publisher.start()

    def publish(self, keys: Sequence[bytes | None], dead: Sequence[bytes] = (), source_partition: int = 0) -> Bundle:
        raws = [FakeRecord(offset=n, partition=source_partition) for n in range(len(keys))]
        bad = [FakeRecord(value, partition=source_partition) for value in dead]
        letters = [DeadLetter(raw, "decode.json", "decode", "x") for raw in bad]
        counts = Counts(consumed=len(keys) + len(dead), enriched=len(keys), dead=len(dead))
        outcome = Outcome(list(keys), [b"v%d" % n for n in range(len(keys))], [*raws], letters, counts, 0, {})
        bundle = Bundle(1, counts, 0.0)
        self.publisher.publish(outcome, bundle, source_partition, lambda: self.settled.append(bundle))
        return bundle


@pytest.fixture
async def published(make_producer: Any) -> AsyncIterator[Any]:
    started: list[Published] = []

    def start(**options: Any) -> Published:
        started.append(Published(make_producer({"enriched": 3, "dead-letters": 2}, **options)))
        return started[-1]

    yield start
    for one in started:
        await one.publisher.stop()


async def test_a_key_decides_the_partition_and_its_records_keep_their_order(published: Any, eventually: Any) -> None:
    one = published()
    one.publish([ID_A, ID_B, ID_A, None], source_partition=4)
    await eventually(lambda: one.settled)

    where = {value: tp for tp, values in one.producer.log.items() for value in values}
    assert where[b"v0"] == where[b"v2"]
    assert one.producer.log[where[b"v0"]].index(b"v0") < one.producer.log[where[b"v0"]].index(b"v2")
    assert where[b"v3"] == TopicPartition("enriched", 4 % 3)


async def test_a_dead_letter_goes_to_its_source_partition_modulo_n(published: Any, eventually: Any) -> None:
    one = published()
    one.publish([], dead=[b"bad"], source_partition=5)
    await eventually(lambda: one.settled)

    assert one.producer.log == {TopicPartition("dead-letters", 1): [b"bad"]}


async def test_a_bundle_settles_only_when_every_output_is_acknowledged(published: Any, eventually: Any) -> None:
    one = published(manual=True)
    one.publish([ID_A, None], dead=[b"bad"])
    await eventually(lambda: len(one.producer.unacknowledged) == 3)

    assert one.settled == []
    assert one.publisher.in_flight_bytes == len(b"v0" + b"v1" + b"bad" + b"reason" + b"decode.json")

    one.producer.release()
    await eventually(lambda: one.settled)

    assert one.publisher.in_flight_bytes == 0


async def test_a_bundle_without_outputs_settles_at_once(published: Any) -> None:
    one = published()
    bundle = one.publish([])

    assert one.settled == [bundle]


async def test_a_record_that_the_broker_finds_too_large_becomes_a_dead_letter(published: Any, eventually: Any) -> None:
    one = published()
    one.producer.failure = lambda tp, batch: MessageSizeTooLargeError() if tp.topic == "enriched" else None

    bundle = one.publish([None])
    await eventually(lambda: one.settled)

    assert one.producer.headers[TopicPartition("dead-letters", 0)] == [[("reason", b"limit.size")]]
    assert (bundle.counts.enriched, bundle.counts.dead, bundle.counts.balance) == (0, 1, 0)


async def test_a_joined_record_that_the_broker_finds_too_large_becomes_a_dead_letter_a_line(
    published: Any, eventually: Any
) -> None:
    one = published()
    one.producer.failure = lambda tp, batch: MessageSizeTooLargeError() if tp.topic == "enriched" else None
    lines = (FakeRecord(b"head", 0), FakeRecord(b"frame", 1))
    joined = JoinedRecord(lines, "raw-logs", 0, 0, 0, None, b"head\nframe", (), ("multiline",))
    bundle = Bundle(2, Counts(consumed=2, enriched=1, joined=1), 0.0)

    outcome = Outcome([None], [b"v"], [joined], [], bundle.counts, 1, {})
    one.publisher.publish(outcome, bundle, 0, lambda: one.settled.append(bundle))
    await eventually(lambda: one.settled)

    assert one.producer.log == {TopicPartition("dead-letters", 0): [b"head", b"frame"]}
    assert bundle.counts == Counts(consumed=2, dead=2)


async def test_a_dead_letter_that_is_too_large_is_kept_by_reference(published: Any, eventually: Any) -> None:
    one = published()
    one.producer.failure = lambda tp, batch: MessageSizeTooLargeError() if batch.records[0][1] else None

    one.publish([], dead=[b"bad"])
    await eventually(lambda: one.settled)

    assert one.producer.log == {TopicPartition("dead-letters", 0): [None]}


async def test_a_failed_writer_is_reported(published: Any, eventually: Any) -> None:
    one = published()
    one.producer.failure = lambda tp, batch: KafkaError("gone")

    one.publish([None])
    await eventually(lambda: one.failures)

    assert one.settled == []


async def test_a_changed_number_of_output_partitions_is_noticed(published: Any) -> None:
    one = published()

    assert one.publisher.repartitioned is None

    one.producer.topics = {"enriched": 4, "dead-letters": 2}

    assert one.publisher.repartitioned == "enriched"


async def test_a_missing_output_topic_refuses_the_start(make_producer: Any) -> None:
    with pytest.raises(UnexpectedState, match="dead-letters is missing"):
        Published(make_producer({"enriched": 1}))
