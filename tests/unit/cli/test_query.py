"""`weft query`: what a store holds, for a person and for a program."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tests.sinks.sqlite.records import at, item, stored
from tests.unit.cli.conftest import Weft

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
RECORDS = [
    item(1, at=at(0), body="payment refused", severity_number=17),
    item(
        2,
        at=at(1_000),
        body="cart \x1b[31memptied",
        severity_number=9,
        trace_id=None,
        resource={"service.name": "c[art]"},
    ),
    item(3, at=at(120_000), kind="span", timestamp="2026-03-01T11:00:00.000000000Z", trace_id=TRACE),
]


@pytest.fixture
def ask(weft: Weft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Weft:
    """Run `weft query` over the three records."""
    asyncio.run(stored(tmp_path / "sinks" / "sqlite", RECORDS))
    monkeypatch.setenv("WEFT_STATE_DIR", str(tmp_path))
    return lambda *arguments: weft("query", *arguments)


def found(ask: Weft, *arguments: str) -> list[str]:
    return [json.loads(line)["event_id"] for line in ask(*arguments, "--json").out.splitlines()]


@pytest.mark.parametrize(
    ("arguments", "numbers"),
    [
        ((), (3, 2, 1)),
        (("--limit", "2"), (3, 2)),
        (("--trace", TRACE), (3, 1)),
        (("--trace", TRACE.upper()), (3, 1)),
        (("--severity", "error"), (3, 1)),
        (("--severity", "9", "--signal", "log"), (2, 1)),
        (("--service", "c[art]"), (2,)),
        (("--since", "2026-03-01T00:00:01", "--until", "2026-03-01T00:02"), (2,)),
        (("--since", "1h"), ()),
        (("--text", "REFUSED payment"), (1,)),
        (("--signal", "span"), (3,)),
    ],
)
def test_conditions_must_all_hold(ask: Weft, arguments: tuple[str, ...], numbers: tuple[int, ...]) -> None:
    assert found(ask, *arguments) == [f"raw-logs-0-{number}" for number in numbers]


def test_json_is_the_record(ask: Weft) -> None:
    assert json.loads(ask("--limit", "1", "--json").out) == RECORDS[2].record


def test_a_person_sees_a_line_a_record_in_which_nothing_moves_the_cursor(ask: Weft) -> None:
    ran = ask("--until", "2026-03-01T00:02")
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "2026-03-01 12:00:00.123 INFO  c[art] cart \\u001b[31memptied",
        "2026-03-01 12:00:00.123 ERROR checkout payment refused [4bf92f35]",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"), [(("--limit", "3"), "there may be more"), (("--service", "x"), "nothing")]
)
def test_what_may_be_missing_is_said_apart_from_the_data(ask: Weft, arguments: tuple[str, ...], said: str) -> None:
    assert said in ask(*arguments).err


def test_counts_are_by_time_service_signal_and_severity(ask: Weft) -> None:
    assert [line.split() for line in ask("--counts", "2m").out.splitlines()] == [
        ["from", "service", "signal", "severity", "records"],
        ["2026-03-01", "00:00", "c[art]", "log", "INFO", "1"],
        ["2026-03-01", "00:00", "checkout", "log", "ERROR", "1"],
        ["2026-03-01", "00:02", "checkout", "span", "ERROR", "1"],
    ]


def test_counts_as_json_name_their_fields(ask: Weft) -> None:
    lines = ask("--counts", "1d", "--severity", "error", "--signal", "log", "--json").out.splitlines()
    start = "2026-03-01T00:00:00.000000000Z"
    assert [json.loads(line) for line in lines] == [
        {"start": start, "service": "checkout", "signal": "log", "severity": 17, "records": 1}
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--severity", "loud"), "none of trace, debug, info, warn, error, fatal"),
        (("--severity", "25"), "no number from 1 to 24"),
        (("--since", "soon"), "no duration as 15m"),
        (("--trace", "xyz"), "is not a trace id"),
        (("--text", "--"), "no word in it"),
        (("--text", "word " * 51), "more than 50 words"),
        (("--text", "a\udcff"), "not UTF-8"),
        (("--service", "\udcff"), "not UTF-8"),
        (("--limit", "9" * 30), "1000000"),
        (("--counts", "90s"), "not whole minutes"),
        (("--counts", "0m"), "not whole minutes"),
        (("--counts", "1m", "--text", "a"), "no traces and no words"),
        (("--sink", "http"), "no store that can be asked"),
        (("--sink", "attic"), "there is no sink 'attic'"),
    ],
)
def test_a_question_that_makes_no_sense_says_why(ask: Weft, arguments: tuple[str, ...], said: str) -> None:
    ran = ask(*arguments)
    assert ran.code == 2
    assert said in " ".join(ran.err.split())
    assert not ran.out


def test_without_a_store_the_command_that_makes_one_is_named(
    weft: Weft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEFT_STATE_DIR", str(tmp_path))
    ran = weft("query")
    assert (ran.code, ran.out) == (2, "")
    assert "`weft sink sqlite` makes one" in ran.err
