"""Serilog and .NET's console: templates, levels by default, properties, scopes, exceptions."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from streams.dialects.loggers.message_template import no_format, render
from tests.through import record_of

T = "2026-06-20T12:00:00.1234567Z"
TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def read(fields: dict[str, Any]) -> dict[str, Any]:
    return record_of(json.dumps(fields))


@pytest.mark.parametrize(
    ("template", "properties", "rendered"),
    [
        ("Hello, {User}", {"User": "ann"}, "Hello, ann"),
        ("{A}{B}", {"A": 1, "B": 2.5}, "12.5"),
        ("{Ok} {None}", {"Ok": True, "None": None}, "true null"),
        ("{@User}", {"User": {"Name": "ann"}}, '{"Name":"ann"}'),
        ("{$User}", {"User": "ann"}, "ann"),
        ("{Items}", {"Items": ["a", 1]}, '["a",1]'),
        ("{Missing}", {}, "{Missing}"),
        ("{{not}} {a}", {"a": 1, "not": 2}, "{not} 1"),
        ("{{{a}}}", {"a": 1}, "{1}"),
        ("{0} and {1}", {"0": "a", "1": "b"}, "a and b"),
        ("[{a,4}] [{a,-4}]", {"a": "x"}, "[   x] [x   ]"),
        ("{a:000}", {"a": 7}, "7"),
        ("{a b} {} {a", {"a": 1}, "{a b} {} {a"),
        ("{user.id}", {"user.id": 7}, "7"),
        ("{Name}", {"Name": "{User}"}, "{User}"),
        ("no holes", {}, "no holes"),
    ],
)
def test_holes_are_filled(template: str, properties: dict[str, Any], rendered: str) -> None:
    assert render(template, properties, no_format) == rendered


def test_a_template_cannot_blow_up() -> None:
    began = time.perf_counter()
    rendered = render("{a}" * 10_000, {"a": "x" * 100_000}, no_format)
    assert len(rendered) < 2_000_000
    assert rendered.endswith("{a}{a}")
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("fields", "number", "text"),
    [
        ({}, 9, None),
        ({"@l": ""}, 9, None),
        ({"@l": None}, 9, None),
        ({"@l": "Verbose"}, 1, "Verbose"),
        ({"@l": "Debug"}, 5, "Debug"),
        ({"@l": "Information"}, 9, "Information"),
        ({"@l": "Warning"}, 13, "Warning"),
        ({"@l": "Error"}, 17, "Error"),
        ({"@l": "Fatal"}, 21, "Fatal"),
        ({"@l": {"a": 1}}, 0, None),
    ],
)
def test_a_compact_event_without_level_is_information(fields: dict[str, Any], number: int, text: str | None) -> None:
    record = read({"@t": T, "@mt": "x", **fields})
    assert (record["severity_number"], record["severity_text"]) == (number, text)
    assert "severity.inferred" not in record.get("flags", [])


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"@m": 'Hello, "ann"', "@mt": "Hello, {User}", "User": "ann"}, 'Hello, "ann"'),
        ({"@mt": "Hello, {User}", "User": "ann"}, "Hello, ann"),
        ({"@mt": "{N:x8} at {Now:o} is {X}", "@r": ["0000007b", "noon"], "N": 123, "Now": 1, "X": 5}, (
            "0000007b at noon is 5"
        )),
        ({"@mt": "{N:x8} {M:x8}", "@r": ["0000007b"], "N": 123, "M": 5}, "0000007b 5"),
        ({"@mt": "{N:x8}", "@r": "broken", "N": 123}, "123"),
        ({"@mt": "{host} of {service}", "host": "web-3", "service": "shop"}, "web-3 of shop"),
        ({"@x": "System.IO.IOException: Full\n   at A.B()"}, "System.IO.IOException: Full"),
    ],
)  # fmt: skip
def test_the_message_of_a_compact_event_is_rendered_where_it_is_not_written(fields: dict[str, Any], body: str) -> None:
    record = read({"@t": T, **fields})
    assert (record["dialect"], record["body"]) == ("serilog-clef", body)


def test_a_compact_events_own_keys_and_properties_keep_apart() -> None:
    record = read({"@t": T, "@m": "x", "@i": "7a8b", "@tr": TRACE, "@sp": SPAN, "@@t": "mine", "SourceContext": "A.B"})
    assert (record["trace_id"], record["span_id"], record["scope"]) == (TRACE, SPAN, {"name": "A.B"})
    assert record["attributes"] == {"log.record.uid": "7a8b", "@t": "mine"}


def test_serilogs_enrichers_name_service_and_host() -> None:
    expected = {"service.name": "shop", "host.name": "web-3"}
    properties = {"Application": "shop", "MachineName": "web-3"}
    assert read({"@t": T, "@m": "x", **properties})["resource"] == expected
    assert read({"Timestamp": T, "Level": "Debug", "MessageTemplate": "x", "Properties": properties})["resource"] == (
        expected
    )


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"MessageTemplate": "{N} left", "Properties": {"N": 3}}, "3 left"),
        ({"MessageTemplate": "{N} left", "RenderedMessage": "three left", "Properties": {"N": 3}}, "three left"),
        ({"MessageTemplate": "{N:x} left", "Properties": {"N": 10},
          "Renderings": {"N": [{"Format": "d", "Rendering": "10"}, {"Format": "x", "Rendering": "a"}]}}, "a left"),
        ({"MessageTemplate": "{N:x} left", "Properties": {"N": 10}, "Renderings": {"N": ["?", {"Format": 1}]}}, (
            "10 left"
        )),
        ({"MessageTemplate": "{N} left"}, "{N} left"),
        ({"MessageTemplate": None, "Exception": "A.BException: no\n   at C"}, "A.BException: no"),
    ],
)  # fmt: skip
def test_serilogs_json_is_rendered(fields: dict[str, Any], body: str) -> None:
    record = read({"Timestamp": T, "Level": "Information", **fields})
    assert (record["dialect"], record["body"], record["severity_number"]) == ("serilog-json", body, 9)


def test_ids_from_before_w3c_trace_context_are_no_trace() -> None:
    record = read(
        {
            "Timestamp": T,
            "Level": "Debug",
            "MessageTemplate": "x",
            "Properties": {"TraceId": "557d4a31-484d5d58def1e4ab", "SpanId": "|557d4a31-484d5d58def1e4ab."},
        }
    )
    assert (record["trace_id"], record["span_id"]) == (None, None)
    assert record["attributes"]["Properties"]["TraceId"] == "557d4a31-484d5d58def1e4ab"


CONSOLE: dict[str, Any] = {"EventId": 1, "LogLevel": "Information", "Category": "Shop.Cart"}


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({"Message": "a", "State": {"Message": "b"}}, "a"),
        ({"State": {"Message": "b", "{OriginalFormat}": "c"}}, "b"),
        ({"State": {"N": 7, "{OriginalFormat}": "{N} left"}}, "7 left"),
        ({"Exception": "System.IO.IOException: Full\n   at A.B()"}, "System.IO.IOException: Full"),
        ({"Exception": "System.IO.IOException: Full    at A.B() in a.cs:line 1"}, "System.IO.IOException: Full"),
        ({"Exception": {"Name": "System.IO.IOException", "Message": "Full"}}, "System.IO.IOException: Full"),
    ],
)
def test_the_consoles_message_may_be_left_to_its_state_or_exception(fields: dict[str, Any], body: str) -> None:
    assert read({**CONSOLE, **fields})["body"] == body


def test_a_console_line_that_says_nothing_keeps_its_text() -> None:
    assert read(CONSOLE)["body"] == json.dumps(CONSOLE)


@pytest.mark.parametrize(
    "scopes",
    [
        [{"Message": "x", "SpanId": SPAN, "TraceId": TRACE, "ParentId": "0" * 16}],
        [{"RequestId": "0HM"}, {"TraceId": TRACE, "SpanId": SPAN}],
        ["a text", {"TraceId": TRACE, "SpanId": SPAN}],
    ],
)
def test_the_trace_is_found_in_any_scope_and_stays_there(scopes: list[Any]) -> None:
    record = read({**CONSOLE, "Message": "x", "Scopes": scopes})
    assert (record["trace_id"], record["span_id"]) == (TRACE, SPAN)
    assert record["attributes"] == {"EventId": 1, "Scopes": scopes}


@pytest.mark.parametrize(
    ("word", "number"),
    [("Trace", 1), ("Debug", 5), ("Information", 9), ("Warning", 13), ("Error", 17), ("Critical", 21), ("None", 0)],
)
def test_the_consoles_levels_are_dotnets(word: str, number: int) -> None:
    assert read({**CONSOLE, "LogLevel": word})["severity_number"] == number
