"""An envelope and the record inside it: who speaks first, and that nothing of the other is lost."""

from __future__ import annotations

from typing import Any

import pytest

from streams.dialects.base import Dialect, new_record
from streams.pipeline.merge import merge
from streams.types import Record

ENVELOPE = Dialect("outer", "", "", (), envelope="log")
LOG_HEAD = Dialect("outer", "", "", ())


def record(dialect: str, **fields: Any) -> Record:
    made: Any = new_record(
        dialect, "t-0-0", "2026-01-01T00:00:00.000000000Z", {"topic": "t", "partition": 0, "offset": 0}
    )
    return made | fields


def at(clock: str) -> str:
    return f"2026-01-01T12:00:{clock}Z"


@pytest.mark.parametrize(
    ("outer", "inner", "around", "expected", "loser"),
    [
        pytest.param((at("05.1"), []), (None, ["timestamp.missing"]), ENVELOPE, at("05.1"), {}, id="only the outer"),
        pytest.param((None, ["timestamp.missing"]), (at("05.1"), []), ENVELOPE, at("05.1"), {}, id="only the inner"),
        pytest.param(
            (at("09.123456789"), []), (at("05.120000000"), []), ENVELOPE, at("05.120000000"),
            {"outer.timestamp": at("09.123456789")}, id="the innermost wins",
        ),
        pytest.param(
            (at("05.123456789"), []), (at("05.120000000"), []), ENVELOPE, at("05.123456789"),
            {"inner.timestamp": at("05.120000000")}, id="of two that agree the finer wins",
        ),
        pytest.param(
            (at("05.900000001"), []), (at("05.000000000"), []), ENVELOPE, at("05.900000001"),
            {"inner.timestamp": at("05.000000000")}, id="a whole second agrees with what is within a second",
        ),
        pytest.param(
            (at("05.700000001"), []), (at("05.631000000"), []), ENVELOPE, at("05.631000000"),
            {"outer.timestamp": at("05.700000001")}, id="milliseconds do not agree with others",
        ),
        pytest.param(
            (at("06.120000001"), []), (at("05.120000000"), []), ENVELOPE, at("05.120000000"),
            {"outer.timestamp": at("06.120000001")}, id="more than a second apart the finer does not win",
        ),
        pytest.param(
            (at("09.000000000"), []), (at("05.000000000"), ["timestamp.no_zone"]), LOG_HEAD, at("09.000000000"),
            {"inner.timestamp": at("05.000000000")}, id="against a log head the one with a zone wins",
        ),
        pytest.param(
            (at("09.000000000"), ["timestamp.no_zone"]), (at("05.000000000"), ["timestamp.no_zone"]), LOG_HEAD,
            at("05.000000000"), {"outer.timestamp": at("09.000000000")}, id="of two without a zone the inner wins",
        ),
    ],
)  # fmt: skip
def test_one_time_wins_and_the_other_stays_an_attribute(
    outer: tuple[str | None, list[str]],
    inner: tuple[str | None, list[str]],
    around: Dialect,
    expected: str,
    loser: dict[str, str],
) -> None:
    merged = merge(
        record("outer", timestamp=outer[0], flags=outer[1]), record("inner", timestamp=inner[0], flags=inner[1]), around
    )
    assert (merged["timestamp"], merged["attributes"]) == (expected, loser)
    winner = outer if expected == outer[0] else inner
    assert merged.get("flags", []) == winner[1]


def test_the_envelope_gives_what_the_inner_record_does_not_say() -> None:
    outer = record(
        "outer",
        severity_number=13,
        severity_text="warn",
        trace_id="a" * 32,
        span_id="b" * 16,
        trace_flags=1,
        resource={"service.name": "shop", "host.name": "h"},
        scope={"name": "s"},
        event_name="e",
        flags=["trace.padded"],
    )
    merged = merge(outer, record("inner", body="text"), ENVELOPE)
    assert {name: merged.get(name) for name in ("severity_number", "severity_text", "trace_id", "span_id")} == {
        "severity_number": 13,
        "severity_text": "warn",
        "trace_id": "a" * 32,
        "span_id": "b" * 16,
    }
    assert (merged["body"], merged["resource"]) == ("text", {"service.name": "shop", "host.name": "h"})
    assert (merged.get("trace_flags"), merged.get("scope"), merged.get("event_name")) == (1, {"name": "s"}, "e")
    assert merged.get("flags") == ["trace.padded"]


def test_the_inner_record_speaks_first_and_what_else_the_outer_said_stays_an_attribute() -> None:
    outer = record(
        "outer",
        severity_number=9,
        severity_text="info",
        trace_id="a" * 32,
        span_id="b" * 16,
        resource={"service.name": "o", "host.name": "h", "os.type": "linux"},
        scope={"name": "s"},
        event_name="e",
    )
    inner = record(
        "inner",
        severity_number=17,
        severity_text="E",
        trace_id="c" * 32,
        resource={"service.name": "i", "host.name": "k", "os.type": "linux"},
        scope={"name": "t"},
        event_name="f",
    )
    merged = merge(outer, inner, ENVELOPE)
    assert (merged["severity_text"], merged["trace_id"], merged["span_id"]) == ("E", "c" * 32, None)
    assert merged["resource"] == {"service.name": "i", "host.name": "k", "os.type": "linux"}
    assert (merged.get("scope"), merged.get("event_name")) == ({"name": "t"}, "f")
    assert merged["attributes"] == {
        "outer.severity_text": "info",
        "outer.trace_id": "a" * 32,
        "outer.span_id": "b" * 16,
        "outer.service.name": "o",
        "outer.host.name": "h",
        "outer.scope.name": "s",
        "outer.event_name": "e",
    }


def test_a_service_that_another_resource_attribute_names_too_is_not_said_twice() -> None:
    outer = record("outer", resource={"service.name": "web", "k8s.container.name": "web"})
    assert merge(outer, record("inner", resource={"service.name": "shop"}), ENVELOPE)["attributes"] == {}


def test_an_attribute_of_both_stays_twice() -> None:
    merged = merge(
        record("outer", attributes={"x": 1, "y": 2, "same": 3}),
        record("inner", attributes={"x": 9, "same": 3}),
        ENVELOPE,
    )
    assert merged["attributes"] == {"x": 9, "outer.x": 1, "y": 2, "same": 3}


def test_envelopes_are_listed_from_the_outermost_on() -> None:
    inner = record("pino", envelopes=["cri"])
    assert merge(record("cloudwatch"), inner, ENVELOPE).get("envelopes") == ["cloudwatch", "cri"]
