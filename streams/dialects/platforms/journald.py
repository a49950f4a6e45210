"""systemd's journal as `journalctl -o json` and its exporters write it.

Source: systemd, "Journal Export Formats" (JSON: values are strings; what is not UTF-8 is an array of bytes, what is too
large null, a field that occurs several times an array) and systemd.journal-fields(7). Times are microseconds.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example, add_flags
from streams.dialects.keyed import Reading, keyed
from streams.dialects.moves import name_service, take_integer
from streams.dialects.roles import KEYS, words
from streams.types import Record
from streams.values import text as texts
from streams.values.levels import syslog_level
from streams.values.severities import SYSLOG

_NAME = "journald"
_MICROSECOND = 1_000
_BYTE = range(256)
_INTEGERS = (("_PID", "process.pid"), ("CODE_LINE", "code.line.number"))


def _complete(record: Record) -> None:
    attributes = record["attributes"]
    if type(record["body"]) is list:
        _set_body(record, record["body"])
    for key, value in attributes.items():
        if type(value) is list:
            attributes[key] = _text(record, value)
    name_service(record, attributes.get("SYSLOG_IDENTIFIER"))
    unit = attributes.get("_SYSTEMD_UNIT")
    name_service(record, unit.removesuffix(".service") if isinstance(unit, str) else None)
    for key, name in _INTEGERS:
        take_integer(record, key, name)


def _set_body(record: Record, value: list[Any]) -> None:
    body = _text(record, value)
    if isinstance(body, list) and all(isinstance(part, str) for part in body):
        body = "\n".join(body)
    record["body"] = body


def _text(record: Record, value: list[Any]) -> Any:
    """Make text of an array of bytes, or of each occurrence of a field; bytes that are none stay numbers."""
    if not value or not all(type(part) is int and part in _BYTE for part in value):
        return [_text(record, part) if type(part) is list else part for part in value]
    decoded = texts.decode(bytes(value))
    if decoded is None:
        return value
    add_flags(record, *decoded.flags)
    return decoded.text


DIALECT = Dialect(
    name=_NAME,
    summary="systemd's journal in JSON",
    link="https://systemd.io/JOURNAL_EXPORT_FORMATS/",
    signatures=tuple(
        frozenset(listed.split(","))
        for listed in words(
            "__REALTIME_TIMESTAMP __CURSOR,MESSAGE _SOURCE_REALTIME_TIMESTAMP,MESSAGE MESSAGE,PRIORITY"
            " MESSAGE,SYSLOG_IDENTIFIER MESSAGE,_SYSTEMD_UNIT MESSAGE,_HOSTNAME MESSAGE,_TRANSPORT"
            " _SYSTEMD_UNIT,PRIORITY _BOOT_ID,_MACHINE_ID"
        )
    ),
    compile_objects=keyed(
        _NAME,
        Reading(
            KEYS._replace(
                time=("_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP", *KEYS.time),
                severity=("PRIORITY", *KEYS.severity),
                body=("MESSAGE", *KEYS.body),
                host=("_HOSTNAME", *KEYS.host),
            ),
            words=SYSLOG,
            numbers=syslog_level,
            unit=_MICROSECOND,
            resource={"_MACHINE_ID": "host.id"},
            attributes={
                "__CURSOR": "log.record.uid",
                "_EXE": "process.executable.path",
                "_CMDLINE": "process.command_line",
                "CODE_FILE": "code.file.path",
                "CODE_FUNC": "code.function.name",
            },
            then=_complete,
        ),
    ),
    examples=(
        Example(
            '{"_SYSTEMD_UNIT":"ssh.service","SYSLOG_IDENTIFIER":"sshd","SYSLOG_FACILITY":"4","_HOSTNAME":"web-3",'
            '"PRIORITY":"6","_SOURCE_REALTIME_TIMESTAMP":"1772212581114712","_PID":"3781931","MESSAGE":"Bye Bye",'
            '"__REALTIME_TIMESTAMP":"1772212581114753","__CURSOR":"s=ac3d;i=adb","_MACHINE_ID":"e2fa072722154c9089f2"}',
            {
                "timestamp": "2026-02-27T17:16:21.114712000Z",
                "severity_number": 9,
                "severity_text": "6",
                "body": "Bye Bye",
                "trace_id": None,
                "resource": {"service.name": "sshd", "host.name": "web-3", "host.id": "e2fa072722154c9089f2"},
                "attributes": {
                    "_SYSTEMD_UNIT": "ssh.service",
                    "SYSLOG_IDENTIFIER": "sshd",
                    "SYSLOG_FACILITY": "4",
                    "process.pid": 3781931,
                    "__REALTIME_TIMESTAMP": "1772212581114753",
                    "log.record.uid": "s=ac3d;i=adb",
                },
            },
        ),
        Example(
            '{"__REALTIME_TIMESTAMP":"1578529839140003","MESSAGE":[194,191,72,101,108,108,111,63],'
            '"_SYSTEMD_UNIT":"cron.service","PRIORITY":"5"}',
            {
                "timestamp": "2020-01-09T00:30:39.140003000Z",
                "severity_number": 10,
                "body": "¿Hello?",
                "resource": {"service.name": "cron"},
            },
        ),
    ),
)
