"""New options without a restart: a changed settings file is checked as a whole, then swapped in between two chunks.

A file that is wrong, or that changes what only a start can change, is refused and the running options stay. Files are
read, and pipelines made, in a thread: a catalogue may be large, and records go on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from streams.errors import ConfigurationError
from streams.kafka.tables import Tables
from streams.pipeline import Pipeline
from streams.pipeline.build import NO_SNAPSHOTS
from streams.settings import Settings
from streams.types import Snapshots

log = structlog.get_logger()

RELOADABLE: Final = frozenset({"processors"})
"""The settings that a running worker takes up; all others need a restart."""

_NOT_THE_WORKERS: Final = frozenset({"sinks"})
_OLD_MODULE = "legacy"


class Reloaded(NamedTuple):
    """What came of a reload: the hash that is active now, and whether anything is other than before."""

    pipeline: str
    changed: bool


@dataclass(slots=True)
class Reloader:
    """Takes up changed settings; `refused` says why the last try failed, until one succeeds.

    `read` loads the settings again, `apply` is given a pipeline that was built from them and is to be used from now on.
    """

    settings: Settings
    pipeline: Pipeline
    read: Callable[[], Settings]
    apply: Callable[[Pipeline], None]
    file: Path | None = None
    tables: Tables | None = None
    refused: str | None = None
    _seen: dict[Path, tuple[int, int, int] | None] = field(default_factory=dict)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self._seen = _stamps(self._files())

    async def reload(self) -> Reloaded:
        """Read the settings and the files that processors use, and take them up.

        Raises:
            ConfigurationError: they are wrong or need a restart; nothing has changed.
        """
        async with self._turn:
            self._seen = _stamps(self._files())
            try:
                settings, pipeline = await asyncio.to_thread(self._read_again, self._snapshots())
            except ConfigurationError as error:
                self.refused = error.message
                log.error("reload.refused", error=error.message, active=self.pipeline.provenance)
                raise
            changed = pipeline.provenance != self.pipeline.provenance or settings.processors != self.settings.processors
            self.refused = None
            if changed:
                self.settings, self.pipeline = settings, pipeline
                self._seen = _stamps(self._files())
                self.apply(pipeline)
            log.info("reloaded", changed=changed, active=self.pipeline.provenance)
            return Reloaded(self.pipeline.provenance, changed)

    async def renew(self) -> None:
        """Look things up in what the tables say now.

        Raises:
            ConfigurationError: that makes no chain: what a table has is written by another processor too.
        """
        async with self._turn:
            try:
                pipeline = await asyncio.to_thread(self._make, self.settings, self._snapshots())
            except ConfigurationError as error:
                self.refused = error.message
                log.error("tables.refused", error=error.message, active=self.pipeline.provenance)
                raise
            if pipeline.provenance != self.pipeline.provenance:
                self.pipeline = pipeline
                self.apply(pipeline)
                log.info("tables.taken", active=pipeline.provenance)

    def _snapshots(self) -> Snapshots:
        return self.tables.snapshots() if self.tables is not None else NO_SNAPSHOTS

    def _read_again(self, snapshots: Snapshots) -> tuple[Settings, Pipeline]:
        settings = self.read()
        _check(self.settings, settings)
        return settings, self._make(settings, snapshots)

    def _make(self, settings: Settings, snapshots: Snapshots) -> Pipeline:
        pipeline = Pipeline(settings, snapshots)
        topics = {name: table.topic for name, table in pipeline.chain.tables().items()}
        if self.tables is not None and self.tables.topics != topics:
            raise ConfigurationError("processors: a topic that is looked up changed", cure="Restart the worker.")
        return pipeline

    async def look(self) -> None:
        """Take up what has changed since the last look: files by a reload, tables by looking things up in them."""
        if _stamps(self._files()) != self._seen:
            await self.try_reload()
        elif self.tables is not None and self.tables.changed:
            with suppress(ConfigurationError):
                await self.renew()

    async def try_reload(self) -> None:
        """Reload; what is wrong is told by the log and by `refused`."""
        with suppress(ConfigurationError):
            await self.reload()

    def _files(self) -> list[Path]:
        read = [path for step in self.pipeline.chain.steps for path in step.processor.files()]
        return [self.file, *read] if self.file else read


def _check(old: Settings, new: Settings) -> None:
    """Refuse what a running worker cannot take up."""
    fixed = Settings.model_fields.keys() - RELOADABLE - _NOT_THE_WORKERS
    changed = [name for name in sorted(fixed) if getattr(old, name) != getattr(new, name)]
    if changed:
        raise ConfigurationError(f"{', '.join(changed)} changed", cure="Restart the worker to take that up.")
    strange = sorted(_code(new) - _code(old))
    if strange:
        raise ConfigurationError(
            f"processors: {', '.join(strange)} is code that is not loaded", cure="Restart the worker to load it."
        )


def _code(settings: Settings) -> set[str]:
    """Name the code that processors run: classes, and the folders and interpreters of old modules."""
    named: list[object] = [entry.use for entry in settings.processors]
    for entry in settings.processors:
        if entry.name == _OLD_MODULE:
            named += [entry.options.get("path"), entry.options.get("interpreter")]
    return {str(name) for name in named if name}


def _stamps(files: Iterable[Path]) -> dict[Path, tuple[int, int, int] | None]:
    """Which file is where now: its inode, size and time; None while it is away, as in the middle of a replacement."""
    return {path: _stamp(path) for path in files}


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
