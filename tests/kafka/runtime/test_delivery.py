"""What the runtime promises, on a real broker: nothing lost, nothing committed early, nothing in the way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from streams.types import Counts

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def log_lines(count: int, *, start: int = 0) -> list[bytes]:
    return [b'{"level":"INFO","message":"line %d","trace_id":"%s"}' % (n, TRACE.encode()) for n in range(start, count)]


async def test_every_record_becomes_one_output_and_the_commit_reaches_the_end(make_lane: Any) -> None:
    lane = await make_lane(partitions=2)
    await lane.produce(log_lines(500), partition=0)
    await lane.produce([b'{"broken'] * 3, partition=1, headers=[("content-type", b"application/json")])

    async with lane.worker():
        await lane.until_committed({0: 500, 1: 3})

    assert sorted(await lane.ids()) == sorted(f"{lane.raw}-0-{n}" for n in range(500))
    assert [value for value, _ in await lane.dead_letters()] == [b'{"broken'] * 3
    states = await lane.committed()
    assert states[0].counts == Counts(consumed=500, enriched=500)
    assert states[1].counts == Counts(consumed=3, dead=3)


async def test_counters_go_on_after_a_restart(make_lane: Any) -> None:
    lane = await make_lane()
    for _ in range(2):
        await lane.produce(log_lines(10))
        async with lane.worker():
            await lane.until_committed({0: 10})
    await lane.produce(log_lines(10))
    async with lane.worker():
        await lane.until_committed({0: 30})

    state = (await lane.committed())[0]
    assert (state.base, state.counts) == (0, Counts(consumed=30, enriched=30))
    assert len(await lane.ids()) == 30


async def test_one_record_at_offset_zero_is_committed(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce(log_lines(1))

    async with lane.worker():
        await lane.until_committed({0: 1})

    assert await lane.ids() == [f"{lane.raw}-0-0"]


async def test_a_trace_keeps_its_order_on_its_one_partition(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce(log_lines(300))

    async with lane.worker(flow={"chunk_records": 7}):
        await lane.until_committed({0: 300})

    records = await lane.read(lane.enriched)
    assert {record.key for record in records} == {TRACE.encode()}
    assert len({record.partition for record in records}) == 1
    assert [record["event_id"] for record in await lane.enriched_records()] == [f"{lane.raw}-0-{n}" for n in range(300)]


async def test_what_we_produce_carries_the_time_of_producing_and_the_original_is_kept(make_lane: Any) -> None:
    lane = await make_lane(raw_config={"message.timestamp.type": "CreateTime", "retention.ms": "-1"})
    old = 946_684_800_000  # 2000-01-01
    producer = AIOKafkaProducer(bootstrap_servers=lane.bootstrap)
    await producer.start()
    await producer.send_and_wait(lane.raw, log_lines(1)[0], partition=0, timestamp_ms=old)
    await producer.send_and_wait(lane.raw, b"", partition=0, timestamp_ms=old)
    await producer.stop()

    async with lane.worker():
        await lane.until_committed({0: 2})

    (enriched,) = await lane.read(lane.enriched)
    assert enriched.timestamp > old
    assert (await lane.enriched_records())[0]["observed_timestamp"] == "2000-01-01T00:00:00.000000000Z"
    ((_, headers),) = await lane.dead_letters()
    assert headers["weft.dead.timestamp_ms"] == str(old).encode()


async def test_aborted_transactions_are_not_read_and_control_records_do_not_stop_the_commit(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce(log_lines(2), transactional_id=f"good-{lane.raw}")
    producer = AIOKafkaProducer(bootstrap_servers=lane.bootstrap, transactional_id=f"bad-{lane.raw}")
    await producer.start()
    await producer.begin_transaction()
    await producer.send_and_wait(lane.raw, b"never", partition=0)
    await producer.abort_transaction()
    await producer.stop()

    async with lane.worker():
        await lane.until_committed({0: 5})  # two records, a marker, an aborted record, its marker

    assert await lane.ids() == [f"{lane.raw}-0-0", f"{lane.raw}-0-1"]
    assert (await lane.committed())[0].counts == Counts(consumed=2, enriched=2)


async def test_forged_weft_headers_are_kept_but_not_believed(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce([b""], headers=[("weft.dead.reason", b"forged"), ("weft.dead.topic", b"elsewhere"), ("x", b"1")])

    async with lane.worker():
        await lane.until_committed({0: 1})

    ((_, headers),) = await lane.dead_letters()
    assert headers["weft.dead.reason"] == b"decode.empty"
    assert headers["weft.dead.topic"] == lane.raw.encode()
    assert headers["weft.untrusted.dead.reason"] == b"forged"
    assert headers["x"] == b"1"


async def test_an_error_outside_the_pipeline_ends_the_process_and_a_replay_loses_nothing(
    make_lane: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = await make_lane()
    await lane.produce(log_lines(50))

    async with lane.worker() as running:

        def broken(chunk: Any, answers: Any) -> Any:
            raise ZeroDivisionError

        monkeypatch.setattr(running.worker.active.pipeline, "finish", broken)
        await asyncio.wait_for(running.failed.wait(), 20)

    assert running.exit_code == 70
    assert await lane.committed() == {} or (await lane.committed())[0].offset == 0

    async with lane.worker():
        await lane.until_committed({0: 50})

    assert len(set(await lane.ids())) == 50


async def test_memory_running_out_is_temporary(make_lane: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lane = await make_lane()
    await lane.produce(log_lines(1))

    async with lane.worker() as running:

        def out_of_memory(chunk: Any) -> Any:
            raise MemoryError

        monkeypatch.setattr(running.worker.active.pipeline, "prepare", out_of_memory)
        await asyncio.wait_for(running.failed.wait(), 20)

    assert running.exit_code == 75
