"""How records and dead letters look: readable, on one line, and unable to fake another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.cli import view
from streams.processors.redaction.display import Display
from streams.processors.redaction.options import RedactOptions


@dataclass
class Raw:
    value: bytes | None
    key: bytes | None = None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    topic: str = "t"
    partition: int = 1
    offset: int = 7
    timestamp: int = 0


def _record(**fields: Any) -> dict[str, Any]:
    base = {
        "timestamp": "2026-03-01T12:00:00.123456789Z",
        "observed_timestamp": "2026-03-01T13:00:00.000000000Z",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "severity_number": 17,
        "body": "payment failed",
        "resource": {"service.name": "checkout"},
    }
    return base | fields


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "2026-03-01 12:00:00.123 ERROR checkout payment failed [4bf92f35]"),
        ({"timestamp": None}, "2026-03-01 13:00:00.000 ERROR checkout payment failed [4bf92f35]"),
        ({"trace_id": None}, "2026-03-01 12:00:00.123 ERROR checkout payment failed"),
        ({"severity_number": 0}, "2026-03-01 12:00:00.123 -     checkout payment failed [4bf92f35]"),
        ({"body": {"a": 1}}, '2026-03-01 12:00:00.123 ERROR checkout {"a": 1} [4bf92f35]'),
        (
            {"body": None, "metric": {"name": "requests", "value": 3}},
            "2026-03-01 12:00:00.123 ERROR checkout requests = 3 [4bf92f35]",
        ),
        (
            {"body": "", "span": {"name": "GET /", "duration_ns": 1_500_000}},
            "2026-03-01 12:00:00.123 ERROR checkout GET / 1.5 ms [4bf92f35]",
        ),
        ({"body": "two\nlines"}, r"2026-03-01 12:00:00.123 ERROR checkout two\u000alines [4bf92f35]"),
        (
            {"resource": {"service.name": "\x1b[2J"}},
            r"2026-03-01 12:00:00.123 ERROR \u001b[2J payment failed [4bf92f35]",
        ),
    ],
)
def test_a_record_is_one_line(fields: dict[str, Any], line: str) -> None:
    assert view.record_line(_record(**fields), colour=False) == line


@pytest.mark.parametrize(
    ("number", "name"),
    [(0, "-"), (1, "TRACE"), (4, "TRACE"), (5, "DEBUG"), (9, "INFO"), (13, "WARN"), (24, "FATAL"), (25, "-")],
)
def test_severity_is_shown_by_its_band(number: int, name: str) -> None:
    assert view.severity_name(number) == name


def test_colour_paints_the_severity_and_nothing_of_it_is_there_without() -> None:
    assert "\x1b[31mERROR" in view.record_line(_record(), colour=True)
    assert "\x1b" not in view.record_line(_record(), colour=False)


@given(st.text())
def test_nothing_in_a_line_moves_the_cursor_or_turns_the_text(text: str) -> None:
    shown = view.printable(text)

    assert not set(shown) & {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0x202E, 0x2066)}


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_escaping_changes_nothing_of_what_a_json_line_says(content: Any) -> None:
    assert json.loads(view.printable(json.dumps(content, ensure_ascii=False))) == content


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"[]", b"{}", b'{"timestamp": 1, "resource": 2}', b"plain"])
def test_what_is_no_record_is_named_by_its_place_and_not_shown(value: bytes | None) -> None:
    assert view.enriched_line(Raw(value), colour=False) == "t-1-7 is not an enriched record"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b'{"a":"\xc2\x9b"}', r'{"a":"\u009b"}'),
        (b"plain", '{"not_a_record": {"topic": "t", "partition": 1, "offset": 7, "value": "plain"}}'),
        (b"pwd=x", '{"not_a_record": {"topic": "t", "partition": 1, "offset": 7, "value": "pwd=[REDACTED:secret]"}}'),
        (b"\xff", '{"not_a_record": {"topic": "t", "partition": 1, "offset": 7, "value_b64": "/w=="}}'),
        (None, '{"not_a_record": {"topic": "t", "partition": 1, "offset": 7, "value": null}}'),
    ],
)
def test_json_output_is_the_records_own_json_or_an_object_that_says_it_is_none(value: bytes | None, shown: str) -> None:
    assert view.enriched_json(Raw(value), DISPLAY) == shown


DISPLAY = Display(RedactOptions())

LETTER = Raw(
    value=b"\xff\x00",
    key=b"k",
    headers=(
        ("content-type", b"text/plain"),
        ("blob", b"\xfe"),
        ("none", None),
        ("weft.dead.reason", b"decode.json"),
        ("weft.dead.stage", b"decode"),
        ("weft.dead.error", b"ValueError: at byte 3"),
        ("weft.dead.topic", b"raw-logs"),
        ("weft.dead.partition", b"3"),
        ("weft.dead.offset", b"17"),
        ("weft.dead.index", b"2"),
        ("weft.dead.timestamp_ms", b"5"),
        ("weft.dead.attempts", b"1"),
        ("weft.dead.version", b"0.1.0"),
        ("weft.dead.pipeline", b"0123abcd"),
    ),
)


def test_a_dead_letter_is_one_line_without_its_value() -> None:
    line = view.dead_line(view.dead_reasons(LETTER), colour=False)

    assert line == "raw-logs-3-17.2 decode.json in decode: ValueError: at byte 3"


def test_a_dead_letter_as_json_has_numbers_as_numbers_and_bytes_as_base64() -> None:
    assert view.dead_letter(LETTER, DISPLAY) == {
        "reason": "decode.json",
        "stage": "decode",
        "error": "ValueError: at byte 3",
        "topic": "raw-logs",
        "partition": 3,
        "offset": 17,
        "index": 2,
        "timestamp_ms": 5,
        "attempts": 1,
        "version": "0.1.0",
        "pipeline": "0123abcd",
        "key": "k",
        "value_b64": "/wA=",
        "headers": [
            {"name": "content-type", "value": "text/plain"},
            {"name": "blob", "value_b64": "/g=="},
            {"name": "none", "value": None},
        ],
    }


def test_a_stranger_in_the_dead_letters_is_shown_without_a_reason() -> None:
    assert view.dead_line(view.dead_reasons(Raw(b"hi")), colour=False) == "None-None-None None in None: None"


def test_a_dead_letter_is_shown_without_its_secrets() -> None:
    letter = Raw(
        value=b'{"password":"hunter2"',
        key=b"bob@example.com",
        headers=(("authorization", b"Basic x"), ("note", b"token=abc"), ("weft.dead.error", b"of bob@example.com")),
    )

    shown = json.dumps(view.dead_letter(letter, DISPLAY))

    assert [secret for secret in ("hunter2", "bob", "Basic", "abc") if secret in shown] == []
