"""The schema by versions, forward only: each script in `migrations/` is applied once, in its own transaction."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from streams.errors import ConfigurationError
from streams.sinks.postgres.connections import Connection

_LEDGER: Final = """
create table if not exists migrations (
    version int primary key,
    applied_at timestamptz not null default now()
)
"""


def scripts() -> list[str]:
    """Give the scripts; the first makes version 1."""
    folder = files(__package__) / "migrations"
    return [path.read_text() for path in sorted(folder.iterdir(), key=lambda path: path.name)]


async def migrate(connection: Connection, schema: str, steps: Sequence[str]) -> None:
    """Bring the schema to the version of the last step; of several programs at once only one does.

    Raises:
        ConfigurationError: the schema is of a version that this program does not know, or the database is unfit.
        asyncpg.PostgresError: the server refused something; what is done is done, and the next call goes on.
    """
    if await connection.fetchval("show server_encoding") != "UTF8":
        raise ConfigurationError("the database has another encoding than UTF8", cure="Create one with encoding UTF8.")
    while await _step(connection, schema, steps):
        pass


async def _step(connection: Connection, schema: str, steps: Sequence[str]) -> bool:
    """Apply the next script; whether there was one."""
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"weft {schema}")
        version = await _version(connection, schema)
        if version > len(steps):
            raise ConfigurationError(
                f"the schema {schema} has version {version}, this program knows those up to {len(steps)}",
                cure="Use the newer program that made it.",
            )
        if version == len(steps):
            return False
        await connection.execute(steps[version])
        await connection.execute("insert into migrations (version) values ($1)", version + 1)
        return True


async def _version(connection: Connection, schema: str) -> int:
    """The version that is there; of none, the schema is made."""
    if not await connection.fetchval("select 1 from pg_namespace where nspname = $1", schema):
        await connection.execute(f'create schema "{schema}"')
    await connection.execute(_LEDGER)
    version: int = await connection.fetchval("select coalesce(max(version), 0) from migrations")
    return version
