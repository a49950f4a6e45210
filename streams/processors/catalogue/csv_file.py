"""A catalogue as CSV (RFC 4180): one service a row, the first row names the columns, one of which is `name`."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from streams.processors.catalogue.lines import BrokenLine, Row

_NAME = "name"


def read_csv(text: str) -> Iterator[Row]:
    """Give the rows with the line on which each begins; blank lines are no rows.

    Raises:
        BrokenLine: what is wrong, and on which line.
    """
    rows = _rows(text)
    first, columns = next(rows, (1, []))
    columns = [column.strip() for column in columns]
    if _NAME not in columns:
        raise BrokenLine(first, "the first row names no column `name`")
    if len(set(columns)) < len(columns):
        raise BrokenLine(first, "the first row names a column twice")
    for line, cells in rows:
        if len(cells) != len(columns):
            raise BrokenLine(line, f"{len(cells)} cells where the first row names {len(columns)} columns")
        fields = dict(zip(columns, map(str.strip, cells), strict=True))
        yield Row(line, fields.pop(_NAME), fields)


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BrokenLine(line, f"it is not CSV: {error}") from None
