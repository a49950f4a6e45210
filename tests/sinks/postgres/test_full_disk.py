"""A database whose disk is full."""

from __future__ import annotations

from streams.testing.sinks import check_full
from tests.sinks.postgres.subject import FullPostgresUnderTest


async def test_a_full_disk_settles_nothing_and_once_there_is_room_all_is_stored_once() -> None:
    async with FullPostgresUnderTest() as subject:
        await check_full(subject)
