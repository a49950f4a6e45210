"""Security events: CEF, LEEF and the Linux audit log, with the escapes and blanks that real devices write."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from tests.through import record_of

CEF = "CEF:0|Acme|Gate|1.0|100|Port scan|7|"


def said(line: str, dialect: str) -> dict[str, Any]:
    """The attributes of a line but for those of its header."""
    record = record_of(line)
    assert record["dialect"] == dialect
    return {
        name: value for name, value in record["attributes"].items() if not name.startswith((f"{dialect}.", "audit."))
    }


@pytest.mark.parametrize(
    ("extension", "attributes"),
    [
        ("", {}),
        ("src=10.0.0.1 dst=10.0.0.2", {"source.address": "10.0.0.1", "destination.address": "10.0.0.2"}),
        (" src=10.0.0.1", {"source.address": "10.0.0.1"}),
        ("spt=1232 dpt=80", {"source.port": 1232, "destination.port": 80}),
        ("spt=many", {"spt": "many"}),
        ("act=two words  cs1=x", {"act": "two words", "cs1": "x"}),
        (r"act=a \= b cs1=c\\d", {"act": "a = b", "cs1": r"c\d"}),
        (r"act=a\nb cs1=c\rd", {"act": "a\nb", "cs1": "c\rd"}),
        (r"filePath=C:\Users\Ann act=x", {"filePath": r"C:\Users\Ann", "act": "x"}),
        ("shost= act=x", {"shost": "", "act": "x"}),
        ("request=http://a/?b=c&d=e act=x", {"url.full": "http://a/?b=c&d=e", "act": "x"}),
        ("cs1Label=Rule Name cs1=None", {"cs1Label": "Rule Name", "cs1": "None"}),
        ("act=a act=b act=c", {"act": ["a", "b", "c"]}),
        ("ad.field[0]=x ad.field[1]=y", {"ad.field[0]": "x", "ad.field[1]": "y"}),
        ("|pipes|in act=a|b", {"act": "a|b"}),
    ],
)
def test_a_cef_value_runs_to_the_next_key(extension: str, attributes: dict[str, Any]) -> None:
    assert said(CEF + extension, "cef") == attributes


def test_what_is_no_pair_in_a_cef_extension_is_kept() -> None:
    assert record_of(CEF + "just words")["attributes"]["cef.extension"] == "just words"


@pytest.mark.parametrize(
    ("severity", "number", "text"),
    [
        ("0", 9, "0"),
        ("3", 9, "3"),
        ("4", 13, "4"),
        ("6", 13, "6"),
        ("7", 17, "7"),
        ("8", 17, "8"),
        ("9", 21, "9"),
        ("10", 21, "10"),
        ("11", 0, "11"),
        ("Low", 9, "Low"),
        ("Medium", 13, "Medium"),
        ("High", 17, "High"),
        ("Very-High", 21, "Very-High"),
        ("Unknown", 0, "Unknown"),
        ("", 0, None),
    ],
)
def test_the_severity_of_cef_is_a_number_or_a_word(severity: str, number: int, text: str | None) -> None:
    record = record_of(f"CEF:0|Acme|Gate|1.0|100|Port scan|{severity}|act=x")
    assert (record["severity_number"], record["severity_text"]) == (number, text)


@pytest.mark.parametrize(
    ("extension", "timestamp", "flags"),
    [
        ("rt=1543270652000", "2018-11-26T22:17:32.000000000Z", None),
        ("rt=Nov 26 2018 22:17:32", "2018-11-26T22:17:32.000000000Z", ["timestamp.no_zone"]),
        ("rt=Nov 26 2018 22:17:32.123 EST", "2018-11-27T03:17:32.123000000Z", None),
        ("rt=2018-11-26T22:17:32Z start=1", "2018-11-26T22:17:32.000000000Z", None),
        ("start=1543270651000 end=1543270652000", "2018-11-26T22:17:32.000000000Z", None),
        ("start=1543270652000", "2018-11-26T22:17:32.000000000Z", None),
        ("deviceCustomDate1=1388577900000", None, ["timestamp.missing"]),
        ("rt=yesterday", None, ["timestamp.unparsable"]),
    ],
)
def test_cef_receives_an_event_before_it_ends_or_starts(extension: str, timestamp: str | None, flags: Any) -> None:
    record = record_of(CEF + extension)
    assert (record["timestamp"], record.get("flags")) == (timestamp, flags)


@pytest.mark.parametrize(
    ("line", "body"),
    [
        (CEF + "msg=Who was it", "Who was it"),
        (CEF + "msg= act=x", "Port scan"),
        (r"CEF:0|a|b|1|2|A \| pipe and a \\|3|", r"A | pipe and a \ ".strip()),
        ("CEF:0|a|b|1|2|no extension|3", "no extension"),
    ],
)
def test_the_message_of_cef_is_the_body_else_its_name(line: str, body: str) -> None:
    assert record_of(line)["body"] == body


@pytest.mark.parametrize("line", ["CEF:0|a|b|c", "CEF is a format", "CEF:x|a|b|c|d|e|f|"])
def test_fewer_fields_are_no_cef(line: str) -> None:
    assert record_of(line)["dialect"] == "text"


@pytest.mark.parametrize(
    "line",
    [
        "LEEF:1.0|V|P|1|id|src=10.0.0.1\tusrName=ann lee\tx=a=b",
        "LEEF:1.0|V|P|1|id|src=10.0.0.1#011usrName=ann lee#011x=a=b",
        "LEEF:1.0|V|P|1|id|src=10.0.0.1 usrName=ann lee x=a=b",
        "LEEF:2.0|V|P|1|id|src=10.0.0.1\tusrName=ann lee\tx=a=b",
        "LEEF:2.0|V|P|1|id||src=10.0.0.1\tusrName=ann lee\tx=a=b",
        "LEEF:2.0|V|P|1|id|^|src=10.0.0.1^usrName=ann lee^x=a=b",
        "LEEF:2.0|V|P|1|id|x5E|src=10.0.0.1^usrName=ann lee^x=a=b",
        "LEEF:2.0|V|P|1|id|0x5e|src=10.0.0.1^usrName=ann lee^x=a=b",
        "LEEF:2.0|V|P|1|id|#|src=10.0.0.1#usrName=ann lee#x=a=b",
    ],
)
def test_leef_declares_its_delimiter_or_uses_tabs(line: str) -> None:
    assert said(line, "leef") == {"source.address": "10.0.0.1", "usrName": "ann lee", "x": "a=b"}


@pytest.mark.parametrize(
    ("pairs", "timestamp"),
    [
        ("devTime=Jun 03 2024 10:00:00", "2024-06-03T10:00:00.000000000Z"),
        ("devTime=Jun 03 2024 10:00:00.123 GMT+02:00", "2024-06-03T08:00:00.123000000Z"),
        ("devTime=1717408800000", "2024-06-03T10:00:00.000000000Z"),
        (
            "devTime=2024-06-03T10:00:00.000+0000\tdevTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
            "2024-06-03T10:00:00.000000000Z",
        ),
    ],
)
def test_leef_has_its_device_s_time(pairs: str, timestamp: str) -> None:
    assert record_of(f"LEEF:1.0|V|P|1|id|{pairs}")["timestamp"] == timestamp


@pytest.mark.parametrize(
    ("line", "attributes"),
    [
        (
            'type=SYSCALL msg=audit(1364481363.243:24287): arch=c000003e success=no a0=7ffc exe="/bin/ls" tty=(none)',
            {"arch": "c000003e", "success": "no", "a0": "7ffc", "process.executable.path": "/bin/ls", "tty": "(none)"},
        ),
        (
            "type=USER_LOGIN msg=audit(1364481363.243:24287): pid=7 msg='op=login acct=\"?\" hostname=? res=failed'",
            {"process.pid": 7, "op": "login", "res": "failed"},
        ),
        (
            'type=AVC msg=audit(1364481363.243:24287): avc:  denied  { read } for  pid=7 path="/a b" dev=sda1',
            {"process.pid": 7, "path": "/a b", "dev": "sda1"},
        ),
        (
            'type=SYSCALL msg=audit(1364481363.243:24287): pid=7 auid=1000\x1dARCH=x86_64 AUID="ann"',
            {"process.pid": 7, "auid": "1000", "ARCH": "x86_64", "AUID": "ann"},
        ),
        (
            '[   12.345678] audit: type=1400 audit(1364481363.243:24287): apparmor="DENIED" pid=7',
            {"apparmor": "DENIED", "process.pid": 7},
        ),
        ("audit: type=1400 audit(1364481363.243:24287): key=(null)", {"key": "(null)"}),
        ("type=EOE msg=audit(1364481363.243:24287): ", {}),
        ("type=PROCTITLE msg=audit(1364481363.243:24287): proctitle=2F62696E2F6C73", {"proctitle": "2F62696E2F6C73"}),
        ("type=X msg=audit(1364481363.243:24287): pid=7 pid=8", {"process.pid": [7, "8"]}),
    ],
)
def test_the_audit_log_is_pairs_behind_a_type(line: str, attributes: dict[str, Any]) -> None:
    record = record_of(line)
    assert (record["timestamp"], record["body"]) == ("2013-03-28T14:36:03.243000000Z", line)
    assert record["attributes"]["audit.serial"] == "24287"
    assert said(line, "auditd") == attributes


def test_words_between_the_pairs_of_the_audit_log_are_kept() -> None:
    record = record_of("type=AVC msg=audit(1364481363.243:24287): avc:  denied  { read } for  pid=7")
    assert record["attributes"]["audit.message"] == "avc: denied { read } for"


@pytest.mark.parametrize(
    "head", ["Nov 20 12:00:00 web-1 audispd: ", "<5>Nov 20 12:00:00 web-1 kernel: [   12.345678] ", ""]
)
def test_the_audit_log_is_the_same_behind_a_syslog_head(head: str) -> None:
    record = record_of(f'{head}audit: type=1400 audit(1364481363.243:24287): apparmor="DENIED"')
    assert (record["dialect"], record["timestamp"]) == ("auditd", "2013-03-28T14:36:03.243000000Z")


def test_a_node_is_the_host() -> None:
    record = record_of("node=web-1 type=EOE msg=audit(1364481363.243:24287): ")
    assert record["resource"]["host.name"] == "web-1"


def eve(**fields: Any) -> dict[str, Any]:
    event = {"timestamp": "2025-02-01T08:30:00.123456+0000", "flow_id": 7, **fields}
    return record_of(orjson.dumps(event))


@pytest.mark.parametrize(("severity", "number", "text"), [(1, 17, "1"), (2, 13, "2"), (3, 9, "3"), (255, 9, "255")])
def test_suricata_s_first_severity_is_the_highest(severity: int, number: int, text: str) -> None:
    record = eve(event_type="alert", alert={"signature": "scan", "severity": severity})
    assert (record["severity_number"], record["severity_text"], record["body"]) == (number, text, "scan")


@pytest.mark.parametrize("alert", [{}, {"severity": "2", "signature": 7}, {"severity": 0}, {"severity": True}, "scan"])
def test_an_odd_alert_of_suricata_is_kept_as_it_is(alert: Any) -> None:
    record = eve(event_type="alert", alert=alert)
    assert (record["dialect"], record["severity_number"]) == ("suricata", 0)
    assert record["attributes"]["alert"] == alert


def test_an_event_of_another_kind_with_suricata_s_keys_is_plain_json() -> None:
    assert eve(event_type=7)["dialect"] == "json"
