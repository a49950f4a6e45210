"""Workers are killed, stopped, frozen and moved about under load: nothing is lost, altered or reordered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from tests.faults.fleet import SESSION_SECONDS, Worker
from tests.faults.run import RESUME_SECONDS, WORKERS, Report, Run
from tests.faults.waiting import deadline, until

RunUnder = Callable[..., Awaitable[Report]]
SECONDS_PER_BURST_KILL = 3
ROUNDS = 3
MOST_WORKERS = 5


async def kills(run: Run) -> None:
    """Kill at random gaps of 0 to 6 s, then in a burst at 0.1 to 1 s; every victim is replaced at once."""
    over = deadline(run.seconds)
    while not over():
        await run.working()
        await run.gap(0, 6)
        await kill_one(run)
    for _ in range(int(run.seconds / SECONDS_PER_BURST_KILL)):
        await run.gap(0.1, 1)
        await kill_one(run)


async def kill_one(run: Run) -> None:
    run.fault()
    await run.fleet.kill(run.random.choice(run.fleet.running))
    await run.fleet.add()


async def test_workers_killed_at_random_moments(kafka: str, run_under: RunUnder) -> None:
    report = await run_under(kafka, kills)

    assert report.verdict.replays > 0, "void: no kill hit work that was not committed"
    assert report.generations > 1, "void: no rebalance"


async def comings_and_goings(run: Run) -> None:
    """Stop, replace and add workers."""
    over = deadline(run.seconds)
    while not over():
        await run.working()
        await run.gap(0, 2)
        await change_one(run)


async def change_one(run: Run) -> None:
    run.fault()
    fewer, more = run.random.choice([(1, 0), (0, 1), (1, 1)])
    if fewer and len(run.fleet.running) > 1:
        await run.fleet.stop(run.random.choice(run.fleet.running))
    if more and len(run.fleet.running) < MOST_WORKERS:
        await run.fleet.add()


async def test_workers_stopped_replaced_and_added(kafka: str, run_under: RunUnder) -> None:
    report = await run_under(kafka, comings_and_goings)

    assert report.generations > 1, "void: no rebalance"


async def rolling_bounce(run: Run) -> None:
    """Replace every worker in turn, each once the one before works."""
    for _ in range(ROUNDS):
        for worker in list(run.fleet.running):
            run.fault()
            await run.fleet.stop(worker)
            successor = await run.fleet.add()
            await until(partial(successor.events, "ready"), RESUME_SECONDS)
            await run.working()


async def test_a_clean_rolling_bounce_does_not_even_repeat_a_record(kafka: str, run_under: RunUnder) -> None:
    report = await run_under(kafka, rolling_bounce)

    assert report.faults == ROUNDS * WORKERS
    assert report.generations > report.faults, "void: no rebalance"
    assert report.verdict.replays == 0, report.verdict.examples["replays"]


async def storm(run: Run) -> None:
    """Add or take away a worker about every two seconds, whether or not the group has settled."""
    over = deadline(run.seconds)
    while not over():
        await run.gap(1.5, 2.5)
        run.fault()
        if len(run.fleet.running) <= WORKERS:
            await run.fleet.add()
        else:
            await run.fleet.stop(run.random.choice(run.fleet.running))


async def test_a_storm_of_rebalances(kafka: str, run_under: RunUnder) -> None:
    report = await run_under(kafka, storm)

    assert report.generations > report.faults // 2, "void: too few rebalances"


async def zombies(run: Run) -> None:
    """Freeze one or two workers until the group goes on without them, then let them go on where they were.

    The next are frozen when all are members again: the group would not notice the loss of one that is none.
    """
    over = deadline(run.seconds)
    while not over():
        await run.working()
        await run.gap(0, 1)
        frozen = run.random.sample(run.fleet.running, run.random.choice([1, 1, 2]))
        run.fault()
        joined = {worker: len(worker.events("assigned")) for worker in frozen}
        for worker in frozen:
            worker.freeze()
        await replaced(run, frozen)
        for worker in frozen:
            worker.thaw()
        await until(
            lambda: all(len(worker.events("assigned")) > before for worker, before in joined.items()),  # noqa: B023 - within this turn
            RESUME_SECONDS,
        )


async def replaced(run: Run, frozen: list[Worker]) -> None:
    """Wait until those that are not frozen have shared everything, later than the session timeout."""
    generation = run.fleet.generations
    await run.gap(SESSION_SECONDS, SESSION_SECONDS + 3)
    await until(lambda: run.fleet.generations > generation, RESUME_SECONDS)


async def test_workers_frozen_beyond_the_session_timeout(kafka: str, run_under: RunUnder) -> None:
    report = await run_under(kafka, zombies)

    assert report.generations > report.faults, "void: no rebalance"
