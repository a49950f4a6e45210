"""Govern what sinks have stored: open its keeper, and keep a book of every deletion."""

from __future__ import annotations

import getpass
import os
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson

from streams.errors import ConfigurationError, TemporaryError
from streams.paths import state_dir
from streams.settings import Settings
from streams.sinks.base import Unavailable
from streams.sinks.build import describe_sink, entry_of
from streams.sinks.governed import Deletion, Governed, Keeper, Rule

BOOK: Final = "audit.ndjson"
"""In the state directory: a line of JSON before every deletion and one after it, never what was deleted."""


@asynccontextmanager
async def keeper_of(sink: str, settings: Settings) -> AsyncIterator[Keeper]:
    """Give the keeper of a sink's store, and say plainly when the store does not answer.

    Raises:
        ConfigurationError: there is no such sink, or nobody can govern its store.
        TemporaryError: its store does not answer now.
    """
    keeper = _keeper(sink, settings)
    try:
        yield keeper
    except Unavailable as error:
        raise TemporaryError(f"the store of {sink} does not answer: {error}", cure="Try again.") from None
    finally:
        await keeper.stop()


def _keeper(sink: str, settings: Settings) -> Keeper:
    kind, options, place = describe_sink(settings, sink)
    if not issubclass(kind, Governed):
        raise ConfigurationError(f"the store of {sink} cannot be governed by Weft", cure="Use that store's own means.")
    return kind.keeper(options, place)


def ruled_sinks(settings: Settings) -> list[str]:
    """Give the sinks that the settings have rules of retention for.

    Raises:
        ConfigurationError: there are none.
    """
    names = [name for name, entry in settings.sinks.items() if entry.retention]
    if not names:
        raise _without_rules(_DEFAULT)
    return names


def rules_of(sink: str, settings: Settings) -> Sequence[Rule]:
    """Give the rules of retention that the settings have for a sink.

    Raises:
        ConfigurationError: there are none, or the store cannot be governed.
    """
    _keeper(sink, settings)
    rules = entry_of(settings, sink).retention
    if not rules:
        raise _without_rules(sink)
    return [Rule(rule.days, rule.signal, rule.service, rule.severity_below) for rule in rules]


def _without_rules(sink: str) -> ConfigurationError:
    return ConfigurationError(
        f"sinks.{sink}.retention: there are no rules, so everything is kept",
        cure=f"Write some into the settings file, as `sinks: {{{sink}: {{retention: [{{days: 30}}]}}}}`.",
    )


def governed_sinks(settings: Settings) -> list[str]:
    """Give the sinks whose stores can be governed: those of the settings, and the default one where it has stored."""
    places = state_dir(settings.state_dir) / "sinks"
    stored = [path.name for path in sorted(places.iterdir())] if places.is_dir() else []
    names = dict.fromkeys([*settings.sinks, *(name for name in stored if name == _DEFAULT)])
    return [name for name in names if issubclass(describe_sink(settings, name).kind, Governed)]


_DEFAULT: Final = "sqlite"


async def archived(location: str, sink: str, deletion: Deletion, keeper: Keeper) -> int:
    """Store what a deletion will delete in a Parquet dataset; gives how many records were not there yet.

    Raises:
        ConfigurationError: the extra is not installed, or the dataset cannot be written to.
        TemporaryError: records came meanwhile, which would be deleted without being archived.
        Unavailable: the dataset's store does not answer.
    """
    try:
        from streams.sinks.parquet.archive import archive
    except ImportError:
        raise ConfigurationError(
            "an archive is made of Parquet files", cure="Install what writes them: pip install 'weft[parquet]'"
        ) from None
    stored = await archive(location, sink, deletion.day, keeper.records(deletion))
    now = [day for day in await keeper.days(deletion.day + timedelta(days=1)) if day.day == deletion.day]
    held = {group for day in now for group in day.groups}
    if not held.issuperset(deletion.groups) or (deletion.whole and len(held) > len(deletion.groups)):
        raise TemporaryError(
            f"{deletion.day} got records while it was archived; nothing of it is deleted", cure="Run it again."
        )
    return stored


class Book:
    """The audit book of this machine."""

    def __init__(self, settings: Settings) -> None:
        self.path: Path = state_dir(settings.state_dir) / BOOK

    @contextmanager
    def entry(self, action: str, sink: str, **what: Any) -> Iterator[dict[str, Any]]:
        """Tell of something before it is begun, and again when it is done, with what was put into the entry meanwhile.

        A `begun` without its `done` was cut off: some of it may be gone.
        """
        said = {"user": _user(), "action": action, "sink": sink, **what}
        self._write({"state": "begun", **said})
        found: dict[str, Any] = {}
        yield found
        self._write({"state": "done", **said, **found})

    def _write(self, said: Mapping[str, Any]) -> None:
        """Add a line, which is on the disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(file, orjson.dumps({"time": datetime.now(UTC).isoformat(), **said}) + b"\n")
            os.fsync(file)
        finally:
            os.close(file)


def _user() -> str:
    """The operating system's name for who does this, or the number of who has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())
