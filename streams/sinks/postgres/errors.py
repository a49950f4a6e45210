"""What an error of PostgreSQL means for what was tried (PostgreSQL manual, appendix A, "PostgreSQL Error Codes").

What a server says may quote what it was given, so only those messages are passed on that speak of the server itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from asyncpg.exceptions import (
    InterfaceError,
    InternalClientError,
    InvalidSchemaNameError,
    PostgresError,
    UndefinedTableError,
)

from streams.errors import ConfigurationError
from streams.sinks.base import Refused, Unavailable

_DATA: Final = ("22", "23", "54")
"""Classes of errors that a record is to blame for: data exception, constraint violation, limit exceeded."""

_OF_THE_MOMENT: Final = ("23505", "23514")
"""Of those, what is gone at the next try: another writer had the same record, or made a partition for its day."""

_ABOUT_THE_SERVER: Final = ("08", "25", "28", "3D", "3F", "40", "42", "53", "55", "57", "58")

_MISTAKES: Final = ("0A", "22", "28", "3D", "3F", "42")
"""Where nothing is written: no such role, password, database or schema, no permission, or not known to this server."""

_FAILURES: Final = (OSError, PostgresError, InterfaceError, InternalClientError)
"""A TimeoutError is an OSError; the last is what asyncpg says of a server that died within a message."""


@contextmanager
def writing() -> Iterator[None]:
    """Tell errors of a write apart.

    Raises:
        Refused: a record is to blame.
        Unavailable: anything else; nothing is known of what was written.
    """
    try:
        yield
    except _FAILURES as error:
        code = _code(error)
        unfit = isinstance(error, ValueError)  # found by asyncpg, before anything was sent
        if unfit or (code.startswith(_DATA) and code not in _OF_THE_MOMENT):
            raise Refused(_reason(error)) from None
        raise Unavailable(_reason(error)) from None
    except ConfigurationError as error:  # the DSN is not what it was at the start
        raise Unavailable(error.message) from None


@contextmanager
def asking(where: str) -> Iterator[None]:
    """Tell errors of a start or a question apart; `where` names the options.

    Raises:
        ConfigurationError: there is no store, or the server is there and will not have it.
        Unavailable: it is not there now.
    """
    try:
        yield
    except (InvalidSchemaNameError, UndefinedTableError):
        told = f"{where}: there is no store of records in this schema of the database"
        raise ConfigurationError(told, cure="`weft sink postgres` makes one.") from None
    except _FAILURES as error:
        if isinstance(error, ValueError):
            raise
        if _code(error).startswith(_MISTAKES):
            raise ConfigurationError(f"{where}: PostgreSQL refuses: {_reason(error)}") from None
        raise Unavailable(_reason(error)) from None


def _code(error: BaseException) -> str:
    return str(getattr(error, "sqlstate", None) or "")


def _reason(error: BaseException) -> str:
    code = _code(error)
    named = f"{type(error).__name__} {code}".strip()
    said = str(error).partition("\n")[0]
    if said and (code.startswith(_ABOUT_THE_SERVER) or isinstance(error, OSError)):
        return f"{named}: {said}"
    return named
