"""What the readers of files share: rows with their lines, and errors that name one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Row(NamedTuple):
    """A service as a file has it, with the line on which it begins, from 1."""

    line: int
    name: str
    fields: Mapping[str, str]


class BrokenLine(ValueError):
    """What is wrong with a file, and on which line, from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
