"""How to reach PostgreSQL, and what to keep there in which way."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field

from streams.errors import ConfigurationError
from streams.sinks.base import SinkOptions

Seconds = Annotated[float, Field(ge=0.01, le=86_400)]


class PostgresOptions(SinkOptions):
    """Options of the sink `postgres`; secrets are named by them and never stand in them."""

    dsn_env: str | None = Field(
        default=None,
        description="Environment variable with the DSN, `postgresql://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=...`. "
        "Without it and `dsn_file`, the variables of libpq hold: PGHOST, PGUSER, PGPASSFILE...",
    )
    dsn_file: Path | None = Field(default=None, description="File with the DSN.")
    schema_name: Annotated[str, Field(pattern="^[a-z_][a-z0-9_]{0,62}$")] = Field(
        default="weft", description="Schema that holds the tables; it is made if it is missing."
    )
    connections: int = Field(default=4, ge=1, le=64, description="Most connections at once.")
    window_days: int = Field(
        default=30,
        ge=1,
        le=3_650,
        description="Days before today that get a partition each when a record needs it; tomorrow has one as well, "
        "and all other days share the partition `records_overflow`.",
    )
    connect_seconds: Seconds = Field(default=10, description="Longest wait for a connection.")
    statement_seconds: Seconds = Field(default=30, description="Longest time of one statement.")
    lock_seconds: Seconds = Field(default=5, description="Longest wait for a lock of somebody else.")


def read_dsn(options: PostgresOptions, name: str) -> str | None:
    """Give the DSN; None when the variables of libpq are to hold.

    Raises:
        ConfigurationError: what should hold it is not there or empty, or both ways are named.
    """
    where = f"sinks.{name}.options"
    if options.dsn_env is not None and options.dsn_file is not None:
        raise ConfigurationError(f"{where}: dsn_env and dsn_file are both given", cure="Leave one of them out.")
    if options.dsn_env is not None:
        return _filled(os.environ.get(options.dsn_env, ""), f"{where}.dsn_env: {options.dsn_env}")
    if options.dsn_file is None:
        return None
    try:
        return _filled(options.dsn_file.read_text(), f"{where}.dsn_file: {options.dsn_file}")
    except (OSError, UnicodeDecodeError) as error:
        told = f"{where}.dsn_file: {options.dsn_file} cannot be read: {type(error).__name__}"
        raise ConfigurationError(told) from None


def _filled(dsn: str, where: str) -> str:
    if not dsn.strip():
        raise ConfigurationError(f"{where} holds no DSN", cure="Put postgresql://USER:PASSWORD@HOST/DATABASE there.")
    return dsn.strip()
