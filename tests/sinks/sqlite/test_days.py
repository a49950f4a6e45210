"""Which file a record goes to, whatever time Kafka says."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from streams.sinks.sqlite.days import Days
from tests.sinks.sqlite.records import DAY, batch, files_in, found, item, sink_in, stored

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
TODAY = int(NOON.timestamp()) // 86_400


def days_in(directory: Path, now: datetime = NOON) -> Days:
    directory.mkdir(exist_ok=True)
    days = Days(directory, window_days=7, open_files=2, now=now.timestamp)
    assert [*days.start()] == sorted(path.name for path in directory.glob("*.db"))
    return days


@pytest.mark.parametrize(
    ("day", "file"),
    [
        (TODAY, "2026-03-10.db"),
        (TODAY - 7, "2026-03-03.db"),
        (TODAY - 8, "overflow.db"),
        (TODAY + 1, "2026-03-11.db"),
        (TODAY + 2, "overflow.db"),
        (0, "overflow.db"),
        (106_750, "overflow.db"),
    ],
)
def test_a_day_within_the_window_has_its_own_file(tmp_path: Path, day: int, file: str) -> None:
    assert days_in(tmp_path).place(day) == file


@pytest.mark.parametrize(("day", "later"), [(TODAY + 2, datetime(2026, 3, 12, tzinfo=UTC)), (TODAY - 7, None)])
def test_a_day_stays_where_its_first_records_are(tmp_path: Path, day: int, later: datetime | None) -> None:
    days = days_in(tmp_path)
    file = days.place(day)
    connection = days.connection(file)
    connection.execute("insert into minute values (?, 'checkout', 'log', 9, 1)", (day * 1_440 + 3,))
    days.settle(day)
    days.close_all()
    assert days_in(tmp_path, later or datetime(2026, 6, 1, tzinfo=UTC)).place(day) == file


async def test_hostile_times_make_one_file(tmp_path: Path) -> None:
    years = [item(number, at=f"{1990 + number}-06-01T00:00:00.000000000Z") for number in range(200)]
    async with sink_in(tmp_path, window_days=1) as sink:
        await sink.write(batch(years))
    assert files_in(tmp_path) == {"overflow.db"}
    assert await found(tmp_path, limit=3) == ["raw-logs-0-199", "raw-logs-0-198", "raw-logs-0-197"]


async def test_a_replay_after_the_window_has_passed_is_known(tmp_path: Path) -> None:
    await stored(tmp_path, [item(1)])
    async with sink_in(tmp_path, window_days=1) as sink:
        await sink.write(batch([item(1), item(2)]))
    assert files_in(tmp_path) == {DAY}
    assert await found(tmp_path) == ["raw-logs-0-2", "raw-logs-0-1"]


async def test_only_a_few_files_are_open(tmp_path: Path) -> None:
    async with sink_in(tmp_path, open_files=3) as sink:
        await sink.write(batch(item(day, at=f"2026-03-{day:02}T00:00:00.000000000Z") for day in range(1, 29)))
        assert sum(name.endswith("-wal") for name in files_in(tmp_path)) == 3
    assert len(await found(tmp_path)) == 28
