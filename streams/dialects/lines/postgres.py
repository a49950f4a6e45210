"""PostgreSQL's server log: text with any `log_line_prefix` that begins with a time or a process, CSV and JSON.

Source: PostgreSQL's documentation, "Error Reporting and Logging" (`log_line_prefix`, "Using JSON-Format Log Output"),
and elog.c: a message is told from its prefix by its level, a colon and two blanks.
"""

from __future__ import annotations

import re
from datetime import tzinfo

from streams.dialects.base import Dialect, Example, TextReader
from streams.dialects.keyed import Reading, keyed
from streams.dialects.lines.grammar import lined, number_of
from streams.dialects.lines.postgres_csv import MARK as CSV_MARK
from streams.dialects.lines.postgres_csv import compile_csv
from streams.dialects.roles import KEYS
from streams.types import Record, Source
from streams.values.severities import POSTGRES

_MARK = ":  "
_NEAR = 500
_LEVEL = (
    r"(?P<level>DEBUG[1-5]?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION"
    r"|BACKTRACE)"
)
_TIME = (
    r"(?P<time>(?P<second>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d{10}(?=\.\d{3}))(?:\.(?P<fraction>\d{1,9}))?"
    r"(?P<zone> (?:[A-Z]{1,5}|[+-]\d\d(?::?\d\d)?)(?![A-Za-z0-9]))?)"
)
_LINE = (
    rf"(?:<? ?|(?P<before>\[\d{{1,10}}\]) ){_TIME}(?P<prefix>[^\n]{{0,300}}?)(?<![A-Za-z]){_LEVEL}{_MARK}(?P<body>.*)"
)

_NAME = r"[\w.\-]{1,63}|\[unknown\]"
_PAIR = re.compile(r"\b(user|db|app|client|host|remote)=([^,\s\]]*)")
_PARTS = (
    re.compile(r"\[(?P<pid>\d{1,10})\](?::? \[(?P<line>\d{1,10})-\d{1,10}\])?", re.ASCII),
    re.compile(r"\[(?P<pid>\d{1,10})-(?P<line>\d{1,10})\]", re.ASCII),
    re.compile(rf"(?P<user>{_NAME})@(?P<db>{_NAME})"),
    re.compile(r"(?P<client>(?:[0-9a-fA-F]|::)[0-9a-fA-F.:]{1,44}|[a-z0-9][a-z0-9.\-]{0,252})\((?P<port>\d{1,5})\)"),
    re.compile(r"(?P<client>\[local\])"),
)
_NAMES = {
    "pid": "process.pid",
    "line": "postgresql.session_line",
    "user": "user.name",
    "db": "db.namespace",
    "app": "postgresql.application_name",
    "client": "client.address",
    "host": "client.address",
    "remote": "client.address",
    "port": "client.port",
}
_NUMBERS = frozenset({"pid", "line", "port"})
_HAS_WORD = re.compile(r"\w")


def _read_prefix(record: Record) -> None:
    """Name what is known of a prefix; what is not stays as it is written."""
    attributes = record["attributes"]
    rest = " ".join((attributes.pop("before", ""), attributes.pop("prefix", "")))
    for name, value in _PAIR.findall(rest):
        if value:
            attributes[_NAMES[name]] = value
    rest = _PAIR.sub(" ", rest)
    for part in _PARTS:
        match = part.search(rest)
        if match:
            found = {name: value for name, value in match.groupdict().items() if value}
            attributes |= {_NAMES[name]: number_of(found[name]) if name in _NUMBERS else found[name] for name in found}
            rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    if _HAS_WORD.search(rest):
        attributes["postgresql.log_line_prefix"] = rest.strip()


_NAME_OF_DIALECT = "postgres"
_compile_lines = lined(_NAME_OF_DIALECT, _LINE, words=POSTGRES, then=_read_prefix)
_compile_json = keyed(
    _NAME_OF_DIALECT,
    Reading(
        KEYS._replace(severity=("error_severity",)),
        words=POSTGRES,
        attributes={
            "user": "user.name",
            "dbname": "db.namespace",
            "pid": "process.pid",
            "remote_host": "client.address",
            "remote_port": "client.port",
            "line_num": "postgresql.session_line",
            "state_code": "db.response.status_code",
            "statement": "db.query.text",
            "application_name": "postgresql.application_name",
            "func_name": "code.function.name",
            "file_name": "code.file.path",
            "file_line_num": "code.line.number",
        },
    ),
)


def _compile_text(zone: tzinfo) -> TextReader:
    read_line, read_csv = _compile_lines(zone), compile_csv(_NAME_OF_DIALECT, zone)

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        record = read_line(text, event_id, observed, source) if _MARK in text[:_NEAR] else None
        return record or read_csv(text, event_id, observed, source)

    return read


DIALECT = Dialect(
    name=_NAME_OF_DIALECT,
    summary="PostgreSQL server logs: text with any line prefix that begins with a time, CSV and JSON",
    link="https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-LOG-LINE-PREFIX",
    signatures=(frozenset({"timestamp", "pid", "error_severity", "message"}),),
    compile_objects=_compile_json,
    compile_text=_compile_text,
    starts="0123456789[<",
    head=r"(?:<? ?|\[0{1,10}\] )0{4}",
    holds=(_MARK, CSV_MARK),
    examples=(
        Example(
            '2019-04-28 04:16:00.029 UTC [23] shop@orders ERROR:  relation "userz" does not exist at character 15',
            {
                "timestamp": "2019-04-28T04:16:00.029000000Z",
                "severity_number": 17,
                "severity_text": "ERROR",
                "body": 'relation "userz" does not exist at character 15',
                "attributes": {"process.pid": 23, "user.name": "shop", "db.namespace": "orders"},
            },
        ),
        Example(
            "2021-05-07 08:28:23 UTC:127.0.0.1(56644):test@test:[7221]:LOG:  duration: 10045.607 ms",
            {
                "timestamp": "2021-05-07T08:28:23.000000000Z",
                "severity_number": 9,
                "body": "duration: 10045.607 ms",
                "attributes": {
                    "process.pid": 7221,
                    "user.name": "test",
                    "db.namespace": "test",
                    "client.address": "127.0.0.1",
                    "client.port": 56644,
                },
            },
        ),
        Example(
            '2021-01-04 00:05:58.232 UTC,"ann","shop",36,"172.24.0.1:42326",5ff25be6.24,2,"authentication",'
            '2021-01-04 00:05:58 UTC,3/9,0,FATAL,28P01,"no role ""ann""","Role does not exist.",,,,,,,,""',
            {
                "timestamp": "2021-01-04T00:05:58.232000000Z",
                "severity_number": 21,
                "severity_text": "FATAL",
                "body": 'no role "ann"',
                "attributes": {
                    "user.name": "ann",
                    "db.namespace": "shop",
                    "process.pid": 36,
                    "session_id": "5ff25be6.24",
                    "postgresql.session_line": 2,
                    "command_tag": "authentication",
                    "session_start_time": "2021-01-04 00:05:58 UTC",
                    "virtual_transaction_id": "3/9",
                    "transaction_id": "0",
                    "db.response.status_code": "28P01",
                    "detail": "Role does not exist.",
                    "client.address": "172.24.0.1",
                    "client.port": 42326,
                },
            },
        ),
        Example(
            '{"timestamp":"2024-03-10 14:13:06.719 UTC","user":"ann","dbname":"shop","pid":36,"line_num":2,'
            '"error_severity":"ERROR","state_code":"42P01","message":"no relation","statement":"select 1"}',
            {
                "timestamp": "2024-03-10T14:13:06.719000000Z",
                "severity_number": 17,
                "severity_text": "ERROR",
                "body": "no relation",
                "attributes": {
                    "user.name": "ann",
                    "db.namespace": "shop",
                    "process.pid": 36,
                    "postgresql.session_line": 2,
                    "db.response.status_code": "42P01",
                    "db.query.text": "select 1",
                },
            },
        ),
        Example(
            "2024-03-10 14:13:06 CET [101]: [3-1] user=shop,db=orders,app=[unknown],client=10.0.0.7 HINT:  Use a key.",
            {"timestamp": "2024-03-10T13:13:06.000000000Z", "severity_number": 9, "body": "Use a key."},
        ),
    ),
)
