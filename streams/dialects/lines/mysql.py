"""The error log of MySQL and MariaDB, in its forms since MySQL 5.1.

Source: MySQL's reference manual, "Error Log Output Format" (traditional format), and MariaDB's "Error Log". The
number behind the time is the thread's.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.clock import ISO, ISO_HEAD
from streams.dialects.lines.grammar import Headed, lined
from streams.values.severities import MYSQL

_LEVEL = r"\[(?P<level>System|ERROR|Error|Warning|WARNING|Note|NOTE)\]"
_THREAD = r"(?P<tid>\d{1,20}|[0-9a-f]{6,16})"
_SUBSYSTEM = r"\[(?P<code>[A-Z]{2,10}-\d{1,9})\] \[(?P<subsystem>\w{1,40})\]"
_SHORT = r"(?P<time>(?P<second>\d{6} {1,2}\d{1,2}:\d\d:\d\d))"
_PADDED = r"(?P<time>(?P<second>\d{4}-\d\d-\d\d  \d:\d\d:\d\d))"
"""MariaDB writes an hour before ten with a blank."""
_SAFE = r"(?P<program>mysqld_safe|mariadbd-safe) (?P<body>.*)"


def _spell(time: str) -> str:
    """`240310  2:13:06`, of MySQL up to 5.5, runs the digits of the date together; MariaDB pads the hour alike."""
    time = time.replace("  ", " 0")
    return f"{time[0:2]}/{time[2:4]}/{time[4:6]} {time[6:].lstrip()}" if time[:6].isdigit() else time


DIALECT = Dialect(
    name="mysql",
    summary="MySQL and MariaDB error logs",
    link="https://dev.mysql.com/doc/refman/8.4/en/error-log-format.html",
    compile_text=lined(
        "mysql",
        Headed(
            f"{ISO} ",
            (
                rf"{_THREAD} {_LEVEL} (?:{_SUBSYSTEM} )?(?P<body>.*)",
                rf"{_LEVEL} \[(?P<subsystem>Entrypoint)\]: (?P<body>.*)",
                _SAFE,
            ),
        ),
        Headed(f"{_PADDED} {_THREAD} {_LEVEL} (?P<body>.*)"),
        Headed(f"{_SHORT} ", (rf"{_LEVEL} (?P<body>.*)", _SAFE)),
        words=MYSQL,
        names={
            "code": "mysql.error_code",
            "subsystem": "mysql.subsystem",
            "program": "process.executable.name",
        },
        spell=_spell,
    ),
    starts="0123456789",
    head=rf"{ISO_HEAD} ?(?:\Z| (?:0*\Z|0* ?\[))|0000-00-00  0:00:00 0|0{{6}} {{1,2}}00?:00:00 ",
    examples=(
        Example(
            "2020-08-06T14:25:02.835618Z 0 [Note] [MY-012487] [InnoDB] DDL log recovery : begin",
            {
                "timestamp": "2020-08-06T14:25:02.835618000Z",
                "severity_number": 9,
                "severity_text": "Note",
                "body": "DDL log recovery : begin",
                "attributes": {"thread.id": 0, "mysql.error_code": "MY-012487", "mysql.subsystem": "InnoDB"},
            },
        ),
        Example(
            "2016-06-15 16:53:33 139651251140544 [Warning] InnoDB: the log sequence number is in the future",
            {
                "timestamp": "2016-06-15T16:53:33.000000000Z",
                "severity_number": 13,
                "body": "InnoDB: the log sequence number is in the future",
                "attributes": {"thread.id": 139651251140544},
            },
        ),
        Example(
            "160615  6:53:33 [ERROR] Aborting",
            {"timestamp": "2016-06-15T06:53:33.000000000Z", "severity_number": 17, "body": "Aborting"},
        ),
    ),
)
