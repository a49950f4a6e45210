"""Proxifier's log: month and day, program, connection.

Source: Proxifier's documentation, "Log", and Loghub's Proxifier set; there is no year.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.clock import month_name
from streams.dialects.lines.grammar import lined


def _spell(time: str) -> str:
    """`10.30 16:49:06` is in October."""
    return f"{month_name(time[:2])} {time[3:]}"


DIALECT = Dialect(
    name="proxifier",
    summary="Proxifier's log of connections",
    link="https://www.proxifier.com/docs/win-v4/",
    compile_text=lined(
        "proxifier",
        r"\[(?P<time>(?P<second>\d\d\.\d\d \d\d:\d\d:\d\d))\] (?P<program>[^\n]{1,100}?) - (?P<body>.*)",
        names={"program": "process.executable.name"},
        spell=_spell,
    ),
    starts="[",
    head=r"\[00\.00 00:00:00\] ",
    examples=(
        Example(
            "[10.30 16:49:06] chrome.exe - proxy.example.com:5070 open through proxy",
            {
                "timestamp": "2026-10-30T16:49:06.000000000Z",
                "body": "proxy.example.com:5070 open through proxy",
                "attributes": {"process.executable.name": "chrome.exe"},
                "flags": ["timestamp.no_zone", "timestamp.year_inferred"],
            },
        ),
    ),
)
