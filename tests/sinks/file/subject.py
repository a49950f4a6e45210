"""The file sink for the contract's checks, in a folder of its own."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp

import orjson

from streams.sinks.base import Place, Sink
from streams.sinks.file import FileOptions, FileSink
from streams.sinks.stores import Stored
from streams.testing.sink_subject import SinkUnderTest

_NO_FILE_IS_SO_SMALL = 1_024


class FileUnderTest(SinkUnderTest):
    """A bound on the size of files makes it full, a file in the place of its folder unreachable."""

    def __init__(self) -> None:
        self.directory = Path(mkdtemp(prefix="weft-file-"))
        self._soft, self._hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def make(self, *, rewrite: bool = False) -> Sink:
        return FileSink(FileOptions(), Place(name="file", directory=self.directory, rewrite=rewrite))

    async def read(self) -> Sequence[Stored]:
        files = sorted(self.directory.glob("*.ndjson"))
        return [orjson.loads(line) for file in files for line in file.read_bytes().split(b"\n")[:-1]]

    async def close(self) -> None:
        await self.mend()
        shutil.rmtree(self.directory)

    async def fill(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (_NO_FILE_IS_SO_SMALL, self._hard))

    async def mend(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (self._soft, self._hard))
