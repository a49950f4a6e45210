"""A dataset whose disk is full, in fact: whatever step finds no room, nothing is lost, doubled or left behind."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from pathlib import Path

from streams.resilience.deduplication import batch_of
from streams.sinks.base import OK, Unavailable
from streams.testing.items import TOPIC, make_items
from tests.postgres import small_disk
from tests.sinks.parquet.datasets import committed_files, committed_ids, ids_of, lying_files, make_sink

ITEMS = make_items(30)
PAGE = 4_096
DISK = 128 * PAGE


async def test_what_found_no_room_at_whatever_step_is_stored_once_there_is_room() -> None:
    reasons: list[str] = []
    for pages in count():
        with small_disk(DISK) as disk:
            sink = make_sink(disk / "data")
            await sink.start()
            first = batch_of(TOPIC, 0, ITEMS[:10], await sink.take(TOPIC, 0))
            await sink.write(first)
            batch = batch_of(TOPIC, 0, ITEMS[10:], first.marks)
            leave_only(disk, pages)
            try:
                await sink.write(batch)
                break
            except Unavailable as unavailable:
                reasons.append(str(unavailable))
            assert committed_ids(disk / "data") == ids_of(ITEMS[:10])

            (disk / "ballast").unlink()
            assert await sink.take(TOPIC, 0) == first.marks
            assert await sink.write(batch) == [OK] * 20
            assert committed_ids(disk / "data") == ids_of(ITEMS)
            assert lying_files(disk / "data") == committed_files(disk / "data")
    assert len(reasons) > 12, "a note, six files and an entry found no room"
    assert all("ENOSPC" in reason for reason in reasons)


def leave_only(disk: Path, pages: int) -> None:
    """Fill the disk but for so many pages."""
    with suppress(OSError):
        (disk / "ballast").write_bytes(bytes(DISK))
    size = (disk / "ballast").stat().st_size
    with (disk / "ballast").open("r+b") as ballast:
        ballast.truncate(max(0, size - size % PAGE - pages * PAGE))
