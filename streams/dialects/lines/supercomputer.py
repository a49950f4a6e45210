"""Logs of supercomputers in the form of the Computer Failure Data Repository: an alert, a time since 1970, the line.

Source: Oliner and Stearley, "What Supercomputers Say" (DSN 2007). Blue Gene/L's lines are RAS events, Thunderbird's
and Spirit's are syslog. The first time is in UTC, the written one is local, so that only its fraction is used.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import lined
from streams.types import Record
from streams.values.severities import SYSLOG
from streams.values.severity import vocabulary

_ALERT = r"(?P<alert>-|[A-Z][A-Z0-9_\-]{1,30}) (?P<time>(?P<second>\d{9,10})) (?P<date>\d{4}\.\d\d\.\d\d)"
_BLUE_GENE = (
    rf"{_ALERT} (?P<host>\S{{1,64}}) (?P<local_time>\d{{4}}-\d\d-\d\d-\d\d\.\d\d\.\d\d\.(?P<fraction>\d{{6}})) "
    r"(?P<reporter>\S{1,64}) (?P<type>[A-Z]{1,20}) (?P<component>[A-Z_]{1,20}) (?P<level>[A-Z]{1,20}) ?(?P<body>.*)"
)
_LINUX = (
    rf"{_ALERT} (?P<host>\S{{1,64}}) (?P<local_time>[A-Z][a-z]{{2}} {{1,2}}\d{{1,2}} \d\d:\d\d:\d\d) "
    r"(?P<location>\S{1,255}) "
    r"(?:(?P<service>[^\s:\[\]]{1,100}(?: [^\s:\[\]]{1,60}){0,2})(?:\[(?P<pid>[^\]\n]{1,32})\])?: )?(?P<body>.*)"
)


def _finish(record: Record) -> None:
    """A dash says that there was no alert."""
    attributes = record["attributes"]
    if attributes["alert"] == "-":
        del attributes["alert"]
    if attributes.get("reporter") == record["resource"].get("host.name"):
        del attributes["reporter"]


DIALECT = Dialect(
    name="supercomputer",
    summary="logs of Blue Gene/L, Thunderbird, Spirit and Liberty with their alert labels",
    link="https://www.usenix.org/cfdr-data",
    compile_text=lined(
        "supercomputer",
        _BLUE_GENE,
        _LINUX,
        words=vocabulary((21, "failure"), base=SYSLOG),
        then=_finish,
    ),
    starts="-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    head=r"(?:-|[A-Z][A-Z0_\-]*)(?: 0{9,10} 0000\.|\Z)",
    examples=(
        Example(
            "KERNDTLB 1117838570 2005.06.03 R02-M1-N0-C:J12-U11 2005-06-03-15.42.50.675872 R02-M1-N0-C:J12-U11 RAS"
            " KERNEL FATAL data TLB error interrupt",
            {
                "timestamp": "2005-06-03T22:42:50.675872000Z",
                "severity_number": 21,
                "severity_text": "FATAL",
                "body": "data TLB error interrupt",
                "resource": {"service.name": "unknown_service", "host.name": "R02-M1-N0-C:J12-U11"},
                "attributes": {
                    "alert": "KERNDTLB",
                    "date": "2005.06.03",
                    "local_time": "2005-06-03-15.42.50.675872",
                    "type": "RAS",
                    "component": "KERNEL",
                },
            },
        ),
        Example(
            "- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228/dn228 crond(pam_unix)[2915]: session closed",
            {
                "timestamp": "2005-11-09T20:01:01.000000000Z",
                "severity_number": 0,
                "body": "session closed",
                "resource": {"service.name": "crond(pam_unix)", "host.name": "dn228"},
            },
        ),
    ),
)
