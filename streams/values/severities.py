"""Severity words of each logger that has a meaning of its own (data contract 2 and 8b.1).

They stand on `GENERAL`, because loggers are configured with words of others too.
"""

from __future__ import annotations

from typing import Final

from streams.values.severity import GENERAL, Severity, read, vocabulary

LOG4J: Final = GENERAL
JUL: Final = GENERAL
"""java.util.logging."""
DOTNET: Final = GENERAL
PYTHON: Final = GENERAL
ZEROLOG: Final = GENERAL
LOGRUS: Final = GENERAL
LOG15: Final = GENERAL
"""Also go-ethereum's and Grafana's older logs: `dbug`, `eror`, `crit`."""
SLOG: Final = GENERAL
"""Go's log/slog; `read` knows its steps, as in `INFO+2`."""
PINO: Final = GENERAL
"""Also bunyan; where they write words instead of numbers."""
AZURE: Final = GENERAL
ETW: Final = GENERAL
KLOG: Final = GENERAL
"""Also glog: `I`, `W`, `E`, `F`."""

SYSLOG: Final = vocabulary((18, "critical crit"), (21, "panic"), base=GENERAL)
"""RFC 5424's words; also journald, GELF and nginx. `panic` is its older word for `emerg`."""

APACHE: Final = vocabulary((1, " ".join(f"trace{step}" for step in range(1, 9))), base=SYSLOG)
"""Apache httpd's LogLevel."""

MONOLOG: Final = vocabulary((18, "critical"), base=GENERAL)

WINDOWS: Final = vocabulary((18, "critical"), base=GENERAL)
"""Windows Event Log."""

ZAP: Final = vocabulary((19, "panic"), base=GENERAL)
"""Also Caddy."""

SERILOG: Final = vocabulary((1, "verbose"), base=GENERAL)

WINSTON: Final = vocabulary((6, "verbose"), (7, "http"), base=GENERAL)
"""winston's npm levels."""

GCP: Final = vocabulary((0, "default"), (22, "alert"), (24, "emergency"), base=GENERAL)
"""Google Cloud's LogSeverity."""

MONGODB: Final = vocabulary((8, "d1"), (7, "d2"), (6, "d3"), (5, "d4"), (1, "d5"), base=GENERAL)
"""The field `s` of MongoDB's structured log."""

POSTGRES: Final = vocabulary(
    (5, "debug1 debug2 debug3 debug4 debug5"),
    (9, "log statement detail hint context query location"),
    (24, "panic"),
    base=GENERAL,
)
"""PostgreSQL's message levels, and the lines that belong to another one."""

REDIS: Final = {".": 5, "-": 6, "*": 10, "#": 13}
"""The sign before a message of Redis and its forks: debug, verbose, notice, warning."""

MYSQL: Final = vocabulary((9, "note system"), base=GENERAL)
"""Also MariaDB."""

PHP: Final = vocabulary((10, "deprecated strict"), (21, "parse"), base=GENERAL) | {
    "strict standards": 10,
    "parse error": 21,
    "fatal error": 21,
    "recoverable fatal error": 21,
    "catchable fatal error": 21,
}
"""What stands behind `PHP` in its error log; none of the fatal ones is survived unless it is caught."""

CEF: Final = vocabulary((0, "unknown"), (9, "low"), (13, "medium"), (17, "high"), (21, "very-high"), base=GENERAL)
"""ArcSight's Common Event Format and LEEF, where they write words instead of numbers."""

DATADOG: Final = vocabulary((9, "ok"), base=GENERAL)

_DATADOG_PREFIXES = (
    ("emerg", 21), ("f", 21), ("a", 19), ("c", 21), ("err", 17), ("w", 13), ("n", 10), ("i", 9), ("d", 5), ("t", 5),
    ("v", 5), ("o", 9), ("s", 9),
)  # fmt: skip
_DATADOG_DEFAULT = 9


def read_datadog(word: str) -> Severity:
    """Read Datadog's `status`: an unknown word counts by how it begins, and is `info` when that says nothing.

    Source: Datadog's log status remapper.
    """
    found = read(word, DATADOG)
    if found.number or not found.text:
        return found
    text = found.text.lower()
    number = next((number for prefix, number in _DATADOG_PREFIXES if text.startswith(prefix)), _DATADOG_DEFAULT)
    return Severity(number, found.text)
