"""The Linux audit log: `type=... msg=audit(seconds.milliseconds:serial): key=value ...`, also as the kernel prints it.

Source: the audit project's "Audit event parsing guidelines" (linux-audit/audit-documentation). Values without quotes
that are hexadecimal text stay so: only the field's dictionary says which they are, and they may hold any bytes.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, TextReader, add_flags, new_record
from streams.dialects.lines.cef import put_pairs
from streams.dialects.lines.fields import integer
from streams.types import Record, Source
from streams.values.time import read_epoch

NAME = "auditd"
_LINE = re.compile(
    r"(?:(?:\[ {0,8}\d{1,10}\.\d{1,9}\] )?audit: )?(?:node=(?P<node>\S{1,255}) )?type=(?P<type>\S{1,64}) (?:msg=)?"
    r"audit\((?P<time>\d{1,12}\.\d{1,9}):(?P<serial>\d{1,20})\):?(?P<rest>.*)",
    re.DOTALL,
)
_PAIR = re.compile(
    r"(?P<key>[A-Za-z_][A-Za-z0-9_.\-]{0,63})=(?:\"(?P<double>[^\"]*+)\"|'(?P<single>[^']*+)'|(?P<bare>[^\s\"'][^\s]*+|))"
    r"|(?P<loose>\S++)"
)
_NESTED = "msg"
_NULL = "?"
_SECOND = 10**9
_NAMES = {"pid": "process.pid", "ppid": "process.parent_pid", "exe": "process.executable.path"}
_NUMBERS = frozenset({"pid", "ppid"})


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        match = _LINE.match(text)
        if match is None:
            return None
        record = new_record(NAME, event_id, observed, source)
        found = read_epoch(match["time"], _SECOND)
        record["timestamp"] = found.text
        add_flags(record, *found.flags)
        if match["node"]:
            record["resource"]["host.name"] = match["node"]
        record["attributes"] = {"audit.type": match["type"], "audit.serial": match["serial"]}
        _put_fields(record, match["rest"])
        return record

    return read


def _put_fields(record: Record, rest: str) -> None:
    """Set the pairs, also those inside a nested `msg='...'`, and what stands between them."""
    loose = _put_level(record, rest, nested=True)
    if loose:
        record["attributes"]["audit.message"] = " ".join(loose)


def _put_level(record: Record, rest: str, *, nested: bool) -> list[str]:
    loose = []
    for match in _PAIR.finditer(rest):
        key = match["key"]
        if key is None:
            loose.append(match["loose"])
            continue
        value = match[match.lastgroup or "bare"] or ""
        if key == _NESTED and nested and match["single"] is not None:
            loose += _put_level(record, value, nested=False)
        elif value != _NULL:
            _put(record, key, value)
    return loose


def _put(record: Record, key: str, value: str) -> None:
    name = _NAMES.get(key, key)
    number: Any = integer(value) if key in _NUMBERS else None
    if number is None or name in record["attributes"]:
        put_pairs(record, iter([(name, value)]))
    else:
        record["attributes"][name] = number


DIALECT = Dialect(
    name=NAME,
    summary="the Linux audit log",
    link="https://github.com/linux-audit/audit-documentation/wiki/SPEC-Audit-Event-Parsing-Guidelines",
    compile_text=_compile_text,
    starts="tna[",
    head=r"type=|node=|audit: |\[ {0,8}0{1,10}\.0{1,9}\] ",
    holds=("audit(",),
    opaque=True,
    examples=(
        Example(
            "node=web-1 type=USER_LOGIN msg=audit(1364481363.243:24287): pid=2363 uid=0 subj=system_u:system_r:sshd_t"
            ' msg=\'op=login acct="root" exe="/usr/sbin/sshd" hostname=? addr=192.168.122.1 res=failed\'',
            {
                "timestamp": "2013-03-28T14:36:03.243000000Z",
                "severity_number": 0,
                "resource": {"service.name": "unknown_service", "host.name": "web-1"},
                "attributes": {
                    "audit.type": "USER_LOGIN",
                    "audit.serial": "24287",
                    "process.pid": 2363,
                    "uid": "0",
                    "subj": "system_u:system_r:sshd_t",
                    "op": "login",
                    "acct": "root",
                    "process.executable.path": "/usr/sbin/sshd",
                    "addr": "192.168.122.1",
                    "res": "failed",
                },
            },
        ),
        Example(
            "type=AVC msg=audit(1364481363.243:24287): avc:  denied  { read } for  pid=13349 comm=636174 tclass=file",
            {
                "attributes": {
                    "audit.type": "AVC",
                    "audit.serial": "24287",
                    "process.pid": 13349,
                    "comm": "636174",
                    "tclass": "file",
                    "audit.message": "avc: denied { read } for",
                },
            },
        ),
    ),
)
