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
ALL = Beginnings(DIALECTS, UTC)
OBSERVED = "2026-11-24T12:00:00.000000000Z"
SOURCE: Source = {"topic": "t", "partition": 0, "offset": 0}


def claims_all(text: str, event_id: str, observed: str, source: Source) -> Record:
    return new_record("x", event_id, observed, source)


def dialect(name: str, starts: str = "", head: str = "", holds: tuple[str, ...] = ()) -> Dialect:
    return Dialect(name, "", "", (), starts=starts, head=head, holds=holds, compile_text=lambda _zone: claims_all)


def asked(beginnings: Beginnings, text: str) -> list[str]:
    """The names of the dialects that a text is put to."""
    return [dialect.name for dialect, _, mark in beginnings.plan(text).grammars if mark in text]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("2024-03-10 x", ["iso", "even", "any"]),
        ("1024-03-10 x", ["iso", "even", "any"]),
        ("2024/03/10 x", ["any"]),
        ("20", ["any"]),
        ("[2024-03-10T x", ["boxed", "any"]),
        ("[14:13:06 x", ["boxed", "any"]),
        ("[x", ["any"]),
        ("INFO: x", ["word", "any"]),
        ("INFO x", ["any"]),
        ("INFORMATION: x", ["any"]),
        ("abc", ["letter", "any"]),
        ("abc 1=2|3", ["letter", "marked", "any"]),
        ("zzz", ["any"]),
        ("", ["any"]),
        ("\u0662\u0660-\u0661", ["any"]),
        ("\ud800", ["any"]),
    ],
)
def test_a_text_is_put_to_those_that_begin_like_it_and_whose_mark_it_holds(text: str, names: list[str]) -> None:
    known = Beginnings(
        [
            dialect("iso", "0123456789", "0000-00-00 "),
            dialect("even", "2468", "0000-"),
            dialect("boxed", "[", r"\[(?:0000-00-00T|00:)"),
            dialect("word", "I", "INFO: "),
            dialect("letter", "ab1", "[a-z]"),
            dialect("marked", holds=("=2", "|4")),
            dialect("any"),
        ],
        UTC,
    )
    assert asked(known, text) == names


def test_a_beginning_ends_before_a_letter_and_after_48_characters() -> None:
    assert asked(Beginnings([dialect("short", head=r"a \Z"), dialect("long", head=r"a {48}\Z")], UTC), "a b") == [
        "short"
    ]
    assert asked(
        Beginnings([dialect("short", head=r"a \Z"), dialect("long", head=r"a {48}\Z")], UTC), f"a{' ' * 60}"
    ) == ["long"]


def test_what_is_remembered_of_beginnings_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginnings, "_MOST_BEGINNINGS", 4)
    known = Beginnings([dialect("any")], UTC)
    for length in range(1, 12):
        assert len(known.plan("1" * length).grammars) == 1
        assert len(known._plans) <= 4


def unasked(text: str) -> list[str]:
    """The dialects that would claim a text, but are not asked."""
    candidates = asked(ALL, text)
    others = ((dialect.name, read) for dialect, read in GRAMMARS if dialect.name not in candidates)
    return [name for name, read in others if text and read(text, "e", OBSERVED, SOURCE) is not None]


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
