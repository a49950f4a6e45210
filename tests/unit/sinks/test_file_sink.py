"""Files of JSON lines: appended durably, rotated by size, whole after a crash, written by one process alone."""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from streams.errors import ConfigurationError
from streams.sinks.base import OK, Batch, Item, Place, Unavailable
from streams.sinks.file import FileOptions, FileSink
from streams.testing.items import make_items

ITEMS = make_items(10)


@asynccontextmanager
async def running(directory: Path, **options: Any) -> AsyncIterator[FileSink]:
    sink = FileSink(FileOptions(**options), Place(name="file", directory=directory))
    await sink.start()
    try:
        yield sink
    finally:
        await sink.stop()


async def store(sink: FileSink, items: Sequence[Item]) -> None:
    assert await sink.write(Batch("enriched", 0, items)) == [OK] * len(items)


def files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.ndjson"))


def lines(directory: Path) -> list[bytes]:
    return [line for path in files(directory) for line in path.read_bytes().splitlines(keepends=True)]


def values(items: Sequence[Item]) -> list[bytes]:
    return [item.value + b"\n" for item in items]


async def test_records_are_lines_in_their_order(tmp_path: Path) -> None:
    async with running(tmp_path) as sink:
        await store(sink, ITEMS[:4])
        await store(sink, ITEMS[4:])
    assert lines(tmp_path) == values(ITEMS)


async def test_a_new_start_goes_on_in_the_newest_file(tmp_path: Path) -> None:
    for part in (ITEMS[:5], ITEMS[5:]):
        async with running(tmp_path) as sink:
            await store(sink, part)
    assert [path.name for path in files(tmp_path)] == ["file-00000001.ndjson"]
    assert lines(tmp_path) == values(ITEMS)


async def test_the_next_file_begins_before_one_grows_too_large(tmp_path: Path) -> None:
    many = make_items(1_500)
    async with running(tmp_path, file_bytes=1_048_576) as sink:
        for start in range(0, len(many), 100):
            await store(sink, many[start : start + 100])
    assert len(files(tmp_path)) > 1
    assert all(path.stat().st_size <= 1_048_576 for path in files(tmp_path))
    assert lines(tmp_path) == values(many)


@pytest.mark.parametrize("torn", [b"{", b'{"event_id": "' + b"x" * 200_000])
async def test_a_line_that_a_crash_cut_short_is_removed(tmp_path: Path, torn: bytes) -> None:
    """It was never acknowledged, so it comes again."""
    async with running(tmp_path) as sink:
        await store(sink, ITEMS[:5])
    with (tmp_path / "file-00000001.ndjson").open("ab") as file:
        file.write(torn)
    async with running(tmp_path) as sink:
        await store(sink, ITEMS[5:])
    assert lines(tmp_path) == values(ITEMS)


async def test_a_file_without_a_whole_line_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "file-00000001.ndjson").write_bytes(b"{")
    async with running(tmp_path) as sink:
        await store(sink, ITEMS)
    assert lines(tmp_path) == values(ITEMS)


async def test_a_second_writer_is_refused_and_told_why(tmp_path: Path) -> None:
    async with running(tmp_path):
        with pytest.raises(ConfigurationError, match="another process writes"):
            async with running(tmp_path):
                raise AssertionError("it was let in")
    async with running(tmp_path):
        pass


async def test_a_full_disk_leaves_no_half_line_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, write = [True], os.write

    def full(descriptor: int, content: bytes) -> int:
        if wanted[0]:
            wanted[0] = False
            write(descriptor, bytes(content)[:7])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, content)

    async with running(tmp_path) as sink:
        await store(sink, ITEMS[:5])
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(Unavailable, match="No space left"):
            await sink.write(Batch("enriched", 0, ITEMS[5:]))
        assert lines(tmp_path) == values(ITEMS[:5])
        await store(sink, ITEMS[5:])
    assert lines(tmp_path) == values(ITEMS)


async def test_a_folder_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises((ConfigurationError, Unavailable)):
        async with running(tmp_path / "file" / "below"):
            raise AssertionError("it was opened")


async def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    async with running(tmp_path / "of sink") as sink:
        await store(sink, ITEMS)
    assert (tmp_path / "of sink").stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "of sink").iterdir())


async def test_a_write_that_is_given_up_is_over_when_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a new owner of the partition could be writing already."""
    sink = FileSink(FileOptions(), Place(name="file", directory=tmp_path))
    await sink.start()
    begun, goes_on = threading.Event(), threading.Event()

    def slow(descriptor: int) -> None:
        begun.set()
        assert goes_on.wait(10)

    monkeypatch.setattr(os, "fsync", slow)
    writing = asyncio.create_task(sink.write(Batch("enriched", 0, make_items(1))))
    await asyncio.to_thread(begun.wait, 10)
    writing.cancel()
    ended, _ = await asyncio.wait([writing], timeout=0.05)
    goes_on.set()
    await asyncio.wait([writing])
    assert not ended
    assert writing.cancelled()
    await sink.stop()
