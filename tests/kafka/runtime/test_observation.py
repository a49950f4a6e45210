"""What a running worker tells of itself."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

LINE = b'{"level":"INFO","message":"hello","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}'


async def get(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


async def test_metrics_health_and_probes_of_a_worker_at_work(make_lane: Any, eventually: Any) -> None:
    lane = await make_lane()
    await lane.produce([LINE] * 20)
    await lane.produce([b""] * 2)
    async with lane.worker() as running:
        await lane.until_committed({0: 22})
        http = running.worker.presence._http.address
        status, metrics = await get(f"{http}/metrics")

        assert status == 200
        for sample in (
            f'weft_records_consumed_total{{topic="{lane.raw}"}} 22.0',
            'weft_records_enriched_total{dialect="winston"} 20.0',
            'weft_records_dead_total{reason="decode.empty",stage="decode"} 2.0',
            f'weft_lag_records{{partition="0",topic="{lane.raw}"}} 0.0',
            'weft_commits_total{result="done"}',
            "weft_rebalances_total 1.0",
            "weft_assigned 1.0",
        ):
            assert sample in metrics
        assert float(
            next(line for line in metrics.splitlines() if line.startswith("weft_bytes_produced_total")).split()[1]
        )
        assert [(await get(f"{http}/health/{probe}"))[0] for probe in ("live", "ready")] == [200, 200]

        await running.worker.ownership.release(1)

        assert (await get(f"{http}/health/ready"))[0] == 503
        assert "weft_lag_records{" not in (await get(f"{http}/metrics"))[1]  # owned partitions only


async def test_what_processors_do_is_seen_from_outside(make_lane: Any) -> None:
    lane = await make_lane()
    await lane.produce([b'{"level":"INFO","message":"mail to nobody@example.org"}'] * 20 + [LINE] * 20)
    async with lane.worker(processors=[{"name": "redact"}]) as running:
        await lane.until_committed({0: 40})
        http = running.worker.presence._http.address
        metrics = (await get(f"{http}/metrics"))[1].splitlines()
        report = json.loads((await get(f"{http}/health"))[1])

    assert 'weft_processor_records_total{processor="redact"} 20.0' in metrics
    assert 'weft_processor_failures_total{processor="redact"} 0.0' in metrics
    assert 'weft_redactions_total{kind="email"} 20.0' in metrics
    (redact,) = report["processors"]
    assert (redact["name"], redact["failures"], redact["breaker"]) == ("redact", 0, None)
    assert redact["changed_per_second"] > 0
