"""How a file is opened, for the one writer and for readers, and what an error of SQLite means."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from streams.errors import ConfigurationError
from streams.sinks.sqlite.layout import MIGRATIONS, migrate, refuse_newer, version_of

BUSY_SECONDS: Final = 5.0
_PAGE_BYTES: Final = 8192
_WRITER_CACHE_KIB: Final = 16_384
_LARGEST_IDLE_LOG: Final = 67_108_864

_WRITER: Final = f"""
pragma page_size = {_PAGE_BYTES};
pragma journal_mode = wal;
pragma synchronous = full;
pragma fullfsync = on;
pragma cache_size = -{_WRITER_CACHE_KIB};
pragma journal_size_limit = {_LARGEST_IDLE_LOG};
"""
"""`synchronous = full`: what is committed is on the disk, also when the power goes. With `normal` it would be there
after a killed process only, and Kafka's offset, committed afterwards, would already be past it."""

_REFUSED: Final = ("SQLITE_TOOBIG", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH")
_DAMAGED: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_CLOSED: Final = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM")


def open_writer(path: Path, migrations: Sequence[str] = MIGRATIONS) -> sqlite3.Connection:
    """Open a file for the thread that writes; makes it, and brings its tables to the current version.

    Raises:
        ConfigurationError: a newer program has written it.
        sqlite3.Error: it cannot be opened now.
    """
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        connection.executescript(_WRITER)
        migrate(connection, path.name, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def open_reader(path: Path, version: int = len(MIGRATIONS)) -> sqlite3.Connection | None:
    """Open a file for reading, which blocks nobody; None when there is nothing in it, or it is gone.

    Raises:
        ConfigurationError: its tables are of another version than this program's.
        sqlite3.Error: it cannot be opened now.
    """
    if not path.exists():
        return None
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        if _readable(connection, path.name, version):
            return connection
    except BaseException:
        connection.close()
        raise
    connection.close()
    return None


def _readable(connection: sqlite3.Connection, file: str, version: int) -> bool:
    found = version_of(connection)
    refuse_newer(found, file, version)
    if 0 < found < version:
        raise ConfigurationError(
            f"{file} has tables of version {found}, this program reads {version}",
            cure="Start the sink once: it brings all files to the current version.",
        )
    return found > 0


def reason_of(error: sqlite3.Error, file: str) -> str:
    """Say what went wrong in SQLite's own name for it, which tells nothing of any record."""
    name = _name(error)
    if is_damage(error):
        return f"{file} is damaged ({name}): stop the sink and move the file away, or restore it"
    return f"{file}: {name}"


def is_refusal(error: sqlite3.Error) -> bool:
    """Whether what was to be written is to blame, and not the disk or the file."""
    return isinstance(error, sqlite3.DataError) or _name(error).startswith(_REFUSED)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file is no (longer a) database."""
    return _name(error).startswith(_DAMAGED)


def is_closed_to_us(error: sqlite3.Error) -> bool:
    """Whether this user may not open the file, or not write beside it."""
    return _name(error).startswith(_CLOSED)


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", type(error).__name__)
