"""A record that Kafka's own client cannot read: the worker goes around it, and only it dies."""

from __future__ import annotations

import time
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.protocol.produce import ProduceRequest

from schemas.headers import unpack_headers

LINE = b'{"level":"INFO","message":"hello","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}'
HEADERS = [(b"h", b"1"), (b"\xff\xfe", b"\0")]


async def send(bootstrap: str, tp: TopicPartition, batch: bytes) -> None:
    """Send a batch as it is; aiokafka's `send` takes no header name that is not UTF-8."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        await producer.client.set_topics([tp.topic])
        leader = producer.client.cluster.leader_for_partition(tp)
        response = await producer.client.send(
            leader, ProduceRequest(None, -1, 10_000, [(tp.topic, [(tp.partition, batch)])])
        )
        [(_, [(_, error_code, *_)])] = response.topics
        assert error_code == 0


async def test_a_header_name_that_is_no_utf8_kills_its_record_alone(make_lane: Any, writer: Any) -> None:
    lane = await make_lane(partitions=2)
    now = int(time.time() * 1000)
    records = [writer.Written(LINE), writer.Written(b"bad one", HEADERS), writer.Written(LINE)]
    await lane.produce([LINE] * 3, partition=0)
    await send(lane.bootstrap, TopicPartition(lane.raw, 0), writer.batch(records, timestamps=(now, now)))
    await lane.produce([LINE] * 3, partition=0)
    await lane.produce([LINE] * 5, partition=1)

    async with lane.worker() as running:
        await lane.until_committed({0: 9, 1: 5})
        await lane.produce([LINE], partition=0)
        await lane.until_committed({0: 10})

        assert running.exit_code is None

    good = {f"{lane.raw}-0-{n}" for n in range(10) if n != 4} | {f"{lane.raw}-1-{n}" for n in range(5)}
    assert set(await lane.ids()) == good
    ((value, headers),) = await lane.dead_letters()
    assert value == b"bad one"
    assert headers["weft.dead.reason"] == b"decode.kafka"
    assert headers["weft.dead.offset"] == b"4"
    assert headers["h"] == b"1"
    assert unpack_headers(headers["weft.dead.headers_b64"].decode()) == HEADERS
