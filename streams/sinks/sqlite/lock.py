"""One writer a folder: the kernel's lock on a file, which goes with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

from streams.errors import ConfigurationError

FILE: Final = "writer.lock"
_LONGEST: Final = 64


class WriterLock:
    """The right to write into a folder, from `take` to `drop`."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE
        self._file = -1

    def take(self) -> None:
        """Become the writer; harmless for who is it already.

        Raises:
            ConfigurationError: another process is.
        """
        if self._file >= 0:
            return
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(file, _LONGEST, 0).decode("ascii", "replace") or "unknown"
            os.close(file)
            raise ConfigurationError(
                f"process {holder} already writes into {self._path.parent}",
                cure="One process writes a folder of SQLite files: stop the other one, or run this one under another "
                "sink name or with another WEFT_STATE_DIR. To scale out use the sink postgres.",
            ) from None
        os.truncate(file, 0)
        os.pwrite(file, b"%d" % os.getpid(), 0)
        self._file = file

    def drop(self) -> None:
        """Let another process write."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
