"""One process that answers lines: each question and each answer within a deadline and a size."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from select import POLLHUP, POLLIN, POLLOUT, poll

from streams.processors.legacy.failures import DeadlineExceeded, ProcessEnded

_PIECE = 65_536
_OURS = "WEFT_"


class Child:
    """A process in a session of its own; `kill` ends it with everything that it started.

    It does not inherit the variables of this process's settings, which may hold secrets.
    """

    def __init__(self, command: Sequence[str], most_bytes: int) -> None:
        self._most = most_bytes
        self._received = bytearray()
        self._process = subprocess.Popen(  # noqa: S603 (the operator's own interpreter)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if not name.startswith(_OURS)},
            start_new_session=True,
            bufsize=0,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise ProcessEnded("no pipes")
        self._pipes = (self._process.stdin, self._process.stdout)
        self._questions, self._answers = (pipe.fileno() for pipe in self._pipes)
        os.set_blocking(self._questions, False)
        os.set_blocking(self._answers, False)

    def send(self, line: bytes, deadline: float) -> None:
        """Write a line before the deadline, which is a time of the monotonic clock.

        Raises:
            DeadlineExceeded: the process does not read.
            ProcessEnded: it is gone.
        """
        rest = memoryview(line)
        while rest:
            _wait(self._questions, POLLOUT, deadline)
            with suppress(BlockingIOError):
                try:
                    rest = rest[os.write(self._questions, rest) :]
                except BrokenPipeError:
                    raise ProcessEnded("it reads no more") from None

    def receive(self, deadline: float) -> bytes:
        """Read a line before the deadline; one that is in the past takes what is there already.

        Raises:
            DeadlineExceeded: there was none in time.
            ProcessEnded: the process is gone, or its line is too long.
        """
        piece = bytes(self._received)
        while b"\n" not in piece:
            _wait(self._answers, POLLIN, deadline)
            piece = os.read(self._answers, _PIECE)
            if not piece:
                raise ProcessEnded("it writes no more")
            self._received += piece
            if len(self._received) > self._most:
                raise ProcessEnded("a line too long")
        line, _, self._received = self._received.partition(b"\n")
        return bytes(line)

    def kill(self) -> None:
        """End the process and everything that it started, and wait until it is gone."""
        # Its number is still its own: nothing but this has waited for it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for pipe in self._pipes:
            pipe.close()


def _wait(fd: int, event: int, deadline: float) -> None:
    """Wait until a pipe is ready or hung up."""
    asked = poll()
    asked.register(fd, event | POLLHUP)
    if not asked.poll(max(0.0, deadline - time.monotonic()) * 1_000):
        raise DeadlineExceeded
