"""Workers are killed, stopped, frozen and moved about under load: nothing is lost, altered or reordered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.faults.run import Report, Run, deadline

RunUnder = Callable[..., Awaitable[Report]]
BURST = 10


async def kills(run: Run) -> None:
    """Kill at random gaps of 0 to 6 s, then in a burst; every victim is replaced at once."""
    over = deadline(run.seconds)
    while not over():
        await run.working()
        await run.gap(0, 6)
        await kill_one(run)
    for _ in range(BURST):
        await run.gap(0.1, 1)
        await kill_one(run)


async def kill_one(run: Run) -> None:
    await run.fleet.kill(run.random.choice(run.fleet.running))
    run.fault()
    await run.fleet.add()


async def test_workers_killed_at_random_moments(kafka: str, run_under: RunUnder) -> None:
    report = await run_under(kafka, kills)

    assert report.verdict.replays > 0, "void: no kill hit work that was not committed"
    assert report.generations > 1, "void: no rebalance"
