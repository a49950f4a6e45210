"""A few bytes that open to megabytes: the worker stays in the group, in its memory, and gets through."""

from __future__ import annotations

import json
import time
from typing import Any

import cramjam
import pytest
from aiokafka import AIOKafkaProducer

ARRAY = bytes(cramjam.zstd.compress(json.dumps([{"message": "x", "n": n} for n in range(5_000)]).encode()))


async def test_values_that_open_to_thousands_of_records_do_not_block_the_loop_or_fill_the_memory(
    make_lane: Any, eventually: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lane = await make_lane()
    await lane.produce([ARRAY] * 12)
    async with lane.worker(flow={"in_flight_bytes": 4_194_304}) as running:
        publisher, most, slowest = running.worker.publisher, 0, 0.0
        finish = running.worker.active.pipeline.finish

        def finish_observed(chunk: Any, answers: Any) -> Any:
            nonlocal most, slowest
            most = max(most, publisher.in_flight_bytes)
            began = time.process_time()
            outcome = finish(chunk, answers)
            slowest = max(slowest, time.process_time() - began)
            return outcome

        monkeypatch.setattr(running.worker.active.pipeline, "finish", finish_observed)
        await lane.until_committed({0: 12}, seconds=60)

    counts = (await lane.committed())[0].counts
    assert (counts.consumed, counts.enriched) == (12, 60_000)
    assert most < 4_194_304 + 6_000_000  # the bound, and one part over it
    assert slowest < 5


async def test_a_record_whose_headers_alone_are_too_much_for_a_dead_letter_is_kept_by_reference(make_lane: Any) -> None:
    lane = await make_lane()
    headers = [("weft.a", b"")] * 90_000
    async with AIOKafkaProducer(bootstrap_servers=lane.bootstrap, max_request_size=8_000_000) as producer:
        await producer.send_and_wait(lane.raw, b" ", key=b"k" * 2_000, partition=0, headers=headers)
    await lane.produce([b'{"message":"after it"}'])

    async with lane.worker() as running:
        await lane.until_committed({0: 2})

        assert running.exit_code is None

    ((value, found),) = await lane.dead_letters()
    assert value is None
    assert found["weft.dead.reason"] == b"decode.empty"
    assert "weft.dead.sha256" in found
    assert len(await lane.ids()) == 1
