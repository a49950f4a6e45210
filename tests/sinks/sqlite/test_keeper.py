"""Days and persons out of SQLite files: what is deleted, what stays, and what a writer beside it notices."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from streams.errors import ConfigurationError
from streams.sinks.base import OK, Item, Unavailable
from streams.sinks.governed import Day, Deletion, Group, OfTrace, Rule, Subject, WithAttribute, plan
from streams.sinks.sqlite import erasure
from streams.sinks.sqlite.connections import open_writer
from streams.sinks.sqlite.keeper import SqliteKeeper
from streams.sinks.sqlite.sink import SqliteSink
from tests.sinks.sqlite.records import batch, counted, files_in, found, item, sink_in, stored

TODAY = date(2026, 3, 31)
FIRST, SECOND = "2026-03-01", "2026-03-02"
HOSTILE = "1991-01-01"
PERSON = "person-7f3a9c"
TRACE = "5cf92f3577b34da6a3ce929d0e0e4736"


def of(day: str, number: int, **changes: object) -> Item:
    return item(number, at=f"{day}T12:00:00.000000000Z", **{"severity_number": 9, **changes})


ITEMS = [
    of(FIRST, 0),
    of(FIRST, 1, severity_number=17),
    of(FIRST, 2, kind="metric_sum"),
    of(SECOND, 3),
    of(SECOND, 4, severity_number=17),
    of(HOSTILE, 5),
]
"""Two days with a file each, and one in the overflow."""


class Folder:
    """A folder that holds ITEMS, and how records are stored in it."""

    def __init__(self, path: Path, sink: SqliteSink | None) -> None:
        self.path = path
        self.keeper = SqliteKeeper(path)
        self._sink = sink

    async def put(self, items: list[Item]) -> None:
        if self._sink is None:
            await stored(self.path, items)
        else:
            await write(self._sink, items)

    async def found(self) -> list[str]:
        return sorted(await found(self.path))

    def counted(self) -> int:
        """How many records the counts tell of."""
        return sum(row[-1] for file in self.path.glob("*.db") for row in counted_in(file))


def counted_in(file: Path) -> list[tuple[Any, ...]]:
    with closing(open_writer(file)) as connection:
        return counted(connection)


async def write(sink: SqliteSink, items: list[Item]) -> None:
    assert [*await sink.write(batch(items))] == [OK] * len(items)


@pytest.fixture(params=["alone", "beside its sink"])
async def folder(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Folder]:
    """Its sink runs, or none does."""
    await stored(tmp_path, ITEMS)
    if request.param == "alone":
        yield Folder(tmp_path, None)
    else:
        async with sink_in(tmp_path) as sink:
            yield Folder(tmp_path, sink)


def name_of(sent: Item) -> str:
    return str(sent.record["resource"]["service.name"])


async def test_days_are_told_from_the_counts(folder: Folder) -> None:
    days = await folder.keeper.days(date(2026, 3, 2))
    assert sorted(days) == [
        Day(date(1991, 1, 1), False, [Group("log", name_of(ITEMS[5]), ITEMS[5].record["severity_number"], 1)]),
        Day(
            date(2026, 3, 1),
            True,
            [
                Group("log", name_of(ITEMS[0]), ITEMS[0].record["severity_number"], 1),
                Group("log", name_of(ITEMS[1]), 17, 1),
                Group("metric", name_of(ITEMS[2]), ITEMS[2].record["severity_number"], 1),
            ],
        ),
    ]


async def deleted(path: Path, *rules: Rule) -> list[int]:
    keeper = SqliteKeeper(path)
    return [await keeper.delete(deletion) for deletion in plan(await keeper.days(TODAY), rules, TODAY)]


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (Rule(29), [3, 4]),
        (Rule(0), []),
        (Rule(0, below=17), [1, 4]),
        (Rule(0, signal="metric"), [0, 1, 3, 4, 5]),
        (Rule(365), [0, 1, 2, 3, 4]),
    ],
)
async def test_what_is_old_goes_and_all_else_stays(folder: Folder, rule: Rule, left: list[int]) -> None:
    assert sum(await deleted(folder.path, rule)) == len(ITEMS) - len(left)
    assert await folder.found() == [ITEMS[number].event_id for number in left]
    assert folder.counted() == len(left)


async def test_the_file_of_a_day_goes_where_nobody_writes(tmp_path: Path) -> None:
    await stored(tmp_path, ITEMS)
    await deleted(tmp_path, Rule(29))
    assert files_in(tmp_path) >= {"2026-03-02.db", "overflow.db"}
    assert not any(name.startswith(FIRST) for name in files_in(tmp_path))


async def test_a_writer_goes_on_in_a_day_that_was_deleted_under_it(tmp_path: Path) -> None:
    async with sink_in(tmp_path) as sink:
        await write(sink, ITEMS[:3])
        await deleted(tmp_path, Rule(0))
        await write(sink, [of(FIRST, 9)])
    assert await found(tmp_path) == ["raw-logs-0-9"]


async def test_what_will_be_deleted_can_be_read_first(folder: Folder) -> None:
    wanted = Deletion(date(2026, 3, 1), True, (await folder.keeper.days(date(2026, 3, 2)))[-1].groups)
    read = [record async for record in folder.keeper.records(wanted)]
    assert sorted(record["event_id"] for record in read) == [sent.event_id for sent in ITEMS[:3]]


PERSONAL = [
    of(FIRST, 10, attributes={"user.id": PERSON, "note": "left"}, body=f"{PERSON} came"),
    of(FIRST, 11, trace_id=TRACE),
    of(SECOND, 12, kind="metric_sum", attributes={"user.id": PERSON}),
    of(SECOND, 13, body=f"it follows {TRACE}", trace_id=None),
    of(HOSTILE, 14, attributes={"user.id": PERSON}, trace_id=TRACE),
]


def bytes_left(directory: Path, *needles: bytes) -> list[str]:
    """The files in which any of the needles lies."""
    return [path.name for path in directory.iterdir() if any(needle in path.read_bytes() for needle in needles)]


@pytest.mark.parametrize(
    ("subject", "erased"),
    [(WithAttribute("user.id", PERSON), [10, 12, 14]), (OfTrace(TRACE), [11, 13, 14])],
    ids=["a person", "a trace"],
)
async def test_an_erased_subject_is_in_no_file_and_does_not_come_back(
    folder: Folder, subject: Subject, erased: list[int]
) -> None:
    await folder.put(PERSONAL)
    assert bytes_left(folder.path, *subject.needles)
    assert sum(one.records for one in await folder.keeper.erase(subject)) == len(erased)
    assert not bytes_left(folder.path, *subject.needles)
    left = sorted({sent.event_id for sent in [*ITEMS, *PERSONAL]} - {f"raw-logs-0-{number}" for number in erased})
    await folder.put([*ITEMS, *PERSONAL])  # a replay
    assert await folder.found() == left
    assert folder.counted() == len(left)
    assert not bytes_left(folder.path, *subject.needles)


async def test_what_was_erased_does_not_come_back_by_a_rewrite(tmp_path: Path) -> None:
    await stored(tmp_path, PERSONAL)
    subject = OfTrace(TRACE)
    await SqliteKeeper(tmp_path).erase(subject)
    await stored(tmp_path, PERSONAL, rewrite=True)
    assert sorted(await found(tmp_path)) == ["raw-logs-0-10", "raw-logs-0-12"]
    assert not bytes_left(tmp_path, *subject.needles)


async def test_bytes_that_an_earlier_version_left_behind_are_erased_too(tmp_path: Path) -> None:
    """Nothing refers to them, so that no search of records finds them."""
    await stored(tmp_path, PERSONAL)
    await stored(tmp_path, [sent._replace(value=sent.value.replace(PERSON.encode(), b"x")) for sent in PERSONAL])
    keeper, subject = SqliteKeeper(tmp_path), WithAttribute("user.id", PERSON)
    await deleted(tmp_path, Rule(0, signal="log"), Rule(0, signal="metric"))
    await keeper.erase(subject)
    assert not bytes_left(tmp_path, *subject.needles)


async def test_a_reader_that_holds_an_old_state_is_waited_for_and_then_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "_PATIENCE_SECONDS", 0.2)
    await stored(tmp_path, PERSONAL)
    with closing(open_writer(tmp_path / "2026-03-01.db")) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from record").fetchall()
        with pytest.raises(Unavailable, match=r"reader|BUSY"):
            await SqliteKeeper(tmp_path).erase(OfTrace(TRACE))
        reader.execute("commit")
    await SqliteKeeper(tmp_path).erase(OfTrace(TRACE))
    assert not bytes_left(tmp_path, *OfTrace(TRACE).needles)


async def test_a_folder_without_a_store_is_an_error_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="weft sink sqlite"):
        await SqliteKeeper(tmp_path).days(TODAY)
