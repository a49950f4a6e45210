"""A role as a child process of `weft up`."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from streams.dev.errors import ChildEnded
from streams.dev.guarded import GuardedProcess
from streams.settings import PREFIX, Settings

_WEFT: Final = (sys.executable, "-P", "-m", "streams.cli")
_TERMINATED: Final = 128 + signal.SIGTERM
_BEYOND_ITS_DEADLINE_SECONDS: Final = 5.0


class RoleProcess(GuardedProcess):
    """`weft worker`, say, on the brokers of `settings`; its log goes to `logs/worker.log` in `root`.

    Of those that serve metrics only one can have the port that the settings name; the others take any.
    """

    def __init__(self, arguments: Sequence[str], settings: Settings, root: Path, *, any_port: bool = False) -> None:
        logs = root / "logs"
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(
            f"the {' '.join(arguments)}",
            folder=Path.cwd(),  # relative paths in the settings mean the same to it
            log=logs / f"{'-'.join(arguments)}.log",
            grace_seconds=settings.timing.stop_deadline_seconds + _BEYOND_ITS_DEADLINE_SECONDS,
            environment=os.environ
            | {f"{PREFIX}BROKERS": settings.brokers or ""}
            | ({f"{PREFIX}HTTP_PORT": "0"} if any_port else {}),
        )
        self._arguments = arguments

    def launch(self, lock_fd: int) -> None:
        """Start it; raises ChildNotStarted."""
        self.start((*_WEFT, *self._arguments), lock_fd)

    @property
    def ready(self) -> bool:
        """Whether it has said that its partitions are assigned."""
        return any(_event(line) == "ready" for line in self.log_text().splitlines())

    def check(self) -> None:
        """Raise ChildEnded if it has ended by itself."""
        if self.failed:
            raise ChildEnded(self.name, self.wait_ended(), cure=self.log_end())

    def stop(self) -> None:
        """Let it drain and leave; raises ChildEnded when it does not end as asked. Harmless when it is not running."""
        begun = self.running and self.ready
        self.request_stop()
        code = self.wait_ended()
        if code and (begun or code != _TERMINATED):  # Python itself obeys as long as it is loading the program
            raise ChildEnded(self.name, code, cure=self.log_end())


def _event(line: str) -> object:
    try:
        return json.loads(line).get("event")
    except (ValueError, AttributeError):
        return None
