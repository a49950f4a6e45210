"""Android's logcat, in its formats `threadtime`, `time` and `brief`.

Source: Android's logcat documentation, "Control log output format", and liblog's logprint.cpp.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.clock import month_name
from streams.dialects.lines.grammar import lined
from streams.values.severity import vocabulary

_LEVELS = vocabulary((1, "V"), (5, "D"), (9, "I"), (13, "W"), (17, "E"), (21, "F A"))
_IDS = r"(?:(?P<uid>[\w.]{1,60}) +)?(?P<pid>\d{1,10}) +(?P<tid>\d{1,10})"
_LEVEL = r"(?P<level>[VDIWEFA])"
_TIME = r"(?P<time>(?P<second>(?:\d{4}-)?\d\d-\d\d \d\d:\d\d:\d\d)\.(?P<fraction>\d{3,9})(?P<zone> [+-]\d{4})?)"


def _spell(time: str) -> str:
    """`03-17 16:13:38` is month and day."""
    return f"{month_name(time[:2])} {time[3:]}" if time[2] == "-" else time


DIALECT = Dialect(
    name="android",
    summary="Android's logcat",
    link="https://developer.android.com/tools/logcat#outputFormat",
    compile_text=lined(
        "android",
        rf"{_TIME} +{_IDS} {_LEVEL} (?P<logger>[^\n]{{0,200}}?) *: ?(?P<body>.*)",
        rf"(?:{_TIME} )?{_LEVEL}/(?P<logger>[^\n(]{{0,200}}?) *\( *(?P<pid>\d{{1,10}})\): ?(?P<body>.*)",
        words=_LEVELS,
        spell=_spell,
    ),
    starts="0123456789VDIWEFA",
    head=r"(?:0000-)?00-00 00:00:00\.0|[VDIWEFA]/",
    examples=(
        Example(
            "03-17 16:13:38.811  1702  2395 D WindowManager: no more windows",
            {
                "timestamp": "2027-03-17T16:13:38.811000000Z",
                "severity_number": 5,
                "severity_text": "D",
                "body": "no more windows",
                "scope": {"name": "WindowManager"},
                "attributes": {"process.pid": 1702, "thread.id": 2395},
                "flags": ["timestamp.no_zone", "timestamp.year_inferred"],
            },
        ),
        Example(
            "W/ActivityManager( 1184): Slow operation",
            {
                "timestamp": None,
                "severity_number": 13,
                "body": "Slow operation",
                "scope": {"name": "ActivityManager"},
            },
        ),
    ),
)
