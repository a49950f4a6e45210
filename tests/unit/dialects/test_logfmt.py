"""logfmt, as it should be and as it is."""

from __future__ import annotations

import pytest

from streams.dialects.logfmt import parse
from tests.through import record_of


@pytest.mark.parametrize(
    ("line", "pairs"),
    [
        ("a=1 b=2", [("a", "1"), ("b", "2")]),
        ('level=info msg="two words"', [("level", "info"), ("msg", "two words")]),
        (r'msg="a \"quote\", a \\ and a\nline" a=1', [("msg", 'a "quote", a \\ and a\nline'), ("a", "1")]),
        (r'a="\u0433\x3d\U0001f4a9\ud83d" b=1', [("a", "\u0433=\U0001f4a9ud83d"), ("b", "1")]),
        ("level= msg=x", [("level", ""), ("msg", "x")]),
        ("a=1\tb=x=y", [("a", "1"), ("b", "x=y")]),
        (
            "level=fatal err=&{0x20 map[a:b size:9] panic} n=1",
            [("level", "fatal"), ("err", "&{0x20 map[a:b size:9] panic}"), ("n", "1")],
        ),
        ('ts=1 msg="unfinished x', [("ts", "1"), ("msg", '"unfinished x')]),
        ("a.b=1 c-d=2 e/f=3", [("a.b", "1"), ("c-d", "2"), ("e/f", "3")]),
    ],
)
def test_a_line_is_split_into_its_pairs(line: str, pairs: list[tuple[str, str]]) -> None:
    assert parse(line) == pairs


@pytest.mark.parametrize(
    "line",
    [
        "a=1",
        "user=bob logged in from host=x",
        "SELECT a FROM t WHERE a=1 AND b=2",
        "x = 1, y = 2",
        "=1 =2",
        "",
        "plain text",
        "1=2 3=4",
    ],
)
def test_other_lines_are_not_logfmt(line: str) -> None:
    assert parse(line) is None


def test_several_lines_are_not_logfmt() -> None:
    assert record_of("level=info msg=a\nlevel=info msg=b")["dialect"] == "text"


def test_of_a_key_that_is_there_twice_the_last_wins() -> None:
    record = record_of("level=info component=a component=b msg=x time=2026-11-20T12:00:00Z")
    assert (record["attributes"], record["flags"]) == ({"component": "b"}, ["json.duplicate_keys"])


def test_a_line_without_a_message_keeps_its_text() -> None:
    assert record_of("level=info caller=main.go:1")["body"] == "level=info caller=main.go:1"
