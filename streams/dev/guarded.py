"""A child process under a guardian, which ends with whoever started it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, cast

from streams.dev.errors import ChildNotStarted
from streams.errors import UnexpectedState

_GUARDIAN = Path(__file__).with_name("guardian.py")
_TAIL_CHARS = 2000


class GuardedProcess:
    """A process that can be started, stopped and killed any number of times.

    `name` is how messages call it. It runs in `folder`; what it prints goes to `log`, and the log of the time
    before is kept beside it as `.1`. When it is asked to stop it has `grace_seconds` until it is killed.
    `environment` is the whole one, by default that of this process.
    """

    def __init__(
        self,
        name: str,
        *,
        folder: Path,
        log: Path,
        grace_seconds: float,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.pid = 0
        self.name = name
        self.log = log
        self.grace_seconds = grace_seconds
        self._folder = folder
        self._environment = environment
        self._guardian: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the process was started and has not ended."""
        return self._guardian is not None and self._guardian.poll() is None

    @property
    def failed(self) -> bool:
        """Whether the process was started and ended by itself."""
        return self._guardian is not None and self._guardian.poll() is not None

    def start(self, command: Sequence[str], lock_fd: int) -> None:
        """Start the process; it keeps the lock behind `lock_fd` as long as it lives.

        Raises ChildNotStarted if the program cannot be started.
        """
        if self.running:
            raise UnexpectedState(f"{self.name} is running already.")
        self.wait_ended()
        self._keep_last_log()
        with self.log.open("wb") as log:
            self._guardian = subprocess.Popen(  # noqa: S603 (our own script and our own commands)
                [sys.executable, "-ISu", str(_GUARDIAN), str(self.grace_seconds), str(lock_fd), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self._folder,
                env=self._environment,
                start_new_session=True,
                pass_fds=(lock_fd,),
            )
        with cast("IO[bytes]", self._guardian.stdout) as stdout:
            line = stdout.readline()
        if not line:
            raise ChildNotStarted(f"{self.name} could not be started.", cure=self.log_end())
        self.pid = int(line)

    def request_stop(self) -> None:
        """Ask the process to shut down and return at once."""
        self._end_input(b"")

    def kill(self) -> None:
        """End the process with SIGKILL, as `kill -9` does, and wait until it is gone."""
        self._end_input(b"kill")
        self.wait_ended()

    def wait_ended(self) -> int:
        """Wait until the process is gone; nothing survives the grace time.

        Returns its exit code, 128 plus the signal that ended it, or 0 when it was never started.
        """
        if self._guardian is None:
            return 0
        try:
            code = self._guardian.wait(self.grace_seconds * 2)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        if code < 0:  # the guardian itself hangs or was killed: its process group is all that is left
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._guardian.pid, signal.SIGKILL)
            self._guardian.wait()
        self._end_input(b"")
        self._guardian = None
        return code if code >= 0 else 128 - code

    def log_text(self) -> str:
        """What it has printed since it was started."""
        return self.log.read_text(errors="replace")

    def log_end(self) -> str:
        """Where the log is and how it ends, for an error message."""
        return f"The end of {self.log}:\n{self.log_text()[-_TAIL_CHARS:].strip()}"

    def _end_input(self, word: bytes) -> None:
        if self._guardian is None or self._guardian.stdin is None or self._guardian.stdin.closed:
            return
        with contextlib.suppress(BrokenPipeError), self._guardian.stdin as stdin:  # broken: it has ended already
            stdin.write(word)

    def _keep_last_log(self) -> None:
        if self.log.exists():
            self.log.replace(self.log.with_suffix(f"{self.log.suffix}.1"))
