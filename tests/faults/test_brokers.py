"""Brokers of a cluster of three are bounced in turn under load: nothing is lost, altered or reordered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from streams.dev.cluster import EmbeddedKafka
from tests.faults.run import Report, Run
from tests.faults.waiting import deadline

RunUnder = Callable[..., Awaitable[Report]]
BROKERS = (1, 2, 3)


@pytest.mark.parametrize("how", [EmbeddedKafka.stop_node, EmbeddedKafka.kill])
async def test_each_broker_bounced_in_turn(
    kafka_cluster: EmbeddedKafka, run_under: RunUnder, how: Callable[[EmbeddedKafka, int], None]
) -> None:
    async def bounce(run: Run) -> None:
        """Take each broker away for a while, in a random order, until all were away and the time is over."""
        over = deadline(run.seconds)
        while not over():
            for broker in run.random.sample(BROKERS, len(BROKERS)):
                await run.working()
                run.fault()
                await asyncio.to_thread(how, kafka_cluster, broker)
                await run.gap(1, 5)
                await asyncio.to_thread(kafka_cluster.start_node, broker)

    report = await run_under(kafka_cluster.bootstrap, bounce)

    assert report.faults >= len(BROKERS)
