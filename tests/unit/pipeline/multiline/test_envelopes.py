"""Stack traces inside what container runtimes and collectors put around each line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.joined import Event, Joining, events_of, joining_pipeline, outcome_of_events

TRACE = """\
2026-11-24 12:00:00,123 ERROR payment failed
java.lang.IllegalStateException: no stock
\tat shop.Checkout.pay(Checkout.java:7)"""
LINES = TRACE.split("\n")
POD = {"pod_name": "shop-1", "namespace_name": "web", "container_name": "shop"}


def cri(line: str, part: bool = False) -> str:
    return f"2026-11-24T12:00:00.000000001Z stderr {'P' if part else 'F'} {line}"


def docker(line: str, part: bool = False) -> str:
    return json.dumps({"log": line + ("" if part else "\n"), "stream": "stderr", "time": "2026-11-24T12:00:00.1Z"})


def kubernetes(line: str, part: bool = False) -> str:
    tag = "P" if part else "F"
    return json.dumps({"time": "2026-11-24T12:00:00.1Z", "logtag": tag, "log": line, "kubernetes": POD})


def fluent_bit(line: str, part: bool = False) -> str:
    return json.dumps({"time": "2026-11-24T12:00:00Z", "stream": "stderr", "_p": "P" if part else "F", "log": line})


def vector(line: str) -> str:
    return json.dumps({"message": line, "source_type": "file", "file": "/a", "timestamp": "2026-11-24T12:00:00.1Z"})


def filebeat(line: str) -> str:
    log = {"file": {"path": "/var/log/shop.log"}, "offset": len(line)}
    agent = {"type": "filebeat", "version": "8.11.0"}
    return json.dumps({"@timestamp": "2026-11-24T12:00:00.1Z", "message": line, "log": log, "agent": agent})


ALL: list[Callable[[str], str]] = [docker, cri, kubernetes, fluent_bit, vector, filebeat]
WITH_PARTS: list[Callable[..., str]] = [docker, cri, kubernetes, fluent_bit]


@pytest.mark.parametrize("envelope", ALL)
def test_a_stack_trace_is_one_record_with_the_envelope_of_its_first_line(envelope: Callable[[str], str]) -> None:
    whole = outcome_of_events(joining_pipeline(), [envelope(TRACE)])
    joined = outcome_of_events(joining_pipeline(), [envelope(line) for line in LINES])

    (expected,), (found,) = map(json.loads, whole.values), map(json.loads, joined.values)
    assert {*found.pop("flags")} == {*expected.pop("flags"), "multiline"}
    assert without_lengths(found) == without_lengths(expected)
    assert joined.counts.joined == len(LINES) - 1


@pytest.mark.parametrize("envelope", WITH_PARTS)
def test_parts_of_a_line_are_the_line(envelope: Callable[..., str]) -> None:
    (event,) = events_of(envelope("payment ", part=True), envelope("fai", part=True), envelope("led"))

    assert event == Event((0, 1, 2), same_form(event.value, envelope("payment failed")), ("multiline",))


@pytest.mark.parametrize("envelope", WITH_PARTS)
def test_a_line_whose_end_never_came_is_flagged_once_joined(envelope: Callable[..., str]) -> None:
    records = [envelope("payment ", part=True), envelope("fai", part=True)]

    (value,) = outcome_of_events(joining_pipeline(), records).values

    record = json.loads(value)
    assert {"multiline", "partial"} <= {*record["flags"]}
    assert record["body"] == "payment fai"


def test_keys_that_a_collector_put_beside_the_line_make_the_object_a_record_of_its_own() -> None:
    merged = json.dumps({"log": "half", "level": "warn", "message": "low", "kubernetes": POD})

    assert Joining().take(merged) == [Event((0,), merged.encode())]


def test_an_integer_in_the_envelope_keeps_all_of_its_digits() -> None:
    lines = [json.dumps({**json.loads(docker(line)), "attrs": {"id": 18446744073709551615}}) for line in LINES]

    (event,) = events_of(*lines)

    assert b"18446744073709551615" in (event.value or b"")


def without_lengths(record: dict[str, Any]) -> dict[str, Any]:
    """Leave out where in its file a line was, which is that of the first."""
    return {**record, "attributes": {k: v for k, v in record["attributes"].items() if k != "log.offset"}}


def same_form(value: bytes | None, expected: str) -> bytes | None:
    """Objects may be written with other blanks."""
    if not expected.startswith("{"):
        return expected.encode()
    return value if json.loads(value or b"") == json.loads(expected) else expected.encode()
