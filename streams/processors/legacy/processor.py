"""An old module as a processor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Protocol
from weakref import finalize

from orjson import dumps, loads
from pydantic import Field, model_validator

from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.processors.legacy.local import Local
from streams.processors.legacy.remote import Program, Remote
from streams.processors.legacy.sources import read_sources
from streams.processors.legacy.writes import MAPS, WHOLE, WritablePath, Writes
from streams.types import Record
from streams.values.json import plain_float

_FIELDS = WHOLE | {f"{part}.*" for part in MAPS}

ModuleName = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]


class Caller(Protocol):
    """Calls an old function somewhere."""

    def __call__(self, record: dict[str, Any]) -> dict[str, Any]:
        """Give what the function makes of a record, which it may change."""
        ...

    def close(self) -> None:
        """Let go of everything; calls fail from now on."""
        ...


class Legacy(Processor):
    """Runs an old `normalize(dict) -> dict`, kept apart from everything else that the process has loaded.

    The function gets a copy of the record and returns the record as it shall be; it may change, add and remove only
    what `writes` names. Two modules of one name, also of the names that Weft uses, do not meet. With `mode:
    subprocess` the function runs in an interpreter of its own, for dependencies that conflict and code that hangs.
    """

    class Options(base.Options):
        """Where the function is, what it may write, and where it runs."""

        label: Annotated[str, Field(pattern="^[a-z0-9_-]{1,32}$")] | None = Field(
            None, description="tells several apart: the processor is then called legacy.LABEL"
        )
        path: Path | None = Field(None, description="folder that holds the module, as it would stand on sys.path")
        module: ModuleName | None = Field(None, description="name of the module, with points")
        function: Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")] = Field("normalize", description="its function")
        writes: tuple[WritablePath, ...] = Field((), description="the only fields that it may write")
        mode: Literal["in_process", "subprocess"] = Field("in_process", description="where it runs")
        interpreter: Path | None = Field(
            None, description="Python 3.8 or later for mode subprocess; default: Weft's own"
        )
        timeout_seconds: float = Field(1, gt=0, le=5, description="longest call in mode subprocess")
        output_bytes: int = Field(8_388_608, ge=1_024, description="largest result in mode subprocess")

        @model_validator(mode="after")
        def _is_whole(self) -> Legacy.Options:
            if (self.path is None) != (self.module is None):
                raise ValueError("path and module belong together")
            remote_only = {"interpreter", "timeout_seconds", "output_bytes"} & self.model_fields_set
            if self.mode == "in_process" and remote_only:
                raise ValueError(f"{', '.join(sorted(remote_only))}: only with mode: subprocess")
            return self

    name: ClassVar[str] = "legacy"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = _FIELDS - {"event_name"}
    writes: ClassVar[frozenset[str]] = _FIELDS
    overwrites: ClassVar[frozenset[str]] = _FIELDS
    not_idempotent: ClassVar[str] = "what a second run changes is up to the function"

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.declare(self.reads, options.writes, options.writes)
        if options.label:
            vars(self).update(name=f"{self.name}.{options.label}")
        self._writes = Writes(options.writes)
        self._snapshot, self._caller = _prepare(options)
        # A chunk ends with the pipeline that it began with, so a reload cannot say when the last call is over.
        self._finalizer = finalize(self, self._caller.close) if self._caller else None

    @property
    def blocks(self) -> bool:
        """Whether the function runs in a process that may keep the caller waiting."""
        return isinstance(self._caller, Remote)

    def process(self, record: Record) -> Acted:
        """Let the function have its say; True when it changed something."""
        if self._caller is None:
            return False
        copy = loads(dumps(record, plain_float))
        del copy["provenance"]
        return self._writes.take(record, self._caller(copy))

    def snapshot(self) -> str:
        """Give the hash of the Python files in the module's folder."""
        return self._snapshot

    def close(self) -> None:
        """Remove the module from the process, or end its process; done by itself when nobody uses this any more."""
        if self._finalizer:
            self._finalizer()


def _prepare(options: Legacy.Options) -> tuple[str, Caller | None]:
    """Load the function and give the hash of its code; neither without a path.

    Raises:
        ConfigurationError: it cannot be loaded.
    """
    if options.path is None or options.module is None:
        return "", None
    sources = read_sources(options.path)
    if options.mode == "in_process":
        return sources.digest, Local(sources, options.module, options.function)
    interpreter = options.interpreter or Path(sys.executable)
    limits = options.timeout_seconds, options.output_bytes
    return sources.digest, Remote(Program(interpreter, options.path, options.module, options.function, *limits))
