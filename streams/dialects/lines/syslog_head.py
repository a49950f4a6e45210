"""The head that syslog puts before lines of a format of their own: RFC 3164, RFC 5424 or rsyslog's with an ISO time."""

from __future__ import annotations

import re
from typing import NamedTuple

from streams.dialects.base import add_flags
from streams.dialects.lines.clock import ISO, Clock
from streams.dialects.lines.fields import put, put_integer
from streams.types import Record
from streams.values.levels import syslog_level
from streams.values.time import Time

STARTS = "<0123456789JFMASOND"
LONGEST = 512
"""Characters within which a head must end."""

_PRIORITY = r"(?:<(?P<priority>\d{1,3})>)?"
_STAMP = (
    r"(?P<time>(?P<second>[A-Z][a-z]{2} [ \d]?\d (?:\d{4} )?\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?"
    r"(?P<zone> (?:UTC|GMT|[A-Z]{1,2}[SD]?T))?)"
)
_WORDS = r"(?P<words>(?:[^\s<|=]{1,255} ){0,3}) *"
_OLD = tuple(re.compile(rf"{_PRIORITY}{time}{_WORDS}", re.ASCII) for time in (rf"{ISO} ", rf"(?:{_STAMP} )?"))
_NEW = re.compile(
    rf"<(?P<priority>\d{{1,3}})>\d{{1,2}} (?:-|{ISO}) (?P<host>\S{{1,255}}) (?P<tag>\S{{1,48}}) (?P<pid>\S{{1,128}})"
    r" (?P<msgid>\S{1,32})(?: (?:-|(?P<data>(?:\[(?:[^\]\\]++|\\.)*+\])++)))? \ufeff?"
)
_TAG = re.compile(r"(?P<tag>[^\[\]:]{1,100})(?:\[(?P<pid>[^\[\]]{1,32})\])?:?")
_NO_ZONE = "timestamp.no_zone"
_SYSLOG = "syslog"


class Head(NamedTuple):
    """What a head says, as it was written; None where it says nothing."""

    time: tuple[str, str | None, str | None] | None = None
    """Up to the seconds, the digits behind them, the zone."""
    priority: str | None = None
    host: str | None = None
    tag: str | None = None
    pid: str | None = None
    msgid: str | None = None
    data: str | None = None


def read_head(text: str) -> Head | None:
    """Read all that stands before a line; None when that is no head."""
    if not text:
        return Head()
    match = _NEW.fullmatch(text)
    if match:
        return Head(_time(match), *match.group("priority", "host", "tag", "pid", "msgid", "data"))
    match = _OLD[0].fullmatch(text) or _OLD[1].fullmatch(text)
    if not match:
        return None
    host, tag, pid = _origin(match["words"].split())
    return Head(_time(match), match["priority"], host, tag, pid)


def _time(match: re.Match[str]) -> tuple[str, str | None, str | None] | None:
    return (match["second"], match["fraction"], match["zone"]) if match["second"] else None


def _origin(words: list[str]) -> tuple[str | None, str | None, str | None]:
    """Tell host, tag and process apart: a tag ends with a colon, or stands behind the host."""
    if not words:
        return None, None, None
    tag = _TAG.fullmatch(words[-1]) if words[-1].endswith(":") or len(words) > 1 else None
    if tag is None:
        return words[0], None, None
    return words[0] if len(words) > 1 else None, tag["tag"], tag["pid"]


def put_head(record: Record, head: Head, clock: Clock) -> None:
    """Complete a record, whose own time is set, with what the head says; its own fields go first."""
    if head.host and head.host != "-":
        record["resource"]["host.name"] = head.host
    if head.tag and head.tag != "-":
        record["resource"]["service.name"] = head.tag
    attributes = record["attributes"]
    put_integer(record, "process.pid", head.pid, "syslog.procid")
    put(attributes, "syslog.msgid", head.msgid)
    put(attributes, "syslog.structured_data", head.data)
    if head.priority:
        facility, level = divmod(int(head.priority), 8)
        attributes["syslog.facility"] = facility
        if record["severity_text"] is None:
            record["severity_number"], record["severity_text"] = syslog_level(level), str(level)
    if head.time:
        _settle_time(record, clock.read(*head.time, record["observed_timestamp"]))


def _settle_time(record: Record, around: Time) -> None:
    """The record's own time wins, unless only the head's has a zone; the other stays (data contract 8b.4)."""
    own, flags = record["timestamp"], record.get("flags", [])
    if own is None or (_NO_ZONE in flags and _NO_ZONE not in around.flags and around.text is not None):
        record["timestamp"], lost, loser = around.text, own, record["dialect"]
        record["flags"] = [flag for flag in flags if not flag.startswith("timestamp.")]
        add_flags(record, *around.flags)
    else:
        lost, loser = around.text, _SYSLOG
    if lost is not None and lost != record["timestamp"]:
        record["attributes"][f"{loser}.timestamp"] = lost
