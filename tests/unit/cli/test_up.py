"""`weft up`: what it refuses, and how a run looks."""

import io
from collections import Counter
from typing import Any

import pytest

from streams.cli.up import up
from streams.cli.up_view import Lines, dead_letter_line, summary_lines, trace_lines
from streams.dev.books import Books, Observed
from streams.errors import ConfigurationError
from streams.testing import FakeRecord
from streams.types import Counts

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def _record(body: str, *, service: str = "cart", trace_id: str | None = TRACE) -> dict[str, Any]:
    return {
        "timestamp": "2026-11-24T12:00:00.123000000Z",
        "observed_timestamp": "2026-11-24T12:00:01.000000000Z",
        "severity_number": 9,
        "resource": {"service.name": service},
        "trace_id": trace_id,
        "body": body,
    }


def _letter() -> FakeRecord:
    said = {"reason": b"decode.json", "stage": b"decode", "error": b"no \x1b[2J JSON", "topic": b"raw-logs"}
    where = {"partition": b"3", "offset": b"17"}
    return FakeRecord(b"secret", headers=tuple((f"weft.dead.{name}", value) for name, value in (said | where).items()))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _no_weft_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WEFT_BROKERS", "WEFT_RAW_TOPICS", "WEFT_CONFIG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def test_the_demo_does_not_write_to_brokers_of_others_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEFT_BROKERS", "kafka.example:9092")
    with pytest.raises(ConfigurationError, match=r"kafka\.example:9092") as caught:
        up(demo=True)
    assert "--yes" in caught.value.cure


def test_the_demo_needs_a_raw_topic_with_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEFT_RAW_TOPICS", "^raw-.*")
    with pytest.raises(ConfigurationError, match="no raw topic is named"):
        up(demo=True)


def test_records_of_a_trace_stand_together_under_its_id() -> None:
    lines = trace_lines([_record("saved"), _record("paid", service="payment")], colour=False)
    assert lines == [
        f"trace {TRACE}",
        "  2026-11-24 12:00:00.123 INFO  cart saved",
        "  2026-11-24 12:00:00.123 INFO  payment paid",
    ]


def test_a_dead_letter_says_where_it_came_from_and_why_but_not_what_it_was() -> None:
    assert dead_letter_line(_letter(), colour=False) == (
        "dead letter raw-logs-3-17 decode.json in decode: no \\u001b[2J JSON"
    )


@pytest.mark.parametrize("body", ["\x1b[2Jgone", "a\nINFO forged", "a\rb", "\x9b31m", "\u202eabc", "\x07"])
def test_a_body_cannot_move_the_cursor_or_start_a_line(body: str) -> None:
    stream = Terminal()
    Lines(stream).trace([_record(body)])
    shown = stream.getvalue()
    assert shown.count("\n") == 2
    assert not any(character in shown.replace("\x1b[", "") for character in "\x07\r\x9b\u202e")
    assert "\x1b[2J" not in shown


def test_a_pipe_gets_whole_lines_without_colour_and_without_counters() -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    with lines.status():
        lines.progress(1, 2, 3)
        lines.trace([_record("x" * 1_000)])
        lines.dead_letter(_letter())
        lines.record(_record("[bold]alone[/bold]", trace_id=None))
    assert "\x1b" not in stream.getvalue()
    assert stream.getvalue().splitlines()[1].endswith("cart " + "x" * 1_000)
    assert stream.getvalue().endswith("cart [bold]alone[/bold]\n")


def test_a_terminal_gets_colour_and_one_row_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "80")
    stream = Terminal()
    Lines(stream).record(_record("x" * 1_000, trace_id=None))
    assert "\x1b[32mINFO" in stream.getvalue()
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().count("x") < 80


def test_a_terminal_gets_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    Lines(stream).trace([_record("saved")])
    assert stream.getvalue().splitlines() == trace_lines([_record("saved")], colour=False)


def test_the_summary_names_every_outcome() -> None:
    counts = Counts(consumed=1_210, enriched=1_200, dead=10)
    observed = Observed(1_215, Counter({"text": 900, "json": 300}), Counter({"decode.json": 10}))
    assert summary_lines(Books(counts, 5, (), observed)) == [
        "this run",
        " produced     1,215  by the demo",
        " consumed     1,210",
        "    split         0  further records that one value held",
        " enriched     1,200  text 900, json 300",
        "     dead        10  decode.json 10",
        "  sampled         0",
        "   joined         0",
        "in flight         5  not committed yet: the next start goes on there",
        "balances: consumed + split = 1,210, outcomes = 1,210",
    ]


def test_the_summary_counts_what_is_stored() -> None:
    sink = Books(Counts(consumed=12, enriched=9, dead=1, sampled=2), 3, ())
    lines = summary_lines(Books(Counts(consumed=12, enriched=12), 0, (), sink=sink))
    assert lines[-2] == "   stored         9  in SQLite: `weft query`, 1 refused, 2 filtered, 3 not stored yet"


def test_the_summary_says_so_when_it_does_not_balance() -> None:
    lines = summary_lines(Books(Counts(consumed=2, enriched=1), 0, ("1 outcomes are missing",)))
    assert lines[-1] == "does not balance: consumed + split = 2, outcomes = 1"
    assert "produced" not in "\n".join(lines)
