"""PHP's error log and that of its process manager.

Source: php-src's main/main.c (`php_log_err`, `php_error_cb`) and sapi/fpm/fpm/zlog.c.
"""

from __future__ import annotations

import re

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import lined
from streams.types import Record
from streams.values.severities import PHP

_TIME = (
    r"\[(?P<time>(?P<second>\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,6}))?"
    r"(?P<zone> [A-Za-z0-9_+\-/:]{1,40})?)\] "
)
_KIND = r"PHP (?!Stack trace)(?P<level>[A-Z][a-z]{2,12}(?: [A-Za-z]{3,12}){0,2}): {1,2}"
_KIND_ALONE = (
    r"(?P<level>(?:Recoverable f|Catchable f|F)atal error|Parse error|Warning|Notice|Deprecated"
    r"|Strict Standards): {1,2}"
)
_MANAGER = r"(?P<level>ALERT|ERROR|WARNING|NOTICE|DEBUG): (?:pid (?P<pid>\d{1,10}), \S{1,100}, line \d{1,6}: )?"

_PLACE = re.compile(r" in (?P<file>(?:[A-Za-z]:)?[^\s:][^\n:]{0,500})(?: on line |:)(?P<line>\d{1,9})$", re.MULTILINE)
_UNCAUGHT = "Uncaught "
_TYPE = re.compile(r"(?P<type>[A-Za-z_\\][A-Za-z0-9_\\]{0,200})(?:: (?P<message>.*))?", re.DOTALL)
_STACK = "\nStack trace:\n"
_THROWN = re.compile(r"\n  thrown in [^\n]{1,600}$")


def _finish(record: Record) -> None:
    """Name the place of the error, and the exception that nobody caught."""
    body, attributes = record["body"], record["attributes"]
    for name in ("exception.type", "exception.message", "exception.stacktrace"):
        attributes.pop(name, None)
    head, _, stack = body.partition(_STACK)
    place = _PLACE.search(head)
    if place:
        attributes["code.file.path"], attributes["code.line.number"] = place["file"], int(place["line"])
    thrown = head[len(_UNCAUGHT) : place.start() if place else None] if head.startswith(_UNCAUGHT) else ""
    uncaught = _TYPE.fullmatch(thrown)
    if uncaught is None:
        return
    attributes["exception.type"] = uncaught["type"]
    if uncaught["message"]:
        attributes["exception.message"] = uncaught["message"]
    if stack:
        attributes["exception.stacktrace"] = _THROWN.sub("", stack)


DIALECT = Dialect(
    name="php-error",
    summary="PHP's error log and that of PHP-FPM",
    link="https://www.php.net/manual/en/errorfunc.configuration.php#ini.error-log",
    compile_text=lined(
        "php-error",
        f"{_TIME}{_KIND}(?P<body>.*)",
        f"{_TIME}{_MANAGER}(?P<body>.*)",
        f"{_TIME}{_KIND_ALONE}(?P<body>.*)",
        f"{_TIME}(?P<body>.*)",
        # to the standard error of a program
        rf"{_KIND}(?P<body>[^\n]* on line \d{{1,9}}(?:\n.*)?|Uncaught .*)$",
        words=PHP,
        then=_finish,
    ),
    starts="[P",
    head=r"\[00-\Z|PHP \Z",
    examples=(
        Example(
            "[28-Nov-2025 11:46:46 Europe/Stockholm] PHP Fatal error:  "
            "Uncaught App\\NoOrder: no order 7 in /srv/a.php:344\nStack trace:\n#0 /srv/a.php(12): find()\n"
            "#1 {main}\n  thrown in /srv/a.php on line 344",
            {
                "timestamp": "2025-11-28T10:46:46.000000000Z",
                "severity_number": 21,
                "severity_text": "Fatal error",
                "body": "Uncaught App\\NoOrder: no order 7 in /srv/a.php:344\nStack trace:\n"
                "#0 /srv/a.php(12): find()\n#1 {main}\n  thrown in /srv/a.php on line 344",
                "attributes": {
                    "code.file.path": "/srv/a.php",
                    "code.line.number": 344,
                    "exception.type": "App\\NoOrder",
                    "exception.message": "no order 7",
                    "exception.stacktrace": "#0 /srv/a.php(12): find()\n#1 {main}",
                },
                "flags": None,
            },
        ),
        Example(
            "[10-Oct-2000 13:55:36] WARNING: [pool www] server reached max_children setting (5), consider raising it",
            {
                "timestamp": "2000-10-10T13:55:36.000000000Z",
                "severity_number": 13,
                "severity_text": "WARNING",
                "body": "[pool www] server reached max_children setting (5), consider raising it",
            },
        ),
    ),
)
