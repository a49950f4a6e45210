"""Which text grammars are asked: all that would claim a text, and few others."""

from __future__ import annotations

from datetime import UTC

import pytest

from streams.dialects import beginnings
from streams.dialects.base import Dialect, new_record
from streams.dialects.beginnings import Beginnings
from streams.dialects.registry import DIALECTS
from streams.types import Record, Source
from tests.shared_data import ROOT, needs_shared_data

GRAMMARS = [(dialect, dialect.compile_text(UTC)) for dialect in DIALECTS if dialect.compile_text]
ALL = Beginnings(GRAMMARS)
OBSERVED = "2026-11-24T12:00:00.000000000Z"
SOURCE: Source = {"topic": "t", "partition": 0, "offset": 0}


def claims_all(text: str, event_id: str, observed: str, source: Source) -> Record:
    return new_record("x", event_id, observed, source)


def asked(text: str, *dialects: tuple[str, str, tuple[str, ...]]) -> list[str]:
    """The names of those dialects, given as name, starts and heads, that a text is put to."""
    made = [Dialect(name, "", "", (), starts=starts, heads=heads) for name, starts, heads in dialects]
    return [dialect.name for dialect, _ in Beginnings([(dialect, claims_all) for dialect in made]).grammars(text)]


ISO = ("iso", "0123456789", ("0000-00-00",))
BOXED = ("boxed", "[", ("[0000-00-00", "[00:"))
LETTER = ("letter", "ab1", ("0000-00-00",))
ANY = ("any", "", ())


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("2024-03-10 x", ["iso", "any"]),
        ("1024-03-10 x", ["iso", "letter", "any"]),
        ("2024/03/10 x", ["any"]),
        ("20", ["any"]),
        ("[2024-03-10 x", ["boxed", "any"]),
        ("[14:13:06 x", ["boxed", "any"]),
        ("[x", ["any"]),
        ("abc", ["letter", "any"]),
        ("zzz", ["any"]),
        ("", ["any"]),
        ("\u0662\u0660-\u0661", ["any"]),
    ],
)
def test_characters_tell_letters_apart_and_heads_figures(text: str, names: list[str]) -> None:
    assert asked(text, ISO, BOXED, LETTER, ANY) == names


def test_what_is_remembered_of_beginnings_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginnings, "_MOST_BEGINNINGS", 4)
    known = Beginnings([(Dialect("any", "", "", ()), claims_all)])
    for length in range(1, 12):
        assert len(known.grammars("1" * length)) == 1
        assert len(known._by_figures) <= 4


def unasked(text: str) -> list[str]:
    """The dialects that would claim a text, but are not asked."""
    candidates = {dialect.name for dialect, _ in ALL.grammars(text)}
    return [
        dialect.name
        for dialect, read in GRAMMARS
        if dialect.name not in candidates and read(text, "e", OBSERVED, SOURCE) is not None
    ]


@pytest.mark.parametrize("dialect", DIALECTS, ids=[dialect.name for dialect in DIALECTS])
def test_no_grammar_misses_a_line_that_it_knows(dialect: Dialect) -> None:
    texts = [example.value for example in dialect.examples if isinstance(example.value, str)]
    assert [(text, unasked(text)) for text in texts if unasked(text)] == []


@needs_shared_data
def test_no_grammar_misses_a_real_line_that_it_knows() -> None:
    lines = [line for path in (ROOT / "loghub").glob("*.log") for line in path.read_text("utf-8").splitlines()[:40]]
    lines += [line for path in (ROOT / "dialects").glob("*.log") for line in path.read_text("utf-8").splitlines()]
    assert len(lines) > 600
    assert [(line, unasked(line)) for line in lines if unasked(line)] == []
