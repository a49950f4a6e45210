"""What ends a start with a message, and what is waited for."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.errors import ConfigurationError
from streams.sinks.base import Batch, Unavailable
from streams.testing.items import make_items
from tests.postgres import OWNER, PostgresServer, connected
from tests.sinks.postgres.database import Database, store_all

NOBODY = "nobody_here"


def told(raised: pytest.ExceptionInfo[ConfigurationError]) -> str:
    return str(raised.value)


async def test_a_database_that_does_not_exist(postgres: PostgresServer, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"sinks\.postgres\.options: .*\"none\" does not exist"):
        await Database(postgres.dsn("none"), tmp_path).make().start()


async def test_a_role_that_does_not_exist(postgres: PostgresServer, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=f'role "{NOBODY}" does not exist'):
        await Database(postgres.dsn(user=NOBODY), tmp_path).make().start()


async def test_a_role_that_may_not_make_a_schema(postgres: PostgresServer, database: Database, tmp_path: Path) -> None:
    name = database.dsn.rpartition("/")[2]
    async with connected(postgres.dsn()) as admin:
        await admin.execute("drop role if exists reader")
        await admin.execute("create role reader login")
    with pytest.raises(ConfigurationError, match="permission denied for database"):
        await Database(postgres.dsn(name, user="reader"), tmp_path).make().start()


async def test_a_database_of_another_encoding(postgres: PostgresServer, tmp_path: Path) -> None:
    async with connected(postgres.dsn()) as admin:
        await admin.execute("drop database if exists latin")
        await admin.execute(f"create database latin owner {OWNER} encoding 'LATIN1' template template0")
    with pytest.raises(ConfigurationError, match="another encoding than UTF8"):
        await Database(postgres.dsn("latin", user=OWNER), tmp_path).make().start()


@pytest.mark.parametrize("dsn", ["nonsense", "http://u:hunter2@h/d", "postgresql://u:hunter2@h:port/d"])
async def test_a_dsn_that_is_none_is_not_repeated(dsn: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="the DSN cannot be used") as raised:
        await Database(dsn, tmp_path).make().start()
    assert "hunter2" not in told(raised)


async def test_a_server_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await Database("postgresql://127.0.0.1:1/none", tmp_path).make().start()


async def test_the_owner_of_an_empty_schema_needs_no_more_rights(postgres: PostgresServer, tmp_path: Path) -> None:
    database = Database(await postgres.new_database(), tmp_path)
    name = database.dsn.rpartition("/")[2]
    async with connected(postgres.dsn(name)) as admin:
        await admin.execute("drop role if exists least")
        await admin.execute("create role least login")
        await admin.execute("create schema weft authorization least")
    try:
        least = Database(postgres.dsn(name, user="least"), tmp_path)
        await least.write(make_items(20))
        assert await least.fetch("select count(*) from records") == [(20,)]
    finally:
        async with connected(postgres.dsn(name)) as admin:
            await admin.execute("drop owned by least; drop role least")


async def test_rights_that_are_lost_are_waited_for(postgres: PostgresServer, database: Database) -> None:
    name = database.dsn.rpartition("/")[2]
    items = make_items(20)
    async with database.sink() as sink, connected(postgres.dsn(name)) as admin:
        await admin.execute(f"revoke insert on weft.records from {OWNER}")
        with pytest.raises(Unavailable, match="permission denied for table records"):
            await sink.write(Batch("enriched", 0, items))
        await admin.execute(f"grant insert on weft.records to {OWNER}")
        await store_all(sink, items)


async def test_several_stores_share_a_database(database: Database) -> None:
    await database.write(make_items(10), schema_name="one")
    await database.write(make_items(20), schema_name="two")
    assert await database.fetch("select (select count(*) from one.records), (select count(*) from two.records)") == [
        (10, 20)
    ]
