"""An old function in an interpreter of its own, which is started again when it dies."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, Final, NamedTuple

import orjson

from streams.errors import ConfigurationError
from streams.processors.legacy import server
from streams.processors.legacy.child import Child
from streams.processors.legacy.failures import (
    Closed,
    DeadlineExceeded,
    FunctionRaised,
    LegacyFailure,
    ProcessEnded,
    Unavailable,
)
from streams.processors.legacy.sources import read_sources

_START_SECONDS: Final = 10.0
_FIRST_DELAY, _LONGEST_DELAY = 1.0, 60.0
_SLACK = 2
"""The process ends a call itself after so many deadlines: only when nobody is left to kill it."""
_ENVELOPE_BYTES = 1_024
_FAILURES: Final = {kind.__name__: kind for kind in (server.NotARecord, server.NotJson, server.OutputTooLarge)}


class Program(NamedTuple):
    """What runs in the process, and its limits."""

    interpreter: Path
    path: Path
    module: str
    function: str
    call_seconds: float
    output_bytes: int

    def command(self) -> list[str]:
        """Give the command: isolated from our folders and variables, and writing nothing beside the old code."""
        limits = (_START_SECONDS, self.call_seconds * _SLACK, self.output_bytes)
        where = (self.path.resolve(), self.module, self.function)
        return [str(self.interpreter), "-IB", server.__file__, *map(str, (*where, *limits))]


class Remote:
    """Calls a function in another process, one call at a time; any number of threads may.

    A process that dies, does not answer in time or breaks the protocol is killed. The next is started after a delay,
    which doubles from 1 s to 60 s as long as none has lived for 60 s; until it is ready every call fails at once, so
    what hangs costs the caller one deadline a delay. `clock` is a monotonic one in seconds.
    """

    def __init__(self, program: Program, clock: Callable[[], float] = time.monotonic) -> None:
        self._program = program
        self._clock = clock
        self._lock = Lock()
        self._asked = 0
        self._closed = self._ready = False
        self._child: Child | None = None
        self._started = self._next_start = 0.0
        self._delay = _FIRST_DELAY
        self._begin()

    def __call__(self, record: dict[str, Any]) -> dict[str, Any]:
        """Call the function.

        Raises:
            LegacyFailure: it did not give a record, or its process is not there.
            TypeError: it gave no record, or one that is no JSON.
        """
        with self._lock:
            child = self._present()
            try:
                answer = self._exchange(child, record)
            except LegacyFailure:
                self._lose()
                raise
        if "error" in answer:
            raise _FAILURES.get(answer["error"], FunctionRaised)(answer["error"])
        return answer["result"]  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._closed = True
            self._kill()

    def _begin(self) -> None:
        """Start the first process and wait until it is ready.

        Raises:
            ConfigurationError: it does not get ready.
        """
        self._started = self._clock()
        try:
            self._child = self._start()
            self._greet(self._child, time.monotonic() + _START_SECONDS)
        except (LegacyFailure, OSError) as error:
            self.close()
            raise ConfigurationError(
                f"legacy: {self._program.interpreter} cannot run {self._program.module}:{self._program.function}: "
                f"{type(error).__name__}: {error}",
                cure="The interpreter must be Python 3.8 or later, and able to import the module.",
            ) from None

    def _present(self) -> Child:
        """Give the process that is ready, or take a step towards one.

        Raises:
            Unavailable: there is none yet.
        """
        if self._closed:
            raise Closed
        if self._child is None:
            if self._clock() < self._next_start:
                raise Unavailable("it waits for its next start")
            self._restart()
        if self._child is not None and not self._ready:
            self._look(self._child)
        if self._child is None or not self._ready:
            raise Unavailable("it is being started")
        return self._child

    def _restart(self) -> None:
        self._started = self._clock()
        try:
            read_sources(self._program.path)
            self._child = self._start()
        except (ConfigurationError, OSError) as error:
            self._lose()
            raise Unavailable(str(error)) from None

    def _start(self) -> Child:
        self._ready, self._asked = False, 0
        return Child(self._program.command(), self._program.output_bytes + _ENVELOPE_BYTES)

    def _look(self, child: Child) -> None:
        """See whether a process has got ready, without waiting."""
        try:
            self._greet(child, deadline=0)
        except DeadlineExceeded:
            if self._clock() - self._started > _START_SECONDS:
                self._lose()
        except LegacyFailure:
            self._lose()

    def _greet(self, child: Child, deadline: float) -> None:
        said = _read(child.receive(deadline))
        if said.get("ready") is not True:
            raise ProcessEnded(f"{said.get('error')}: {said.get('message')}")
        self._ready = True

    def _exchange(self, child: Child, record: dict[str, Any]) -> dict[str, Any]:
        self._asked += 1
        deadline = time.monotonic() + self._program.call_seconds
        child.send(orjson.dumps({"id": self._asked, "record": record}) + b"\n", deadline)
        answer = _read(child.receive(deadline))
        if answer.get("id") != self._asked or not ("error" in answer or isinstance(answer.get("result"), dict)):
            raise ProcessEnded("an answer to no question")
        return answer

    def _lose(self) -> None:
        """End the process and set the time of the next start."""
        self._kill()
        now = self._clock()
        if now - self._started >= _LONGEST_DELAY:
            self._delay = _FIRST_DELAY
        self._next_start = now + self._delay
        self._delay = min(self._delay * 2, _LONGEST_DELAY)

    def _kill(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


def _read(line: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise ProcessEnded("a line that is no JSON object")
    return said
