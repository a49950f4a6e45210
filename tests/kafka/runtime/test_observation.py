"""What a running worker tells of itself."""

from __future__ import annotations

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
            'weft_records_enriched_total{dialect="json"} 20.0',
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
