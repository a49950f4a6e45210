"""Windows' servicing log, CBS.log, and its kin (DISM, Windows Update before version 10).

Source: Microsoft, "Understanding Component-Based Servicing" and the files themselves, which have no specification.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import lined

DIALECT = Dialect(
    name="windows-cbs",
    summary="Windows' CBS.log and dism.log",
    link="https://learn.microsoft.com/troubleshoot/windows-server/installing-updates-features-roles/fix-windows-update-errors",
    compile_text=lined(
        "windows-cbs",
        r"(?P<time>(?P<second>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?), "
        r"(?P<level>Info|Warning|Error|Fatal|Perf) {1,40}(?:(?P<logger>[A-Za-z][\w.]{1,40}) {1,10})?(?P<body>.*)",
    ),
    starts="0123456789",
    head=r"0000-00-00 00:00:00(?:\.0{1,9})?, ",
    examples=(
        Example(
            "2016-09-28 04:30:31, Info                  CBS    Loaded Servicing Stack",
            {
                "timestamp": "2016-09-28T04:30:31.000000000Z",
                "severity_number": 9,
                "severity_text": "Info",
                "body": "Loaded Servicing Stack",
                "scope": {"name": "CBS"},
            },
        ),
    ),
)
