"""Logs of servers, systems and devices: which place of a line holds what."""

from __future__ import annotations

from typing import Any

import pytest

from tests.through import record_of

TIME = "2024-03-10T14:13:06.719000000Z"
SECOND = "2024-03-10T14:13:06.000000000Z"
OCTOBER = "2026-10-10T14:13:06.719000000Z"
STAMP = "2024-03-10 14:13:06.719 UTC"


@pytest.mark.parametrize(
    ("prefix", "attributes"),
    [
        (f"{STAMP} [7] ", {"process.pid": 7}),
        (f"{STAMP} [7] ann@shop ", {"process.pid": 7, "user.name": "ann", "db.namespace": "shop"}),
        (f"{STAMP} [7] [unknown]@db ", {"process.pid": 7, "user.name": "[unknown]", "db.namespace": "db"}),
        (f"{STAMP} [7-1] ", {"process.pid": 7, "postgresql.session_line": 1}),
        (f"{STAMP} [7]: [3-1] user=ann,db=shop,app=psql,client=10.0.0.7 ",
         {"process.pid": 7, "user.name": "ann", "db.namespace": "shop", "postgresql.application_name": "psql",
          "client.address": "10.0.0.7", "postgresql.session_line": 3}),
        (f"{STAMP}:10.0.0.7(566):ann@shop:[7]:",
         {"process.pid": 7, "user.name": "ann", "db.namespace": "shop", "client.address": "10.0.0.7",
          "client.port": 566}),
        (f"{STAMP} [7] 00000 ", {"process.pid": 7, "postgresql.log_line_prefix": "00000"}),
        (f"{STAMP}:[local]:ann@shop:[7]:",
         {"process.pid": 7, "user.name": "ann", "db.namespace": "shop", "client.address": "[local]"}),
        (f"[7] {STAMP} ", {"process.pid": 7}),
        (f"< {STAMP} >", {}),
        (f"{STAMP} ", {}),
    ],
)  # fmt: skip
def test_any_line_prefix_of_postgresql_is_read(prefix: str, attributes: dict[str, Any]) -> None:
    record = record_of(f'{prefix}ERROR:  relation "x"\n\tdoes not exist')
    assert (record["dialect"], record["timestamp"], record["severity_text"]) == ("postgres", TIME, "ERROR")
    assert record["body"] == 'relation "x"\n\tdoes not exist'
    assert record["attributes"] == attributes


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("DEBUG5", 5), ("LOG", 9), ("INFO", 9), ("NOTICE", 10), ("WARNING", 13), ("ERROR", 17), ("FATAL", 21),
        ("PANIC", 24), ("STATEMENT", 9), ("DETAIL", 9), ("HINT", 9), ("CONTEXT", 9),
    ],
)  # fmt: skip
def test_postgresql_has_levels_of_its_own(word: str, number: int) -> None:
    record = record_of(f"{STAMP} [7] {word}:  open")
    assert (record["dialect"], record["severity_number"], record["severity_text"]) == ("postgres", number, word)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        # 9.0, 13, 14; a message of several lines
        (',,,27,,5ff.1b,1,,T,,0,LOG,00000,"a ""b"", c",,,,,,,,,""', 'a "b", c'),
        (',,,27,,5ff.1b,1,,T,,0,LOG,00000,"open",,,,,,,,,"","postmaster"', "open"),
        (',,,27,,5ff.1b,1,,T,,0,LOG,00000,"open",,,,,,,,,"","client backend",,0', "open"),
        (',"u","d",27,"[local]",5ff.1b,1,"idle",T,3/2,0,LOG,00000,"one\ntwo",,,,,,,,,"psql"', "one\ntwo"),
    ],
)
def test_postgresql_writes_csv_of_any_version(columns: str, message: str) -> None:
    record = record_of(f"2024-03-10 14:13:06.719 UTC{columns}")
    assert (record["dialect"], record["timestamp"], record["body"]) == ("postgres", TIME, message)
    assert (record["severity_text"], record["attributes"]["process.pid"]) == ("LOG", 27)


@pytest.mark.parametrize(
    "line",
    [
        "2024-03-10 14:13:06.719 UTC,,,a list, of things",
        "2024-03-10 14:13:06.719 UTC,,,27,,5ff.1b,1,,T,,0,SAY,00000,open,,,,,,,,,",
        '2024-03-10 14:13:06.719 UTC,,,27,,5ff.1b,1,,T,,0,LOG,00000,"open,,,,,,,,,',
    ],
)
def test_other_csv_is_not_postgresql_s(line: str) -> None:
    assert record_of(line)["dialect"] == "text"


@pytest.mark.parametrize(
    ("line", "timestamp", "number", "body", "attributes"),
    [
        # Redis 5 and later, 3 and 4, 2, 1
        ("7:M 10 Mar 2024 14:13:06.719 * open", TIME, 10, "open", {"process.pid": 7, "redis.role": "M"}),
        ("7:S 10 Mar 2024 14:13:06.719 # open", TIME, 13, "open", {"process.pid": 7, "redis.role": "S"}),
        ("7:X 10 Mar 2024 14:13:06.719 - open", TIME, 6, "open", {"process.pid": 7, "redis.role": "X"}),
        ("7:C 10 Oct 14:13:06.719 . open", OCTOBER, 5, "open", {"process.pid": 7, "redis.role": "C"}),
        ("[7] 10 Oct 14:13:06.719 * open", OCTOBER, 10, "open", {"process.pid": 7}),
        ("10 Oct 14:13:06 - open", "2026-10-10T14:13:06.000000000Z", 6, "open", {}),
        ("7:signal-handler (1710079986) open", SECOND, 0, "open", {"process.pid": 7, "redis.role": "signal-handler"}),
    ],
)  # fmt: skip
def test_redis(line: str, timestamp: str, number: int, body: str, attributes: dict[str, Any]) -> None:
    record = record_of(line)
    assert (record["dialect"], record["timestamp"], record["severity_number"]) == ("redis", timestamp, number)
    assert (record["body"], record["attributes"]) == (body, attributes)


@pytest.mark.parametrize(
    ("line", "timestamp", "number", "attributes"),
    [
        ("2024-03-10T14:13:06.719000Z 7 [System] [MY-010116] [Server] open", TIME, 9,
         {"thread.id": 7, "mysql.error_code": "MY-010116", "mysql.subsystem": "Server"}),
        ("2024-03-10T14:13:06.719000Z 7 [Warning] open", TIME, 13, {"thread.id": 7}),
        ("2024-03-10 14:13:06 7 [ERROR] open", SECOND, 17, {"thread.id": 7}),
        ("2024-03-10 14:13:06 7f8b0c140700 [Note] open", SECOND, 9, {"thread.id": "7f8b0c140700"}),
        ("2024-03-10 14:13:06+00:00 [Note] [Entrypoint]: open", SECOND, 9, {"mysql.subsystem": "Entrypoint"}),
        ("240310 14:13:06 [Note] open", SECOND, 9, {}),
        ("240310  4:13:06 [Note] open", "2024-03-10T04:13:06.000000000Z", 9, {}),
        ("240310 14:13:06 mysqld_safe open", SECOND, 0, {"process.executable.name": "mysqld_safe"}),
    ],
)  # fmt: skip
def test_mysql_and_mariadb(line: str, timestamp: str, number: int, attributes: dict[str, Any]) -> None:
    record = record_of(line)
    assert (record["dialect"], record["timestamp"], record["severity_number"]) == ("mysql", timestamp, number)
    assert (record["body"], record["attributes"]) == ("open", attributes)


PLACE = {"thread.id": 7, "code.file.path": "a.go", "code.line.number": 12}


@pytest.mark.parametrize(
    ("message", "body", "more"),
    [
        ("open the shop", "open the shop", {}),
        ('"Open"', "Open", {}),
        (r'"Open \"it\""', 'Open "it"', {}),
        ('"Open" pod="a/b" n=3', "Open", {"pod": "a/b", "n": "3"}),
        (r'"Open" why="a \"b\"\nc"', "Open", {"why": 'a "b"\nc'}),
        ('"Open" pods=["a b","c"] node={"x":1}', "Open", {"pods": '["a b","c"]', "node": '{"x":1}'}),
        ('"Open" err=<\n\tone\n\ttwo\n >', "Open", {"err": "one\ntwo"}),
        ('"Open" err=<\n\tone\n > n=3', "Open", {"err": "one", "n": "3"}),
        ('"Open" the shop', '"Open" the shop', {}),
        ('"Open" n=3 n=4', '"Open" n=3 n=4', {}),
        ("a=b", "a=b", {}),
        ("", "I0310 14:13:06.719000       7 a.go:12] ", {}),
    ],
)
def test_a_structured_message_of_klog_is_taken_apart(message: str, body: str, more: dict[str, str]) -> None:
    record = record_of(f"I0310 14:13:06.719000       7 a.go:12] {message}")
    assert (record["dialect"], record["attributes"]) == ("klog", PLACE | more)
    assert record["body"] == body or not message


@pytest.mark.parametrize(
    ("head", "timestamp"),
    [
        ("I1010 14:13:06.719", "2026-10-10T14:13:06.719000000Z"),
        ("I1010 14:13:06.719001", "2026-10-10T14:13:06.719001000Z"),
        ("I20240310 14:13:06.719000", TIME),
        ("I1310 14:13:06.719000", None),
    ],
)
def test_klogs_year_is_optional(head: str, timestamp: str | None) -> None:
    assert record_of(f"{head} 7 a.go:12] open")["timestamp"] == timestamp


@pytest.mark.parametrize("line", ["X1010 14:13:06.719000 7 a.go:12] x", "I1010 x", "In 1010 14:13:06.7 7 a.go:12] x"])
def test_other_lines_are_not_klog(line: str) -> None:
    assert record_of(line)["dialect"] == "text"


@pytest.mark.parametrize(
    ("line", "timestamp", "logger", "body", "attributes"),
    [
        ("2024-03-10T14:13:06.719Z\tinfo\tshop\ta/b.go:12\topen\t{\"n\": 3}", TIME, "shop", "open",
         {"code.file.path": "a/b.go", "code.line.number": 12, "n": 3}),
        ("2024-03-10T14:13:06.719Z\tINFO\tshop\topen", TIME, "shop", "open", {}),
        ("2024-03-10T14:13:06.719Z\tINFO\ta/b.go:12\topen", TIME, None, "open",
         {"code.file.path": "a/b.go", "code.line.number": 12}),
        ("2024-03-10T14:13:06.719Z\tINFO\topen", TIME, None, "open", {}),
        ("2024-03-10T14:13:06.719Z\tINFO\topen\t{\"n\": 3}", TIME, None, "open", {"n": 3}),
        ("2024-03-10T14:13:06.719Z\tINFO\tit is\topen", TIME, None, "it is\topen", {}),
        ("2024-03-10T14:13:06.719Z\tINFO\topen\t{broken}", TIME, "open", "{broken}", {}),
        ("2024-03-10T14:13:06.719Z\t\x1b[34mINFO\x1b[0m\topen", TIME, None, "open", {}),
        ("\x1b[34mINFO\x1b[0m\topen", None, None, "open", {}),
        ("1.710079986719e+09\tINFO\topen", TIME, None, "open", {}),
        ("INFO\topen", None, None, "open", {}),
        ("INFO\topen\nmain.main\n\t/main.go:1", None, None, "open", {"code.stacktrace": "main.main\n\t/main.go:1"}),
    ],
)  # fmt: skip
def test_the_columns_of_zap_may_each_be_missing(
    line: str, timestamp: str | None, logger: str | None, body: str, attributes: dict[str, Any]
) -> None:
    record = record_of(line)
    assert (record["dialect"], record["timestamp"], record.get("scope", {}).get("name")) == (
        "zap-console",
        timestamp,
        logger,
    )
    assert (record["body"], record["attributes"]) == (body, attributes)


@pytest.mark.parametrize(
    ("line", "dialect", "timestamp", "body"),
    [
        ("10-10 14:13:06.719  1702  2395 D Tag: open", "android", OCTOBER, "open"),
        ("10-10 14:13:06.719 root  1702  2395 D Tag: open", "android", OCTOBER, "open"),
        ("2024-03-10 14:13:06.719  1702  2395 F Tag : open", "android", TIME, "open"),
        ("2024-03-10 14:13:06.719000 +0000  1702  2395 V Tag: open", "android", TIME, "open"),
        ("10-10 14:13:06.719 I/Tag( 585): open", "android", OCTOBER, "open"),
        ("E/Tag( 585): open", "android", None, "open"),
        ("2024-03-10 14:13:06, Info                  CBS    open", "windows-cbs", SECOND, "open"),
        ("2024-03-10 14:13:06, Error                 DISM   DISM.EXE: open", "windows-cbs", SECOND, "DISM.EXE: open"),
        ("- 1710079986 2024.03.10 n1 Mar 10 06:13:06 n1/n1 su[7]: open", "supercomputer", SECOND, "open"),
        ("- 1710079986 2024.03.10 n1 2024-03-10-06.13.06.719000 n1 RAS APP INFO open", "supercomputer", TIME, "open"),
        ("7 node-1 unix.hw state.down 1710079986 -1 open", "hpc", SECOND, "open"),
        ("20240310-14:13:6:719|Step|7|open", "healthapp", TIME, "open"),
        ("[10.10 14:13:06] chrome.exe *64 - open - now", "proxifier", "2026-10-10T14:13:06.000000000Z", "open - now"),
        ("[   12.345678] open", "kernel", None, "open"),
        ("[   12.345678][ T1234] open", "kernel", None, "open"),
        ("<3>[   12.345678] open", "kernel", None, "open"),
    ],
)
def test_systems_and_devices(line: str, dialect: str, timestamp: str | None, body: str) -> None:
    record = record_of(line)
    assert (record["dialect"], record["timestamp"], record["body"]) == (dialect, timestamp, body)


@pytest.mark.parametrize(
    "line",
    [
        "[10.10] - a list - of things",
        "7 of nine was state.down 1710079986 times",
        "[12] open",
        "ERROR:  open",
        "2024-03-10 14:13:06 UTC all is well",
        "a\tb\tc",
        "INFO open",
        "10-10 14:13:06 open",
    ],
)
def test_what_only_resembles_them_is_plain_text(line: str) -> None:
    assert record_of(line)["dialect"] in {"text", "python-text"}
