"""Connections to PostgreSQL: the settings of a session, and one that is thrown away when anything went wrong on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, TypeAlias

import asyncpg

from streams.errors import ConfigurationError
from streams.sinks.postgres.options import PostgresOptions, read_dsn
from streams.sinks.postgres.rows import tsvector

Connection: TypeAlias = asyncpg.Connection
Pool: TypeAlias = asyncpg.Pool

_STAGING: Final = "create temp table staging (like records) on commit delete rows"
_STAGING_MEMORY: Final = "32MB"


async def connect(options: PostgresOptions, name: str) -> Connection:
    """Open one connection that is in no pool, and on which a statement may take long.

    Raises:
        ConfigurationError: there is no DSN where the options say, or it is none.
        OSError, asyncpg.PostgresError: the server does not take it.
    """
    arguments = _arguments(options, name)
    arguments["command_timeout"] = None
    arguments["server_settings"]["statement_timeout"] = "0"
    return await _connect(options, name, arguments)


async def writers(options: PostgresOptions, name: str) -> Pool:
    """Give a pool of connections that have an empty table `staging`; none is opened before it is needed."""
    return await _pool(options, name, _arguments(options, name), min_size=0, init=_make_staging)


async def readers(options: PostgresOptions, name: str) -> Pool:
    """Give a pool of connections that cannot write; one is open already.

    Raises:
        As `connect` does.
    """
    arguments = _arguments(options, name)
    arguments["server_settings"]["default_transaction_read_only"] = "on"
    return await _pool(options, name, arguments, min_size=1)


@asynccontextmanager
async def transaction(pool: Pool, options: PostgresOptions) -> AsyncIterator[Connection]:
    """Give a connection inside a transaction that is committed at the end.

    Nothing is asked of a connection on which something failed or was cancelled: it may hang. The server undoes what
    was begun when it is gone.
    """
    async with pool.acquire(timeout=options.connect_seconds) as connection:
        try:
            await connection.execute("begin")
            yield connection
            await connection.execute("commit")
        except BaseException:
            connection.terminate()
            raise


async def _pool(options: PostgresOptions, name: str, arguments: dict[str, Any], **more: Any) -> Pool:
    async def connect_anew(_: object, **given: Any) -> Connection:
        return await _connect(options, name, given)

    pool: Pool = await asyncpg.create_pool(
        max_size=options.connections, connect=connect_anew, reset=_keep, **arguments, **more
    )
    return pool


async def _connect(options: PostgresOptions, name: str, arguments: dict[str, Any]) -> Connection:
    """The DSN is read for each connection, so that a new password needs no restart."""
    dsn = read_dsn(options, name)
    try:
        connection: Connection = await asyncpg.connect(dsn, **arguments)
    except ValueError as error:
        told = f"sinks.{name}.options: the DSN cannot be used: {type(error).__name__}"
        raise ConfigurationError(told, cure="It is postgresql://USER:PASSWORD@HOST:PORT/DATABASE.") from None
    return connection


def _arguments(options: PostgresOptions, name: str) -> dict[str, Any]:
    statement = f"{round(options.statement_seconds * 1000)}ms"
    return {
        "timeout": options.connect_seconds,
        "command_timeout": options.statement_seconds + options.connect_seconds,  # where the server says nothing
        "server_settings": {
            "application_name": f"weft-sink-{name}",
            "search_path": options.schema_name,
            "statement_timeout": statement,
            "lock_timeout": f"{round(options.lock_seconds * 1000)}ms",
            "idle_in_transaction_session_timeout": statement,
            "temp_buffers": _STAGING_MEMORY,
            "jit": "off",
            "timezone": "UTC",
        },
    }


async def _make_staging(connection: Connection) -> None:
    if await connection.fetchval("show synchronous_commit") == "off":
        await connection.execute("set synchronous_commit = on")  # `ok` means that it is on the disk
    await connection.execute(_STAGING)
    await connection.set_type_codec("tsvector", schema="pg_catalog", format="binary", encoder=tsvector, decoder=bytes)


async def _keep(connection: Connection) -> None:
    """Sessions are all alike: there is nothing to reset, and it would be a round trip a batch."""
