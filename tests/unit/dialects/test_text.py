"""What can be found in a text of no known grammar."""

from __future__ import annotations

import pytest

from tests.through import record_of


@pytest.mark.parametrize(
    ("text", "number", "word"),
    [
        ("2026-11-20 12:00:00 ERROR [main] failed", 17, "ERROR"),
        ("INFO: started", 9, "INFO"),
        ("[warning] disk", 13, "warning"),
        ("12:00 [main] [Debug] x", 5, "Debug"),
        ("error: no such file", 17, "error"),
        ("<FATAL> gone", 21, "FATAL"),
        ("\x1b[31mWARN\x1b[0m low", 13, "WARN"),
        ("no error here", 0, None),
        ("INFORMATIVE TERRORS", 0, None),
        ("all is well", 0, None),
        ("12:00 | error | no stock", 17, "error"),
        ("worker-3 app.py ERROR no stock", 17, "ERROR"),
        ("E: no such package", 17, "E"),
        ("[W] low", 13, "W"),
        ('{"level": "error", "message": broken', 17, "error"),
        ("it is low; level=warn", 13, "warn"),
        ("Sun Mar 10 14:13:06 2024 : Info: Ready to process requests", 9, "Info"),
        ("10-Mar-2024 14:13:06.719 queries: info: client @0x7f 192.0.2.3#53: query: a.b IN A", 9, "info"),
        ("10-Mar-2024 14:13:06.719 error: client @0x7f 192.0.2.3#53: denied", 17, "error"),
        ("2024-03-10T14:13:06.719Z warning vpxd[45715] [Originator@6876 sub=cart] sold", 13, "warning"),
        ("at 12:00 error handling was changed", 0, None),
        ("see also: information", 0, None),
        ("we went through all of it without an ERROR", 0, None),
        ("the file was read (error) and closed", 0, None),
        ("GET /INFO/x ERROR-7 my.ERROR=1", 0, None),
        ("CONFIG loaded, FINE", 0, None),
        ("c: drive", 0, None),
        ("x" * 300 + " ERROR", 0, None),
    ],
)
def test_a_severity_is_a_word_in_capitals_or_set_apart(text: str, number: int, word: str | None) -> None:
    record = record_of(text)
    assert (record["severity_number"], record["severity_text"]) == (number, word)


@pytest.mark.parametrize(
    ("text", "timestamp"),
    [
        ("2026-11-20T12:00:00.5Z started", "2026-11-20T12:00:00.500000000Z"),
        ("[2026-11-20 12:00:00,123] started", "2026-11-20T12:00:00.123000000Z"),
        ("20/Nov/2026:12:00:00 +0100 GET /", "2026-11-20T11:00:00.000000000Z"),
        ("Nov 20 12:00:00 host app: started", "2026-11-20T12:00:00.000000000Z"),
        ("2026/11/20 12:00:00 started", "2026-11-20T12:00:00.000000000Z"),
        ("ERROR 2026-11-20 12:00:00,123 no stock", "2026-11-20T12:00:00.123000000Z"),
        ("[ERROR] 2026-11-20 12:00:00 no stock", "2026-11-20T12:00:00.000000000Z"),
        ("[Fri Nov 20 12:00:00 2026] usb 1-1: new", "2026-11-20T12:00:00.000000000Z"),
        ("26/11/20 12:00:00 started", "2026-11-20T12:00:00.000000000Z"),
        ("2026-13-20 12:00:00 started", None),
        ("started at 2026-11-20T12:00:00Z", None),
        ("12:00:00 started", None),
    ],
)
def test_a_time_is_one_that_the_text_starts_with(text: str, timestamp: str | None) -> None:
    assert record_of(text)["timestamp"] == timestamp


@pytest.mark.parametrize(("text", "body"), [("a\n", "a"), ("a\r\n", "a"), (" a \n\n", " a \n"), ("a\nb", "a\nb")])
def test_the_body_is_the_text_without_its_line_end(text: str, body: str) -> None:
    assert record_of(text)["body"] == body
