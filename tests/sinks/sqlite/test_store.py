"""Reading beside a writer, without one, and where there is nothing to read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from schemas.upcast import upcast
from streams.errors import ConfigurationError
from streams.query import Query, store_of
from streams.settings import Settings
from streams.sinks.base import OK
from streams.sinks.sqlite import store as module
from streams.sinks.sqlite.connections import open_reader, open_writer
from streams.sinks.sqlite.store import SqliteStore
from tests.sinks.sqlite.records import DAY, batch, found, item, sink_in, stored


async def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    await stored(tmp_path, [item(1)])
    with closing(sqlite3.connect(tmp_path / DAY, isolation_level=None)) as writer:
        writer.execute("begin exclusive")
        writer.execute("delete from record")
        assert await found(tmp_path) == ["raw-logs-0-1"]


async def test_a_writer_does_not_wait_for_a_reader(tmp_path: Path) -> None:
    await stored(tmp_path, [item(1)])
    async with sink_in(tmp_path) as sink:
        reader = open_reader(tmp_path / DAY)
        assert reader is not None
        with closing(reader):
            reader.execute("begin")
            assert reader.execute("select count(*) from record").fetchone() == (1,)
            assert await sink.write(batch([item(2)])) == [OK]
            assert reader.execute("select count(*) from record").fetchone() == (1,)
            assert await found(tmp_path) == ["raw-logs-0-2", "raw-logs-0-1"]


async def test_a_reader_cannot_write(tmp_path: Path) -> None:
    await stored(tmp_path, [item(1)])
    reader = open_reader(tmp_path / DAY)
    assert reader is not None
    with closing(reader), pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.execute("delete from record")


async def test_where_no_sink_ever_ran_one_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no SQLite store") as error:
        await found(tmp_path / "none")
    assert "weft sink sqlite" in error.value.cure


async def test_a_store_without_records_is_empty(tmp_path: Path) -> None:
    await stored(tmp_path, [])
    with closing(sqlite3.connect(tmp_path / DAY)) as begun:
        begun.execute("pragma journal_mode = wal")
    assert await found(tmp_path) == []


async def test_what_is_no_file_of_a_day_is_not_read(tmp_path: Path) -> None:
    await stored(tmp_path, [item(1)])
    (tmp_path / "notes.db").write_text("mine")
    assert await found(tmp_path) == ["raw-logs-0-1"]


async def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    await stored(tmp_path, [item(1)])
    (tmp_path / DAY).write_bytes(b"x" * 8_192)
    with pytest.raises(ConfigurationError, match=f"{DAY} is damaged"):
        await found(tmp_path)


@pytest.mark.parametrize("code", ["SQLITE_READONLY_DIRECTORY", "SQLITE_CANTOPEN"])
async def test_a_folder_that_one_may_only_read_says_what_reading_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """What SQLite says to a user who may not write there; to root it would not."""
    error = sqlite3.OperationalError()
    error.sqlite_errorname = code

    def refuse(path: Path) -> None:
        raise error

    await stored(tmp_path, [item(1)])
    monkeypatch.setattr(module, "open_reader", refuse)
    with pytest.raises(ConfigurationError, match=f"{DAY}: {code}") as raised:
        await found(tmp_path)
    assert "the right to write into the folder" in raised.value.cure


@pytest.mark.parametrize("version", [2, 17])
async def test_a_file_of_a_newer_program_is_named(tmp_path: Path, version: int) -> None:
    await stored(tmp_path, [item(1)])
    with closing(open_writer(tmp_path / DAY)) as connection:
        connection.execute(f"pragma user_version = {version}")
    with pytest.raises(ConfigurationError, match=f"version {version}, this program knows up to 1"):
        await found(tmp_path)
    with pytest.raises(ConfigurationError, match=f"{DAY} has tables of version {version}"):
        await stored(tmp_path, [item(2)])


async def test_records_are_given_in_the_current_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def from_an_older_one(record: dict[str, Any]) -> dict[str, Any]:
        return {**upcast(record), "severity_text": "upcast"}

    monkeypatch.setattr(module, "upcast", from_an_older_one)
    await stored(tmp_path, [item(1)])
    store = SqliteStore(tmp_path)
    assert [record["severity_text"] for record in await store.search(Query())] == ["upcast"]


async def test_a_record_of_a_newer_version_says_what_to_do(tmp_path: Path) -> None:
    await stored(tmp_path, [item(1, schema_version=2)])
    with pytest.raises(ConfigurationError, match="upgrade it"):
        await found(tmp_path)


async def test_the_settings_lead_to_a_store(tmp_path: Path) -> None:
    await stored(tmp_path / "sinks" / "local", [item(1)])
    settings = Settings.model_validate({"state_dir": tmp_path, "sinks": {"local": {"use": "sqlite"}}})
    async with store_of("local", settings) as store:
        assert [record["event_id"] for record in await store.search(Query())] == ["raw-logs-0-1"]
        assert [bucket.records for bucket in await store.counts(Query(), 60)] == [1]


async def test_a_sink_that_keeps_nothing_cannot_be_asked(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no store that can be asked"):
        async with store_of("http", Settings.model_validate({"state_dir": tmp_path})):
            pass
