"""Changes of a dataset as a whole, by one program at a time: files are replaced by others, or by nothing.

The new files are on the disk before the log says so in one step, and the old ones are deleted after it. So whoever asks
the log sees every record once, at any moment; a reader that lists folders may meet a record twice in between, and one
that asked the log before must ask again when a file of its list is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pyarrow as pa

from streams.errors import TemporaryError
from streams.sinks.parquet.files import open_files
from streams.sinks.parquet.layout import folder_of
from streams.sinks.parquet.log import Fenced, Log
from streams.sinks.parquet.manifest import MAINTENANCE, DataFile
from streams.sinks.parquet.parquet import described, from_parquet, to_parquet
from streams.sinks.parquet.writer import Writer


class Maintenance:
    """The right to replace files, which the next one to have it takes away."""

    def __init__(self, location: str | Path) -> None:
        """Take it, and clean up behind a program that died with it.

        Raises:
            ConfigurationError: the dataset cannot be written to.
            Unavailable: the store does not answer.
        """
        self._files = open_files(location)
        self._files.prepare()
        self._log = Log(self._files)
        self._writer = Writer(self._files, self._log, MAINTENANCE)

    @property
    def files(self) -> Sequence[DataFile]:
        """The committed files, by path."""
        return sorted(self._log.snapshot().files.values())

    def read(self, file: DataFile) -> pa.Table:
        """Give what is in a file."""
        return from_parquet(self._files.read(file.path))

    def replace(self, old: Sequence[DataFile], table: pa.Table | None = None) -> None:
        """Put one file with these rows, in the folder of the first, in the place of others; or only remove them.

        Raises:
            TemporaryError: another program maintains the dataset now; nothing was replaced.
            Unavailable: the store does not answer.
        """
        new: dict[DataFile, bytes] = {}
        if table is not None and table.num_rows:
            data = to_parquet(table)
            new[described(self._writer.path_in(folder_of(old[0].path)), table, data)] = data
        try:
            self._writer.commit(uuid4().hex, new, removed=[file.path for file in old])
        except Fenced:
            raise TemporaryError(
                "another program has begun to maintain the dataset", cure="Run it again when the other one is done."
            ) from None
