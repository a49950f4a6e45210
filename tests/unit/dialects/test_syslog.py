"""Syslog as it is met: heads of both RFCs and of Cisco, structured data, counted frames, lines behind a head."""

from __future__ import annotations

from typing import Any

import pytest

from streams.testing import FakeRecord
from tests.through import record_of, records_of

NEW_YEAR_MS = 1_798_761_603_000
"""2027-01-01T00:00:03Z."""


def origin(record: dict[str, Any]) -> tuple[str | None, str | None, Any]:
    """Host, service and process of a record."""
    attributes = record["attributes"]
    service = record["resource"]["service.name"]
    process = attributes.get("process.pid", attributes.get("syslog.procid"))
    return record["resource"].get("host.name"), None if service == "unknown_service" else service, process


@pytest.mark.parametrize(
    ("line", "expected", "body"),
    [
        ("<13>Oct 11 22:14:15 web su[230]: hi", ("web", "su", 230), "hi"),
        ("<13>Oct 11 22:14:15 web su: hi", ("web", "su", None), "hi"),
        ("<13>Oct 11 22:14:15 su[230]: hi", (None, "su", 230), "hi"),
        ("<13>Oct 11 22:14:15 su: hi", (None, "su", None), "hi"),
        ("<13>Oct 11 22:14:15 web hi there", ("web", None, None), "hi there"),
        ("<13>su[230]: hi", (None, "su", 230), "hi"),
        ("<13>hi there", (None, None, None), "hi there"),
        ("<13> Oct 11 22:14:15 web su[230]: hi", ("web", "su", 230), "hi"),
        ("17 <13>su[230]: hi all", (None, "su", 230), "hi all"),
        ("Oct 11 22:14:15 web su[230]: hi", ("web", "su", 230), "hi"),
        ("Oct 11 22:14:15 web su[230] hi", ("web", "su", 230), "hi"),
        ("Oct 11 22:14:15 2001:db8::1 su[230]: hi", ("2001:db8::1", "su", 230), "hi"),
        ("Oct 11 22:14:15 10.0.0.7 postfix/smtpd[9]: hi", ("10.0.0.7", "postfix/smtpd", 9), "hi"),
        ("Oct 11 22:14:15 web Microsoft Word[14463]: hi", ("web", "Microsoft Word", 14463), "hi"),
        ("Oct 11 22:14:15 web sudo:   ann : TTY=pts/1", ("web", "sudo", None), "  ann : TTY=pts/1"),
        ("Oct 11 22:14:15 web syslogd 1.4.1: restart.", ("web", "syslogd 1.4.1", None), "restart."),
        ("Oct 11 22:14:15 web last message repeated 3 times", ("web", None, None), "last message repeated 3 times"),
        (
            "Oct 11 22:14:15 web su: message repeated 2 times: [ hi]",
            ("web", "su", None),
            "message repeated 2 times: [ hi]",
        ),
        (
            "Oct 11 22:14:15 --- last message repeated 1 time ---",
            (None, None, None),
            "--- last message repeated 1 time ---",
        ),
        ("Oct 11 22:14:15 web kernel: [12.345678] usb", ("web", "kernel", None), "[12.345678] usb"),
        ("2026-10-11T22:14:15.123456+02:00 web su[230]: hi", ("web", "su", 230), "hi"),
        ("<13>2026-10-11T22:14:15Z web su: hi", ("web", "su", None), "hi"),
        ("2026-10-11T22:14:15+00:00 app[web.1]: hi", (None, "app", "web.1"), "hi"),
        ("2026-10-11T22:14:15.912134 web sudo: hi", ("web", "sudo", None), "hi"),
    ],
)
def test_host_tag_and_process_may_each_be_missing(line: str, expected: Any, body: str) -> None:
    record = record_of(line)
    assert (record["dialect"], origin(record), record["body"]) == ("rfc3164", expected, body)


@pytest.mark.parametrize(
    ("line", "timestamp", "flags"),
    [
        (
            "Oct 11 22:14:15 web su: x",
            "2026-10-11T22:14:15.000000000Z",
            ["timestamp.no_zone", "timestamp.year_inferred"],
        ),
        (
            "Oct  1 22:14:15 web su: x",
            "2026-10-01T22:14:15.000000000Z",
            ["timestamp.no_zone", "timestamp.year_inferred"],
        ),
        (
            "Oct 1 22:14:15 web su: x",
            "2026-10-01T22:14:15.000000000Z",
            ["timestamp.no_zone", "timestamp.year_inferred"],
        ),
        (
            "Oct 11 22:14:15.5 web su: x",
            "2026-10-11T22:14:15.500000000Z",
            ["timestamp.no_zone", "timestamp.year_inferred"],
        ),
        ("Oct 11 2025 22:14:15 web su: x", "2025-10-11T22:14:15.000000000Z", ["timestamp.no_zone"]),
        ("2025 Oct 11 22:14:15 web su: x", "2025-10-11T22:14:15.000000000Z", ["timestamp.no_zone"]),
        ("Oct 11 2025 22:14:15 UTC web su: x", "2025-10-11T22:14:15.000000000Z", []),
        ("2026-10-11T22:14:15.1+02:00 web su: x", "2026-10-11T20:14:15.100000000Z", []),
    ],
)
def test_every_stamp_is_read(line: str, timestamp: str, flags: list[str]) -> None:
    record = record_of(line)
    assert (record["timestamp"], record.get("flags", [])) == (timestamp, flags)


@pytest.mark.parametrize(
    ("stamp", "year"),
    [("Dec 31 23:59:58", 2026), ("Jan  1 00:00:01", 2027), ("Jul  2 23:00:00", 2026), ("Feb 29 01:00:00", 2028)],
)
def test_the_year_is_the_nearest(stamp: str, year: int) -> None:
    record = record_of(FakeRecord(f"<34>{stamp} web su: x".encode(), timestamp=NEW_YEAR_MS))
    assert record["timestamp"][:4] == str(year)


def test_the_nearest_year_changes_within_a_day() -> None:
    """Half a year lies between 2 July, noon, and 31 December 2026, 18:00, in both directions."""
    noon, day = 1_798_632_000_000, 86_400_000
    before, after = (FakeRecord(b"<34>Jul  1 12:00:00 su: x", timestamp=noon + hours * day // 24) for hours in (0, 18))
    years = [record["timestamp"][:4] for record in records_of(before, after)]
    assert years == ["2026", "2027"]


@pytest.mark.parametrize(
    ("priority", "number", "text", "facility"),
    [(0, 21, "0", "kern"), (34, 18, "2", "auth"), (165, 10, "5", "local4"), (191, 5, "7", "local7")],
)
def test_a_priority_is_severity_and_facility(priority: int, number: int, text: str, facility: str) -> None:
    for line in (f"<{priority}>Oct 11 22:14:15 web su: x", f"<{priority}>1 - web su - - - x"):
        record = record_of(line)
        assert (record["severity_number"], record["severity_text"]) == (number, text)
        assert record["attributes"]["syslog.facility"] == facility
        assert record["attributes"]["syslog.priority"] == priority


@pytest.mark.parametrize("line", ["<192>Oct 11 22:14:15 web su: x", "<1000>x", "<a>x", "<b>bold</b>", "<>x"])
def test_what_is_no_priority_is_no_syslog(line: str) -> None:
    assert record_of(line)["dialect"] == "text"


@pytest.mark.parametrize(
    "line",
    [
        "Oct 11 22:14:15 we met again and all was well",
        "2026-10-11T22:14:15Z INFO my_app: started",
        "2026-10-11T22:14:15Z all is well: really",
        "May the force be with you",
        "Marching on: a song",
    ],
)
def test_prose_and_other_logs_are_no_syslog(line: str) -> None:
    assert record_of(line)["dialect"] != "rfc3164"


@pytest.mark.parametrize(
    ("line", "host", "number", "named"),
    [
        ("<166>Mar 10 2024 14:13:06: %ASA-6-302013: Built", None, 9, ("ASA", "302013")),
        ("<166>Mar 10 2024 14:13:06 fw-1 : %ASA-6-302013: Built", "fw-1", 9, ("ASA", "302013")),
        ("Apr 29 17:16:08 ASA5508 %ASA-6-302013: Built", "ASA5508", 9, ("ASA", "302013")),
        ("%FTD-1-430003: Built", None, 19, ("FTD", "430003")),
        ("<189>29: *Mar  1 18:46:11.123: %SYS-5-CONFIG_I: Built", None, 10, ("SYS", "CONFIG_I")),
        ("<189>45: r1: Mar 10 14:13:06.123 UTC: %LINK-5-UPDOWN: Built", "r1", 10, ("LINK", "UPDOWN")),
        ("<187>: 2024 Mar 10 14:13:06 UTC: %ETHPORT-3-IF_UP: Built", None, 17, ("ETHPORT", "IF_UP")),
        ("<166>Mar 10 14:13:06 fw %ASA-session-6-302013: Built", "fw", 9, ("ASA-session", "302013")),
    ],
)
def test_a_message_of_cisco_names_its_facility(
    line: str, host: str | None, number: int, named: tuple[str, str]
) -> None:
    record = record_of(line)
    attributes = record["attributes"]
    assert (record["dialect"], record["body"], record["severity_number"]) == ("rfc3164", "Built", number)
    assert (attributes["cisco.facility"], attributes["cisco.mnemonic"]) == named
    assert origin(record) == (host, None, None)


def test_apples_reference_and_level_are_kept() -> None:
    record = record_of("Oct 11 22:14:15 mac launchd[1] (com.apple.Dock[99]) <Warning>: gone")
    assert (record["severity_number"], record["severity_text"], record["body"]) == (13, "Warning", "gone")
    assert record["attributes"] == {"process.pid": 1, "asl.reference": "com.apple.Dock[99]"}


NULL = "<165>1 - - - - - -"


@pytest.mark.parametrize(
    ("line", "body", "data"),
    [
        ('<165>1 - h a - - [x@1 k="v"] hi', "hi", {"syslog.x@1.k": "v"}),
        ('<165>1 - h a - - [x@1 k="v"][y l="w"] hi', "hi", {"syslog.x@1.k": "v", "syslog.y.l": "w"}),
        ('<165>1 - h a - - [x@1 k="v"] [no data] hi', "[no data] hi", {"syslog.x@1.k": "v"}),
        (r'<165>1 - h a - - [x@1 k="a \"b\" \\ \] c"] hi', "hi", {"syslog.x@1.k": r'a "b" \ ] c'}),
        ('<165>1 - h a - - [x@1 k= "v"  l ="w"] hi', "hi", {"syslog.x@1.k": "v", "syslog.x@1.l": "w"}),
        ('<165>1 - h a - - [x@1 ip="1" ip="2" ip="3"] hi', "hi", {"syslog.x@1.ip": ["1", "2", "3"]}),
        ('<165>1 - h a - - [x@1 k="v"][x@1 k="w"] hi', "hi", {"syslog.x@1.k": ["v", "w"]}),
        ("<165>1 - h a - - [empty] hi", "hi", {"syslog.empty": ""}),
        ('<165>1 - h a - - [x@1 odd k="v" one] hi', "hi", {"syslog.x@1": "odd one", "syslog.x@1.k": "v"}),
        ('<165>1 - h a - - [x@1 k="v"]', '<165>1 - h a - - [x@1 k="v"]', {"syslog.x@1.k": "v"}),
        ("<165>1 - h a - - - hi", "hi", {}),
        ("<165>1 - h a - - -  hi", " hi", {}),
        ("<165>1 - h a - - - \ufeffhi", "hi", {}),
        ("<165>1 - h a - - - a\nb\n\n", "a\nb\n", {}),
        ("<165>1 - h a - - [broken hi", "[broken hi", {}),
        ("<165>1 - h a - - heroku says hi", "heroku says hi", {}),
        ("<165>1 - h a - -", "<165>1 - h a - -", {}),
        ("99 <165>1 - h a - - - hi", "hi", {}),
    ],
)
def test_structured_data_and_message_are_told_apart(line: str, body: str, data: dict[str, Any]) -> None:
    record = record_of(line)
    head = {"syslog.priority": 165, "syslog.facility": "local4", "syslog.version": 1}
    assert (record["dialect"], record["body"], record["attributes"]) == ("rfc5424", body, head | data)


def test_dashes_say_nothing() -> None:
    record = record_of(f"{NULL} hi")
    assert origin(record) == (None, None, None)
    assert (record["timestamp"], record["flags"]) == (None, ["timestamp.missing"])


def test_the_sd_id_opentelemetry_names_the_trace() -> None:
    trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    record = record_of(f'<165>1 - h a - - [opentelemetry trace_id="{trace}" span_id="{span}" trace_flags="01"] paid')
    assert (record["trace_id"], record["span_id"], record["trace_flags"]) == (trace, span, 1)
    assert not any("trace" in name for name in record["attributes"])


FIRST, SECOND = "<86>1 - h a - - - ä one", "<34>Oct 11 22:14:15 web su: two"


def framed(*messages: str, error: int = 0) -> str:
    return "".join(f"{len(message.encode()) + error} {message}" for message in messages)


@pytest.mark.parametrize("error", [0, -1, -10, 500])
@pytest.mark.parametrize("between", ["", "\n"])
def test_counted_frames_are_records_whatever_their_counts_say(error: int, between: str) -> None:
    value = between.join(framed(message, error=error) for message in (FIRST, SECOND, FIRST))
    records = records_of(value)
    assert [record["body"] for record in records] == ["ä one", "two", "ä one"]
    assert [record["event_id"][-2:] for record in records] == [".0", ".1", ".2"]


def test_a_frame_may_hold_line_ends_and_what_looks_like_a_frame() -> None:
    inner = "<86>1 - h a - - - a\nb 12 <13> c"
    assert [record["body"] for record in records_of(framed(inner, FIRST))] == ["a\nb 12 <13> c", "ä one"]


@pytest.mark.parametrize(
    ("line", "dialect", "envelopes", "body"),
    [
        ("<14>Oct 11 22:14:15 web app[1]: 2026-10-11 22:14:15,719 [main] WARN  a.B - x", "java-text", ["rfc3164"], "x"),
        ("<14>1 - web app - - - 2026-10-11 22:14:15,719 - a - WARNING - x", "python-text", ["rfc5424"], "x"),
        ('<14>Oct 11 22:14:15 web app[1]: {"level":"warn","message":"x"}', "winston", ["rfc3164"], "x"),
        ("<14>Oct 11 22:14:15 web app[1]: level=warn msg=x", "logfmt", ["rfc3164"], "x"),
        ("<14>Oct 11 22:14:15 web router: at=info method=GET", "rfc3164", [], "at=info method=GET"),
        ("<14>Oct 11 22:14:15 web app[1]: [warn] x", "rfc3164", [], "[warn] x"),
        ("<14>1 - web fw - - - %ASA-6-302013: Built", "rfc5424", [], "%ASA-6-302013: Built"),
    ],
)
def test_a_line_of_a_known_grammar_behind_a_head_is_read(
    line: str, dialect: str, envelopes: list[str], body: str
) -> None:
    record = record_of(line)
    assert (record["dialect"], record.get("envelopes", []), record["body"]) == (dialect, envelopes, body)
    assert record["resource"]["host.name"] == "web"


@pytest.mark.parametrize(
    ("head", "inner", "timestamp", "loser"),
    [
        ("Oct 11 22:14:15 web", "2025-03-10 14:13:06,719", "2025-03-10T14:13:06.719000000Z", "rfc3164.timestamp"),
        (
            "2026-10-11T22:14:15Z web",
            "2025-03-10 14:13:06,719",
            "2026-10-11T22:14:15.000000000Z",
            "java-text.timestamp",
        ),
    ],
)
def test_the_head_gives_way_to_a_full_date_unless_it_alone_has_a_zone(
    head: str, inner: str, timestamp: str, loser: str
) -> None:
    record = record_of(f"{head} app[1]: {inner} INFO  [main] a.b.C: x")
    assert record["timestamp"] == timestamp
    assert loser in record["attributes"]


@pytest.mark.parametrize(
    ("line", "timestamp", "loser"),
    [
        (
            "Oct 11 22:14:15 web git: 2025/04/29 12:36:00 auth.go:217:SignIn() [W] failed",
            "2025-04-29T12:36:00.000000000Z",
            {"rfc3164.timestamp": "2026-10-11T22:14:15.000000000Z"},
        ),
        (
            "2026-10-11T22:14:15Z web git: 2025/04/29 12:36:00 auth.go:217:SignIn() [W] failed",
            "2026-10-11T22:14:15.000000000Z",
            {"text.timestamp": "2025-04-29T12:36:00.000000000Z"},
        ),
        ("<13>Oct 11 22:14:15 web git: 7 of 12 done", "2026-10-11T22:14:15.000000000Z", {}),
    ],
)
def test_a_message_of_no_grammar_gives_the_full_date_that_it_begins_with(
    line: str, timestamp: str, loser: dict[str, str]
) -> None:
    record = record_of(line)
    assert (record["dialect"], record["timestamp"]) == ("rfc3164", timestamp)
    assert {name: value for name, value in record["attributes"].items() if name.endswith(".timestamp")} == loser
    assert "severity.inferred" not in record.get("flags", [])


@pytest.mark.parametrize(
    ("line", "timestamp"),
    [
        ("Oct 11 22:14:15 relay Oct 11 22:14:16 web-3 cart[7]: sold", "2026-10-11T22:14:16.000000000Z"),
        ("<13>Oct 11 22:14:15 relay Oct 11 22:14:16 web-3 cart[7]: sold", "2026-10-11T22:14:16.000000000Z"),
        ("Oct 11 22:14:15 192.0.2.7 2026-10-11T22:14:14.500Z web-3 cart[7]: sold", "2026-10-11T22:14:14.500000000Z"),
    ],
)
def test_a_head_behind_a_relay_s_head_is_the_record_s(line: str, timestamp: str) -> None:
    record = record_of(line)
    assert (record["timestamp"], record["body"]) == (timestamp, "sold")
    assert record["resource"] == {"service.name": "cart", "host.name": "web-3"}
    assert record["attributes"]["rfc3164.timestamp"] == "2026-10-11T22:14:15.000000000Z"
