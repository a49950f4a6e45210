"""The log of Redis and its forks (Valkey, KeyDB), servers and sentinels.

Source: redis/src/server.c, `serverLogRaw` and `serverLogRawFromHandler`; before version 3 the process stood in
brackets or was not named, before version 5 there was no year.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import lined
from streams.values.severities import REDIS

_TIME = r"(?P<time>(?P<second>\d{1,2} [A-Z][a-z]{2} (?:\d{4} )?\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?)"
_REST = r" (?P<level>[.\-*#]) (?P<body>.*)"

DIALECT = Dialect(
    name="redis",
    summary="Redis, Valkey and KeyDB server logs",
    link="https://github.com/redis/redis/blob/7.2/src/server.c",
    compile_text=lined(
        "redis",
        rf"(?P<pid>\d{{1,10}}):(?P<role>[XCSM]) {_TIME}{_REST}",
        rf"(?:\[(?P<pid>\d{{1,10}})\] )?{_TIME}{_REST}",
        r"(?P<pid>\d{1,10}):(?P<role>signal-handler) \((?P<time>(?P<second>\d{1,12}))\) (?P<body>.*)",
        words=REDIS,
        names={"role": "redis.role"},
    ),
    starts="0123456789[",
    head=r"0{1,10}:\Z|(?:\[0{1,10}\] )?00? \Z",
    examples=(
        Example(
            "19595:M 26 Aug 2019 22:43:29.980 * Ready to accept connections",
            {
                "timestamp": "2019-08-26T22:43:29.980000000Z",
                "severity_number": 10,
                "severity_text": "*",
                "body": "Ready to accept connections",
                "attributes": {"process.pid": 19595, "redis.role": "M"},
                "flags": ["timestamp.no_zone"],
            },
        ),
        Example(
            "[4018] 14 Nov 07:01:22.119 # Server started, Redis version 2.8.4",
            {
                "timestamp": "2026-11-14T07:01:22.119000000Z",
                "severity_number": 13,
                "body": "Server started, Redis version 2.8.4",
                "flags": ["timestamp.no_zone", "timestamp.year_inferred"],
            },
        ),
        Example(
            "11132:signal-handler (1664217660) Received SIGINT scheduling shutdown...",
            {
                "timestamp": "2022-09-26T18:41:00.000000000Z",
                "severity_number": 0,
                "body": "Received SIGINT scheduling shutdown...",
                "attributes": {"process.pid": 11132, "redis.role": "signal-handler"},
            },
        ),
    ),
)
