"""Run files: how commands on this machine find the roles that run here.

A role writes `<state directory>/run/<role>-<pid>.json` and holds a lock (flock) on it for as long as it lives.
The kernel drops the lock with the process, so a file without one is stale, whoever has its pid by now.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from streams.paths import state_dir

_LARGEST_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """What a running role tells: `http` is its address, `socket` the path of its control socket.

    `started` is RFC 3339.
    """

    role: str
    pid: int
    group: str
    http: str
    socket: str
    started: str


def run_dir(chosen: Path | None) -> Path:
    """Give the folder of run files: below the state directory that the settings choose, or the usual one."""
    return state_dir(chosen) / "run"


class HeldRunFile:
    """A role's own run file, from `write` to `remove`; readable by its user alone."""

    def __init__(self, directory: Path, content: RunFile) -> None:
        self.path = directory / f"{content.role}-{content.pid}.json"
        self._content = content
        self._file = -1

    def write(self) -> None:
        """Appear, whole and locked, after clearing away what roles that died have left."""
        make_private(self.path.parent)
        _clean(self.path.parent)
        draft = self.path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        self._file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        os.write(self._file, json.dumps(asdict(self._content)).encode())
        draft.rename(self.path)

    def remove(self) -> None:
        """Disappear; harmless when it was never written."""
        if self._file >= 0:
            self.path.unlink(missing_ok=True)
            os.close(self._file)
            self._file = -1


def make_private(directory: Path) -> None:
    """Make a folder that only its owner may enter, or close one that exists."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    directory.chmod(0o700)


def running(directory: Path, role: str | None = None) -> list[RunFile]:
    """Give the roles that run here, in the order of their files' names; `role` picks those of one kind."""
    found = (run_file for _, run_file, alive in _read_all(directory) if alive and run_file is not None)
    return [run_file for run_file in found if role in (None, run_file.role)]


def _clean(directory: Path) -> None:
    """Remove what dead roles left: run files, and the sockets they name."""
    for path, run_file, alive in _read_all(directory):
        if alive:
            continue
        path.unlink(missing_ok=True)
        if run_file is not None and Path(run_file.socket).is_socket():
            Path(run_file.socket).unlink(missing_ok=True)


def _read_all(directory: Path) -> Iterator[tuple[Path, RunFile | None, bool]]:
    """Yield each file with its content, None when it is not a run file, and whether its role lives."""
    for path in sorted(directory.glob("*.json")):
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            yield path, _parse(file.read(_LARGEST_BYTES)), _locked(file.fileno())


def _parse(text: bytes) -> RunFile | None:
    try:
        return RunFile(**json.loads(text))
    except (ValueError, TypeError):
        return None


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False
