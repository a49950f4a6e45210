"""Detection on lines that are in no dialect's examples.

The lines are the project's own, written in the forms of the formats' documentation, and the dialect of each was
settled before Weft read it. They came in three parts, of which 134 of 135, 81 of 81 and 61 of 64 were right when Weft
first read them; after each part the rules behind the others were mended. A line that is wrong is a reason to look at
its rule.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

import pytest

from streams.dialects.registry import BY_NAME, DIALECTS
from tests.through import records_of

LEAST_SHARE: Final = 0.99
LEAST_LINES: Final = 200


class Line(NamedTuple):
    """A line and the dialects, or envelopes, of which one is right for it."""

    text: str
    dialects: frozenset[str]


def lines() -> list[Line]:
    """Read the lines of the file beside this one."""
    found: list[Line] = []
    right: frozenset[str] = frozenset()
    for row in Path(__file__).with_name("unseen.txt").read_text("utf-8").splitlines()[1:]:
        if row.startswith("@") and set(row[1:].split(",")) <= BY_NAME.keys():
            right = frozenset(row[1:].split(","))
        else:
            found.append(Line(row.replace("⏎", "\n"), right))
    return found


def test_at_least_99_in_100_unseen_lines_are_of_their_dialect() -> None:
    listed = lines()
    wrong = [line for line in listed if not _is_right(line)]
    assert len(listed) >= LEAST_LINES
    assert 1 - len(wrong) / len(listed) >= LEAST_SHARE, wrong


def test_no_unseen_line_is_an_example() -> None:
    examples = {example.encoded for dialect in DIALECTS for example in dialect.examples}
    assert examples.isdisjoint(line.text.encode() for line in lines())


@pytest.mark.parametrize(
    "name", ["access-log", "rfc3164", "java-text", "python-text", "logfmt", "pino", "json", "text"]
)
def test_common_dialects_are_among_the_unseen_lines(name: str) -> None:
    assert any(name in line.dialects for line in lines())


def _is_right(line: Line) -> bool:
    return all(line.dialects & {record["dialect"], *record.get("envelopes", ())} for record in records_of(line.text))
