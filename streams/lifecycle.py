"""How a role ends: asked to, or loudly; in both cases within a deadline."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from functools import partial

import structlog

from streams.errors import WeftError

log = structlog.get_logger()

_BUG = 70
_TEMPORARY = 75
_COLLECT_AFTER_ALLOCATIONS = 100_000
_LOOKS_PER_SILENCE = 10
_TELLING_SECONDS = 1.0


class Lifecycle:
    """Knows whether the role should stop, and ends the process when it must not go on.

    Replay is safe, so an unexpected state ends the process at once instead of working around it.
    """

    def __init__(self, stop_deadline_seconds: float, exit_process: Callable[[int], object] = os._exit) -> None:
        self.stopping = asyncio.Event()
        self.exit_code = 0
        self._deadline = stop_deadline_seconds
        self._exit = exit_process
        self._timer: threading.Timer | None = None
        self._finished = threading.Event()
        self._heard = time.monotonic()

    def listen(self) -> None:
        """Stop on SIGTERM and SIGINT, also while the start is not finished or the event loop is busy.

        Plain signal handlers, because those of the event loop wait for it.
        """
        loop = asyncio.get_running_loop()

        def requested(number: int, frame: object) -> None:
            self._enforce()
            loop.call_soon_threadsafe(self.stop)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, requested)

    def on_hangup(self, act: Callable[[], None]) -> None:
        """Act on SIGHUP, which then ends nothing."""
        loop = asyncio.get_running_loop()
        signal.signal(signal.SIGHUP, lambda number, frame: loop.call_soon_threadsafe(act) and None)

    def guard(self, silent_seconds: float) -> None:
        """End the process when the event loop has not called `beat` for so long: nothing on the loop could."""
        self.beat()
        watcher = threading.Thread(target=self._await_silence, args=(silent_seconds,), daemon=True)
        watcher.start()

    def beat(self) -> None:
        """Show that the event loop lives."""
        self._heard = time.monotonic()

    def _await_silence(self, silent_seconds: float) -> None:
        while not self._finished.wait(silent_seconds / _LOOKS_PER_SILENCE):
            if time.monotonic() - self._heard > silent_seconds:
                self._end_after("loop.silent", _TEMPORARY, seconds=silent_seconds)
                return

    def stop(self, exit_code: int = 0) -> None:
        """Ask for an orderly end; a thread enforces the deadline even if the event loop is stuck."""
        if self.stopping.is_set():
            return
        log.info("stopping", deadline_seconds=self._deadline)
        self.exit_code = exit_code
        self.stopping.set()
        self._enforce()

    def _enforce(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._deadline, self._overdue)
            self._timer.daemon = True
            self._timer.start()

    def done(self) -> None:
        """The role has ended in order: no deadline matters any more."""
        self._finished.set()
        if self._timer is not None:
            self._timer.cancel()

    def _overdue(self) -> None:
        self._end_after("stop.overdue", _TEMPORARY, deadline_seconds=self._deadline)

    def _end_after(self, event: str, code: int, **details: object) -> None:
        """Log and end; the log must not keep the process alive when nobody reads it."""
        telling = threading.Thread(target=partial(log.critical, event, **details), daemon=True)
        telling.start()
        telling.join(_TELLING_SECONDS)
        self._exit(code)

    def fail(self, error: BaseException) -> None:
        """End the process now: what is not committed is replayed."""
        code = exit_code_of(error)
        log.critical(
            "failed",
            error=type(error).__name__,
            message=str(error) if isinstance(error, WeftError) else None,
            frames=[f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)],
            exit_code=code,
        )
        self._end(code)

    def _end(self, code: int) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        self._exit(code)


def exit_code_of(error: BaseException) -> int:
    """Give the exit code for an error: its own, 75 when memory ran out, else 70."""
    if isinstance(error, WeftError):
        return error.exit_code
    return _TEMPORARY if isinstance(error, MemoryError) else _BUG


def calm_collector() -> None:
    """Let Python's cycle collector look less often, and never at what lives as long as the process.

    Records are acyclic and die in reference-count order; at its default threshold the collector walks every chunk in
    flight many times (measured by `make bench`: a fifth of the CPU time).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECT_AFTER_ALLOCATIONS, 50, 100)
