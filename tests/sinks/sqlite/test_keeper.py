"""The SQLite store's own ways of letting records go."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from streams.errors import ConfigurationError
from streams.sinks.base import Unavailable
from streams.sinks.governed import OfTrace, Rule, WithAttribute, plan
from streams.sinks.sqlite import erasure
from streams.sinks.sqlite.connections import open_writer
from streams.sinks.sqlite.keeper import SqliteKeeper
from tests.governing import FIRST, ITEMS, PERSON, PERSONAL, TRACE, SqliteAlone, SqliteWritten, of
from tests.sinks.sqlite.records import files_in

TODAY = date(2026, 3, 31)


async def delete(path: Path, *rules: Rule) -> None:
    keeper = SqliteKeeper(path)
    for deletion in plan(await keeper.days(TODAY), rules, TODAY):
        await keeper.delete(deletion)


async def test_the_file_of_a_day_goes_where_nobody_writes(tmp_path: Path) -> None:
    await SqliteAlone(tmp_path).put(ITEMS)
    await delete(tmp_path, Rule(29))
    assert files_in(tmp_path) >= {"2026-03-02.db", "overflow.db"}
    assert not any(name.startswith(FIRST) for name in files_in(tmp_path))


async def test_a_writer_goes_on_in_a_day_that_was_deleted_under_it(tmp_path: Path) -> None:
    async with SqliteWritten(tmp_path) as store:
        await store.put(ITEMS[:3])
        await delete(tmp_path, Rule(0))
        await store.put([of(FIRST, 9)])
        assert await store.found() == ["raw-logs-0-9"]


async def test_what_was_erased_does_not_come_back_by_a_rewrite(tmp_path: Path) -> None:
    store, subject = SqliteAlone(tmp_path), OfTrace(TRACE)
    await store.put(PERSONAL)
    await store.keeper().erase(subject)
    await store.put(PERSONAL, rewrite=True)
    assert await store.found() == ["raw-logs-0-10", "raw-logs-0-12"]
    assert not await store.bytes_left(subject.needles)


async def test_bytes_that_a_deletion_left_behind_are_erased_too(tmp_path: Path) -> None:
    """Nothing refers to them, so that no search of records finds them."""
    store, subject = SqliteAlone(tmp_path), WithAttribute("user.id", PERSON)
    await store.put([*ITEMS, *PERSONAL])
    await delete(tmp_path, Rule(0, signal="log", below=17))
    assert await store.bytes_left(subject.needles)
    await store.keeper().erase(subject)
    assert not await store.bytes_left(subject.needles)


async def test_a_reader_that_holds_an_old_state_is_waited_for_and_then_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "_PATIENCE_SECONDS", 0.2)
    store, subject = SqliteAlone(tmp_path), OfTrace(TRACE)
    await store.put(PERSONAL)
    with closing(open_writer(tmp_path / f"{FIRST}.db")) as reader:
        reader.execute("begin")
        reader.execute("select count(*) from record").fetchall()
        with pytest.raises(Unavailable, match=r"reader|BUSY"):
            await store.keeper().erase(subject)
        reader.execute("commit")
    await store.keeper().erase(subject)
    assert not await store.bytes_left(subject.needles)


async def test_a_folder_without_a_store_is_an_error_with_a_cure(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="weft sink sqlite"):
        await SqliteKeeper(tmp_path).days(TODAY)
