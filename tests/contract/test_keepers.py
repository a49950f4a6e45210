"""Days and persons out of stores: what is deleted, what stays, and what does not come back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from streams.sinks.governed import Group, OfTrace, Rule, Subject, WithAttribute, plan
from tests.governing import FIRST, HOSTILE, ITEMS, PERSON, PERSONAL, STORES, TRACE, GovernedStore, of

TODAY = date(2026, 3, 31)


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[GovernedStore]:
    """A store that holds ITEMS."""
    async with request.param(tmp_path) as opened:
        await opened.put(ITEMS)
        yield opened


async def test_days_are_told_from_the_counts(store: GovernedStore) -> None:
    service = ITEMS[0].record["resource"]["service.name"]
    logs, errors, metrics = (
        Group(signal, service, severity, 1) for signal, severity in (("log", 9), ("log", 17), ("metric", 9))
    )
    found = await store.keeper().days(date(2026, 3, 2))
    assert sorted((day.day, day.alone, sorted(day.groups)) for day in found) == [
        (date(1991, 1, 1), False, [logs]),
        (date(2026, 3, 1), True, [logs, errors, metrics]),
    ]


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        ([Rule(29)], [3, 4]),
        ([Rule(0)], []),
        ([Rule(0, below=17)], [1, 4]),
        ([Rule(0, signal="metric")], [0, 1, 3, 4, 5]),
        ([Rule(365)], [0, 1, 2, 3, 4]),
    ],
)
async def test_what_is_old_goes_and_all_else_stays(store: GovernedStore, rules: list[Rule], left: list[int]) -> None:
    keeper = store.keeper()
    deleted = [await keeper.delete(deletion) for deletion in plan(await keeper.days(TODAY), rules, TODAY)]
    assert sum(deleted) == len(ITEMS) - len(left)
    assert await store.found() == [ITEMS[number].event_id for number in left]
    assert await store.counted() == len(left)


async def test_what_was_planned_is_planned_no_more_once_it_is_done(store: GovernedStore) -> None:
    keeper, rules = store.keeper(), [Rule(0)]
    for deletion in plan(await keeper.days(TODAY), rules, TODAY):
        await keeper.delete(deletion)
    assert [*plan(await keeper.days(TODAY), rules, TODAY)] == []


async def test_what_came_after_the_plan_is_counted_with_what_goes(store: GovernedStore) -> None:
    """The audit book must not tell less than was deleted."""
    keeper = store.keeper()
    planned = {deletion.day: deletion for deletion in plan(await keeper.days(TODAY), [Rule(0)], TODAY)}
    await store.put([of(FIRST, 20)])
    assert await keeper.delete(planned[date.fromisoformat(FIRST)]) == 4


async def test_records_are_stored_again_where_days_were_deleted(store: GovernedStore) -> None:
    keeper = store.keeper()
    for deletion in plan(await keeper.days(TODAY), [Rule(0)], TODAY):
        await keeper.delete(deletion)
    await store.put([of(FIRST, 20), of(HOSTILE, 21)])
    assert await store.found() == ["raw-logs-0-20", "raw-logs-0-21"]


async def test_what_will_be_deleted_can_be_read_first(store: GovernedStore) -> None:
    keeper = store.keeper()
    planned = [*plan(await keeper.days(date(2026, 3, 2)), [Rule(0, below=17)], TODAY)]
    read = [record["event_id"] for deletion in planned for record in [one async for one in keeper.records(deletion)]]
    assert sorted(read) == [ITEMS[number].event_id for number in (0, 2, 5)]


SUBJECTS = [(WithAttribute("user.id", PERSON), [10, 12, 14]), (OfTrace(TRACE), [11, 13, 14])]


@pytest.mark.parametrize(("subject", "erased"), SUBJECTS, ids=["a person", "a trace"])
async def test_an_erased_subject_is_in_no_file_and_does_not_come_back(
    store: GovernedStore, subject: Subject, erased: list[int]
) -> None:
    await store.put(PERSONAL)
    assert await store.bytes_left(subject.needles)
    assert sum(one.records for one in await store.keeper().erase(subject)) == len(erased)
    assert not await store.bytes_left(subject.needles)
    left = sorted({sent.event_id for sent in [*ITEMS, *PERSONAL]} - {f"raw-logs-0-{number}" for number in erased})
    await store.put([*ITEMS, *PERSONAL])  # a replay
    assert await store.found() == left
    assert await store.counted() == len(left)
    assert not await store.bytes_left(subject.needles)


async def test_nothing_to_erase_is_no_error(store: GovernedStore) -> None:
    assert [*await store.keeper().erase(OfTrace("f" * 32))] == []
    assert await store.counted() == len(ITEMS)
