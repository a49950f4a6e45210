"""One broker process under its guardian."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO, cast

from streams.dev.errors import BrokerFailed
from streams.errors import UnexpectedState

GRACE_SECONDS = 10.0
_GUARDIAN = Path(__file__).with_name("guardian.py")
_TAIL_CHARS = 2000


class BrokerNode:
    """A broker that can be started, stopped and killed any number of times.

    `folder` is its working directory; what it prints goes to `broker.log` there, and the log of the
    time before is kept as `broker.log.1`.
    """

    def __init__(self, node_id: int, folder: Path) -> None:
        self.id = node_id
        self.pid = 0
        self._folder = folder
        self._log = folder / "broker.log"
        self._guardian: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the broker was started and has not ended."""
        return self._guardian is not None and self._guardian.poll() is None

    @property
    def failed(self) -> bool:
        """Whether the broker was started and ended by itself."""
        return self._guardian is not None and self._guardian.poll() is not None

    def start(self, command: Sequence[str], lock_fd: int) -> None:
        """Start the broker; it keeps the lock behind `lock_fd` as long as it lives.

        Raises BrokerFailed if the program cannot be started.
        """
        if self.running:
            raise UnexpectedState(f"Kafka broker {self.id} is running already.")
        self.wait_ended()
        self._keep_last_log()
        with self._log.open("wb") as log:
            self._guardian = subprocess.Popen(  # noqa: S603 (our own script and the command that java.py builds)
                [sys.executable, "-ISu", str(_GUARDIAN), str(GRACE_SECONDS), str(lock_fd), *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
                pass_fds=(lock_fd,),
            )
        with cast("IO[bytes]", self._guardian.stdout) as stdout:
            line = stdout.readline()
        if not line:
            raise BrokerFailed(f"Kafka broker {self.id} could not be started.", cure=self.log_end())
        self.pid = int(line)

    def request_stop(self) -> None:
        """Ask the broker to shut down and return at once."""
        self._end_input(b"")

    def kill(self) -> None:
        """End the broker with SIGKILL, as `kill -9` does, and wait until it is gone."""
        self._end_input(b"kill")
        self.wait_ended()

    def wait_ended(self) -> None:
        """Wait until the process is gone; nothing survives the grace time."""
        if self._guardian is None:
            return
        try:
            code = self._guardian.wait(GRACE_SECONDS * 2)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        if code < 0:  # the guardian itself hangs or was killed: its process group is all that is left
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._guardian.pid, signal.SIGKILL)
            self._guardian.wait()
        self._end_input(b"")
        self._guardian = None

    def port_was_taken(self) -> bool:
        """Whether the broker ended because it could not listen on its port."""
        return "Address already in use" in self._log_text()

    def log_end(self) -> str:
        """Where the log is and how it ends, for an error message."""
        return f"The end of {self._log}:\n{self._log_text()[-_TAIL_CHARS:].strip()}"

    def _log_text(self) -> str:
        return self._log.read_text(errors="replace")

    def _end_input(self, word: bytes) -> None:
        if self._guardian is None or self._guardian.stdin is None or self._guardian.stdin.closed:
            return
        with contextlib.suppress(BrokenPipeError), self._guardian.stdin as stdin:  # broken: it has ended already
            stdin.write(word)

    def _keep_last_log(self) -> None:
        if self._log.exists():
            self._log.replace(self._log.with_suffix(".log.1"))
