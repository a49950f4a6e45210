"""Linux' kernel ring buffer as dmesg(1) prints it: seconds since boot, maybe the level before and the caller behind.

Source: Linux, kernel/printk/printk.c, `print_prefix`. That time is not one of the calendar, so that it is an attribute;
`dmesg --ctime` writes one that is.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import lined
from streams.dialects.lines.priority import PATTERN, set_priority
from streams.types import Record

_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"


def _finish(record: Record) -> None:
    priority = record["attributes"].pop("priority", None)
    if priority:
        set_priority(record, priority)


DIALECT = Dialect(
    name="kernel",
    summary="Linux kernel messages with seconds since boot",
    link="https://man7.org/linux/man-pages/man1/dmesg.1.html",
    compile_text=lined(
        "kernel",
        rf"(?:{PATTERN})?\[ *(?P<uptime>\d{{1,10}}\.\d{{6}})\](?:\[ *(?P<caller>[TC]\d{{1,10}})\])? (?P<body>.*)",
        # dmesg --ctime
        rf"(?:{PATTERN})?\[(?P<time>(?P<second>{_DAY} {_MONTH} [ \d]\d \d\d:\d\d:\d\d \d{{4}}))\]"
        r" (?P<body>(?!PHP )[A-Za-z][^\[\]\n]{0,100}: .*)",
        names={"uptime": "kernel.seconds_since_boot", "caller": "kernel.caller"},
        then=_finish,
    ),
    starts="<[",
    head=r"(?:<0{1,3}>)?\[ *0{1,10}\.0{6}\]|(?:<0{1,3}>)?\[T?\Z",
    is_head=True,
    examples=(
        Example(
            "<4>[12345.678901] usb 1-1: device descriptor read/64, error -71",
            {
                "timestamp": None,
                "severity_number": 13,
                "body": "usb 1-1: device descriptor read/64, error -71",
                "attributes": {
                    "syslog.priority": 4,
                    "syslog.facility": "kern",
                    "kernel.seconds_since_boot": "12345.678901",
                },
            },
        ),
    ),
)
