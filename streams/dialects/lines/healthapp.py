"""Android apps' own files with bars: time with milliseconds behind a colon, component, process, text.

Source: Loghub's HealthApp set (Huawei Health); numbers of the time are not padded.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import lined


def _spell(time: str) -> str:
    """`20171224-1:2:35:9` is nine milliseconds after 1:02:35."""
    date, _, clock = time.partition("-")
    hour, minute, second, millisecond = clock.split(":")
    return f"{date[:4]}-{date[4:6]}-{date[6:]} {hour:0>2}:{minute:0>2}:{second:0>2}.{millisecond:0>3}"


DIALECT = Dialect(
    name="healthapp",
    summary="files of Huawei's Health app",
    link="https://github.com/logpai/loghub/tree/master/HealthApp",
    compile_text=lined(
        "healthapp",
        r"(?P<time>(?P<second>\d{8}-\d{1,2}:\d{1,2}:\d{1,2}:\d{1,3}))\|"
        r"(?P<logger>[^|\n]{1,100})\|(?P<pid>\d{1,12})\|(?P<body>.*)",
        spell=_spell,
    ),
    starts="0123456789",
    head=r"0{8}-00?:00?:00?:0{1,3}\|",
    examples=(
        Example(
            "20171224-1:2:35:9|Step_LSC|30002312|action android.intent.action.TIME_TICK",
            {
                "timestamp": "2017-12-24T01:02:35.009000000Z",
                "body": "action android.intent.action.TIME_TICK",
                "scope": {"name": "Step_LSC"},
                "attributes": {"process.pid": 30002312},
            },
        ),
    ),
)
