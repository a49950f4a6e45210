"""What is left of a writer that was killed, and of files and disks that fail."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from streams.errors import ConfigurationError
from streams.sinks.base import OK, Place, Refused, Unavailable
from streams.sinks.sqlite.connections import open_writer
from streams.sinks.sqlite.sink import SqliteOptions, SqliteSink
from tests.sinks.sqlite.endless import SIZE, numbered
from tests.sinks.sqlite.records import DAY, batch, check_integrity, found, item, sink_in, stored

ENDLESS = (sys.executable, "-m", "tests.sinks.sqlite.endless")
ROUNDS = 12
TRACE = numbered(0)[0].record["trace_id"]


def stored_until_killed(directory: Path, first: int, batches: int) -> int:
    """Kill a writer just when it has said that so many batches are stored; gives the number after the last said."""
    with subprocess.Popen((*ENDLESS, str(directory), str(first)), stdout=subprocess.PIPE) as writer:
        assert writer.stdout
        for _ in range(batches):
            writer.stdout.readline()
        writer.kill()
        rest = writer.stdout.read().splitlines()
        assert writer.wait() == -signal.SIGKILL
    return first + batches + len(rest)


async def test_a_killed_writer_leaves_whole_files_with_all_that_was_ok(tmp_path: Path) -> None:
    """What it had begun is stored or not, of each file as a whole; a replay completes it, each record once."""
    said = 0
    for batches in range(1, ROUNDS + 1):
        said = stored_until_killed(tmp_path, said, batches)
        ids = await found(tmp_path, limit=1_000_000)
        assert len(ids) == len(set(ids))
        assert {f"raw-logs-0-{number}" for number in range(said * SIZE)} <= {*ids}
        assert len(ids) - said * SIZE in (0, SIZE // 2, SIZE)
        assert {*await found(tmp_path, trace=TRACE, limit=1_000_000)} == {*ids}
        check_integrity(tmp_path)
    everything = [one for number in range(said + 1) for one in numbered(number)]
    await stored(tmp_path, everything)
    assert sorted(await found(tmp_path, limit=1_000_000)) == sorted(one.event_id for one in everything)
    assert len(await found(tmp_path, text="text 3", limit=1_000_000)) == said + 1
    check_integrity(tmp_path)


async def test_a_second_writer_is_told_who_is_the_first(tmp_path: Path) -> None:
    async with sink_in(tmp_path):
        with pytest.raises(ConfigurationError, match=f"process {os.getpid()} already writes into {tmp_path}") as error:
            await stored(tmp_path, [item(1)])
        assert error.value.exit_code == 2
        assert "sink postgres" in error.value.cure
    await stored(tmp_path, [item(1)])


async def test_a_start_that_failed_leaves_nothing_locked(tmp_path: Path) -> None:
    (tmp_path / DAY).write_bytes(b"x" * 8_192)
    with pytest.raises(ConfigurationError, match=f"{DAY} is damaged .* move the file away"):
        await stored(tmp_path, [item(1)])
    (tmp_path / DAY).unlink()
    await stored(tmp_path, [item(1)])


async def test_a_file_that_is_damaged_while_the_sink_runs_holds_its_records(tmp_path: Path) -> None:
    """They are not dead: once the file was moved away, they are stored."""
    async with sink_in(tmp_path) as sink:
        (tmp_path / DAY).write_bytes(b"x" * 8_192)
        with pytest.raises(Unavailable, match=f"{DAY} is damaged"):
            await sink.write(batch([item(1)]))
        (tmp_path / DAY).unlink()
        assert await sink.write(batch([item(1)])) == [OK]


async def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    sink = SqliteSink(SqliteOptions(), Place(name="sqlite", directory=tmp_path / "file" / "sinks"))
    with pytest.raises(ConfigurationError, match="cannot write into"):
        await sink.start()
    await sink.stop()


async def test_what_sqlite_cannot_take_is_refused(tmp_path: Path) -> None:
    """A lone surrogate is in no record that was JSON; the framework finds the one by halves."""
    async with sink_in(tmp_path) as sink:
        with pytest.raises(Refused, match="UnicodeEncodeError"):
            await sink.write(batch([item(1), item(2)._replace(event_id="raw-\ud800-0-2")]))
        assert await sink.write(batch([item(1)])) == [OK]


def test_what_is_committed_is_on_the_disk(tmp_path: Path) -> None:
    """Kafka's offset is committed afterwards: after a loss of power the records must not be behind it."""
    full = 2
    with closing(open_writer(tmp_path / DAY)) as connection:
        assert connection.execute("pragma synchronous").fetchone() == (full,)
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
    with closing(sqlite3.connect(tmp_path / DAY)) as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
