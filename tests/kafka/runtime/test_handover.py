"""Handing partitions over in order: what is acknowledged is committed, what is not is not lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka import TopicPartition

LINE = b'{"level":"INFO","message":"hello","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}'
ONLY_AT_THE_END = {"commit_interval_seconds": 1_000}


async def test_a_stop_commits_what_is_acknowledged(make_lane: Any, eventually: Any) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 10)
    async with lane.worker(timing=ONLY_AT_THE_END) as running:
        await eventually(lambda: running.worker.ownership.assignments)
        tracker = running.worker.ownership.assignments[TopicPartition(lane.raw, 0)].tracker
        await eventually(lambda: tracker.prefix == 10)

        assert await running.stop() == 0

    assert (await lane.committed())[0].offset == 10


async def test_a_stop_waits_for_acknowledgements_in_flight(
    make_lane: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 10)
    async with lane.worker(timing=ONLY_AT_THE_END) as running:
        producer = running.worker.producer
        send, gate, asked = producer.send_batch, asyncio.Event(), asyncio.Event()

        async def send_when_the_gate_opens(*args: Any, **options: Any) -> Any:
            asked.set()
            await gate.wait()
            return await send(*args, **options)

        monkeypatch.setattr(producer, "send_batch", send_when_the_gate_opens)
        await asyncio.wait_for(asked.wait(), 20)
        running.lifecycle.stop()
        asyncio.get_running_loop().call_later(0.3, gate.set)

        assert await running.task == 0

    assert (await lane.committed())[0].offset == 10
    assert len(await lane.ids()) == 10


async def test_what_is_fetched_while_a_stop_commits_is_left_to_the_next_owner(
    make_lane: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 10)
    async with lane.worker(timing=ONLY_AT_THE_END) as running:
        consumer, ownership = running.worker.consumer, running.worker.ownership
        fetch, commit = consumer.getmany, ownership.commit
        committing, handed_out = asyncio.Event(), asyncio.Event()
        settled = False

        async def getmany_that_ends_during_the_commit(*tps: Any, **options: Any) -> Any:
            fetched = await fetch(*tps, **options)
            if fetched and settled:
                running.lifecycle.stop()
                await committing.wait()
                asyncio.get_running_loop().call_soon(handed_out.set)
            return fetched

        async def commit_once_it_was_handed_out() -> bool:
            committing.set()
            await handed_out.wait()
            return await commit()

        monkeypatch.setattr(consumer, "getmany", getmany_that_ends_during_the_commit)
        await eventually(lambda: ownership.assignments)
        tracker = ownership.assignments[TopicPartition(lane.raw, 0)].tracker
        await eventually(lambda: tracker.prefix == 10)
        settled = True
        monkeypatch.setattr(ownership, "commit", commit_once_it_was_handed_out)
        await lane.produce([LINE] * 5)

        assert await running.task == 0

    assert tracker.idle
    assert (await lane.committed())[0].offset == len(await lane.ids()) == 10


async def test_records_are_registered_before_anything_else_can_run(
    make_lane: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 20)
    async with lane.worker(flow={"chunk_records": 5}) as running:
        consumer, ownership = running.worker.consumer, running.worker.ownership
        fetch, rebalances = consumer.getmany, list[asyncio.Task[None]]()

        async def rebalance() -> None:
            await ownership.release(1)
            await ownership.take(consumer.assignment())

        async def getmany_with_a_rebalance_behind_it(*tps: Any, **options: Any) -> Any:
            fetched = await fetch(*tps, **options)
            if fetched and ownership.assigned and not rebalances:
                rebalances.append(asyncio.create_task(rebalance()))
            return fetched

        monkeypatch.setattr(consumer, "getmany", getmany_with_a_rebalance_behind_it)
        await lane.until_committed({0: 20})

        assert running.exit_code is None

    assert rebalances
    assert set(await lane.ids()) == {f"{lane.raw}-0-{n}" for n in range(20)}
