"""The priority in front of a syslog message: facility and severity in one number (RFC 5424, section 6.2.1)."""

from __future__ import annotations

from typing import Any, NamedTuple

from streams.types import Record
from streams.values.levels import syslog_level

_FACILITIES = (
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp",
    "audit", "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
)  # fmt: skip


class Priority(NamedTuple):
    """What one number means."""

    severity_number: int
    severity_text: str
    attributes: dict[str, Any]


PRIORITIES = {
    str(number): Priority(
        syslog_level(number % 8),
        str(number % 8),
        {"syslog.priority": number, "syslog.facility": _FACILITIES[number // 8]},
    )
    for number in range(8 * len(_FACILITIES))
}
"""By the number as it is written; there are no others."""

PATTERN = r"<(?P<priority>1[0-8]\d|19[01]|[1-9]?\d)>"


def set_priority(record: Record, written: str) -> None:
    """Give a record the severity and facility of a priority that `PATTERN` matched."""
    number, text, attributes = PRIORITIES[written]
    record["severity_number"], record["severity_text"] = number, text
    record["attributes"] |= attributes
