"""The schema by versions: from every earlier one with its records, by several programs at once, never backwards."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from asyncpg.exceptions import PostgresError

from streams.errors import ConfigurationError
from streams.sinks.postgres import sink as sink_module
from streams.sinks.postgres.migrations import migrate, scripts
from streams.sinks.stores import Query
from streams.testing.items import make_items
from tests.sinks.postgres.database import Database

NEXT = """
alter table records add column host text;
update records set host = coalesce(resource ->> 'host.name', '') where host is null;
create index on records (host);
"""
BROKEN = "alter table records add column half text; select 1 / 0"

# As a program of that version, and of those after it, wrote them; what is here is never edited.
OF_VERSION: dict[int, str] = {
    1: """
        insert into records select '2026-03-01', 'raw-logs-0-' || n, 1772366400000000000 + n, 1772366400000000000 + n,
            'log', 9, 'cart', null, null, '"it works"', '{}', '{"service.name": "cart"}', '''it'' ''works''',
            convert_to(
                '{"schema_version":1,"event_id":"raw-logs-0-' || n || '","signal":"log","timestamp":null,'
                '"observed_timestamp":"2026-03-01T12:00:00.000000000Z","trace_id":null,"span_id":null,'
                '"severity_number":9,"severity_text":null,"body":"it works","resource":{"service.name":"cart"},'
                '"attributes":{},"source":{"topic":"raw-logs","partition":0,"offset":' || n || '},"dialect":"text",'
                '"provenance":{"pipeline":"00000000","applied":[],"failed":[]}}', 'UTF8')
        from generate_series(1, 20) n;
        insert into minutes values (29539440, 'cart', 'log', 9, 20);
    """,
}


async def at_version(database: Database, version: int, steps: Sequence[str]) -> None:
    async with database.connection() as connection:
        await migrate(connection, "weft", steps[:version])
        if version:
            await connection.execute(OF_VERSION[max(known for known in OF_VERSION if known <= version)])


@pytest.mark.parametrize("version", range(len(scripts()) + 1))
async def test_records_of_every_earlier_version_are_found_and_kept_once(version: int, database: Database) -> None:
    await at_version(database, version, scripts())
    await database.write(make_items(10))
    async with database.store() as store:
        found = await store.search(Query(text="it works", service="cart"))
    assert len(found) == (20 if version else 0)
    assert await database.fetch("select max(version) from migrations") == [(len(scripts()),)]
    await database.hold_counts()


async def test_a_new_version_takes_what_is_there_along(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await database.write(make_items(50))
    monkeypatch.setattr(sink_module, "scripts", lambda: [*scripts(), NEXT])
    async with database.sink():
        pass
    assert await database.fetch("select count(*), count(host) from records") == [(50, 50)]
    assert await database.fetch("select version from migrations order by 1") == [
        (number,) for number in range(1, len(scripts()) + 2)
    ]


async def test_programs_that_start_at_once_migrate_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink_module, "scripts", lambda: [*scripts(), NEXT])
    sinks = [database.make() for _ in range(6)]
    await asyncio.gather(*(sink.start() for sink in sinks))
    for sink in sinks:
        await sink.stop()
    assert await database.fetch("select count(*) from migrations") == [(len(scripts()) + 1,)]


async def test_a_step_that_fails_leaves_nothing_behind(database: Database) -> None:
    steps = [*scripts(), BROKEN]
    async with database.connection() as connection:
        with pytest.raises(PostgresError):
            await migrate(connection, "weft", steps)
    assert await database.fetch("select max(version) from migrations") == [(len(scripts()),)]
    async with database.connection() as connection:
        await migrate(connection, "weft", [*scripts(), NEXT])
    assert await database.fetch("select count(host) from records") == [(0,)]


async def test_a_schema_of_a_newer_program_is_left_alone(database: Database) -> None:
    await database.write(make_items(5))
    async with database.connection() as connection:
        await connection.execute("insert into migrations (version) values (99)")
    with pytest.raises(ConfigurationError, match="has version 99, this program knows those up to"):
        await database.make().start()
    assert await database.fetch("select count(*) from records") == [(5,)]
