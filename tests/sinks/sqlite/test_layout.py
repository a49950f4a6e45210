"""Files of earlier versions are brought to the current one with everything that is in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from streams.errors import ConfigurationError
from streams.sinks.sqlite.connections import open_reader, open_writer
from streams.sinks.sqlite.layout import MIGRATIONS, migrate, version_of
from tests.sinks.sqlite.records import DAY, at, check_integrity, found, item, rows, stored

VERSIONS = Path(__file__).parent / "versions"
"""What a program of each version left in a file, as SQL."""

SECOND = "alter table record add column flags text;\ncreate index record_flags on record (flags);"
BROKEN = "create table begun (id integer);\ninsert into nothing values (1);"


def write_version(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = wal")
        migrate(connection, path.name, MIGRATIONS[:version])
        connection.executescript((VERSIONS / f"{version}.sql").read_text())


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
async def test_a_file_of_every_version_is_read_and_written_on(tmp_path: Path, version: int) -> None:
    write_version(tmp_path / DAY, version)
    await stored(tmp_path, [item(1), item(4, at=at(43_200_002), body="later")])
    check_integrity(tmp_path)
    assert await found(tmp_path) == ["raw-logs-0-4", "raw-logs-0-3", "raw-logs-0-2", "raw-logs-0-1"]
    assert await found(tmp_path, text="payment refused", severity=17) == ["raw-logs-0-1"]
    assert await found(tmp_path, trace="0af7651916cd43dd8448eb211c80319c") == ["raw-logs-0-2", "raw-logs-0-3"]


def test_a_step_is_applied_once_and_keeps_the_data(tmp_path: Path) -> None:
    write_version(tmp_path / DAY, 1)
    with closing(open_writer(tmp_path / DAY)) as connection:
        before = rows(connection, "select * from record")
        for _ in range(2):
            migrate(connection, DAY, (*MIGRATIONS, SECOND))
            assert version_of(connection) == len(MIGRATIONS) + 1
        assert rows(connection, "select * from record") == [(*row, None) for row in before]


def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    with closing(open_writer(tmp_path / DAY)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="nothing"):
            migrate(connection, DAY, (*MIGRATIONS, SECOND, BROKEN))
        assert version_of(connection) == len(MIGRATIONS)
        migrate(connection, DAY, (*MIGRATIONS, SECOND))
        assert rows(connection, "select name from sqlite_master where name = 'begun'") == []


async def test_a_reader_of_an_older_file_says_who_brings_it_up(tmp_path: Path) -> None:
    await stored(tmp_path, [item(1)])
    with pytest.raises(ConfigurationError, match="tables of version 1, this program reads 2") as error:
        open_reader(tmp_path / DAY, 2)
    assert "Start the sink once" in error.value.cure
