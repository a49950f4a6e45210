"""Lines of Python's logging in the layouts of its documentation and of well-known frameworks.

Source: Python's `logging` (BASIC_FORMAT and the how-to), Django's `verbose`, Celery's `worker_log_format`, Gunicorn's
glogging.py, Uvicorn's and Airflow's defaults, Flask,
SQLAlchemy, Scrapy, Odoo, loguru and OpenTelemetry's logging instrumentation.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.clock import ISO, ISO_HEAD
from streams.dialects.lines.grammar import DIGITS, Headed, lined
from streams.dialects.lines.http_request import put_request
from streams.dialects.lines.pairs import take_pairs
from streams.types import Record
from streams.values.severities import PYTHON
from streams.values.severity import vocabulary

_LEVEL = r"(?P<level>DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL|TRACE|SUCCESS)"
_NAME = r"(?P<logger>[A-Za-z_][\w.\-]{0,200})"
_FILE = r"(?P<file>[^\s:\[\]{}]{1,300}):(?P<line>\d{1,7})"
_TRACE = (
    r"\[trace_id=(?P<trace_id>\w{1,64}) span_id=(?P<span_id>\w{1,32})"
    r" resource\.service\.name=(?P<service>[^\]\n]*?)(?: trace_sampled=(?P<trace_sampled>\w{1,5}))?\]"
)
_BODY = r"(?P<body>.*)"
_TASK = r"(?:(?P<task>[\w.]{1,200})\[(?P<task_id>[\w\-]{1,64})\]: )?"
_WORDS = vocabulary((9, "success"), (17, "exception"), base=PYTHON)

_DATED = Headed(
    rf"\[?{ISO}\]?",
    (
        # Celery
        rf": {_LEVEL}/(?P<process>[^\]\n]{{1,100}})\] {_TASK}{_BODY}",
        # OpenTelemetry
        rf" {_LEVEL} \[{_NAME}\] \[{_FILE}\] {_TRACE} - {_BODY}",
        # the how-to
        rf" - {_NAME} - {_LEVEL} *- {_BODY}",
        rf" - {_LEVEL} *- {_NAME} - {_BODY}",
        rf" - {_LEVEL} *- {_BODY}",
        rf":(?:{_NAME}:)?{_LEVEL}:{_BODY}",
        # Gunicorn
        rf" \[(?P<pid>\d{{1,10}})\] \[{_LEVEL}\] {_BODY}",
        # loguru
        rf" \| {_LEVEL} *\| (?P<logger>[\w.<>]{{1,200}}):(?P<function>[\w<>]{{1,200}}):(?P<line>\d{{1,7}}) - {_BODY}",
        rf"(?<=,\d{{3}}) {_NAME} {_LEVEL} {_BODY}",
        # Flask
        rf" {_LEVEL} in (?P<logger>[\w.]{{1,200}}): {_BODY}",
        # SQLAlchemy
        rf" {_LEVEL} (?P<logger>sqlalchemy\.[\w.]{{1,200}}) {_BODY}",
        # Airflow
        rf" \{{{_FILE}\}} {_LEVEL} - {_BODY}",
        # Scrapy
        rf" \[{_NAME}\] {_LEVEL}: {_BODY}",
        # Odoo
        rf" (?P<pid>\d{{1,10}}) {_LEVEL} (?P<database>[\w.\-?]{{1,100}}) {_NAME}: {_BODY}",
        # structlog's ConsoleRenderer, which pads levels
        rf" \[(?P<level>(?:debug|info|warning|error|notset)(?= )|critical|exception) *\] {_BODY}",
        rf" +\[{_LEVEL} *\] +{_NAME}: {_BODY}",
        rf" +(?P<level>WARNING|CRITICAL|SUCCESS) +{_NAME}: {_BODY}",
    ),
    starts=f"{DIGITS}[",
)
_LETTERS = "DIWECFTS"
_DJANGO = Headed(rf"{_LEVEL} {ISO} {_NAME} (?P<pid>\d{{1,10}}) (?P<tid>\d{{1,20}}) {_BODY}", starts=_LETTERS)
_RUNSERVER = Headed(
    r"\[(?P<time>(?P<second>\d\d/[A-Z][a-z]{2}/\d{4} \d\d:\d\d:\d\d))\] "
    r'"(?P<body>[^"\n]{1,8000})" (?P<status>\d{3}) (?P<size>\d{1,18})$',
    starts="[",
)
_TORNADO = Headed(
    r"\[(?P<level>[DIWEC]) (?P<time>(?P<second>(?:\d{6}|\d{4}-\d\d-\d\d) \d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?) "
    rf"(?P<logger>[\w.\-]{{1,100}})(?::(?P<line>\d{{1,7}}))?\] {_BODY}",
    starts="[",
)
_BASIC = Headed(rf"{_LEVEL}:(?P<logger>[\w.\-]{{1,200}}):{_BODY}", starts=_LETTERS)
_UVICORN = Headed(
    rf"(?P<level>DEBUG(?=: {{4}})|INFO(?=: {{5}})|WARNING(?=: {{2}})|ERROR(?=: {{4}})|CRITICAL(?=: )): +{_BODY}",
    starts=_LETTERS,
)

_HEAD = (
    rf"\[?{ISO_HEAD}\]?[: ]|\[(?:00/)?T?\Z|(?:DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL|TRACE|SUCCESS)(?::| 0000-)"
)


def _spell(time: str) -> str:
    """`240310 14:13:06`, of Tornado, runs the digits of the date together."""
    return f"{time[0:2]}/{time[2:4]}/{time[4:]}" if time[:6].isdigit() else time


def _finish(record: Record) -> None:
    """Read the request of Django's development server, and structlog's pairs."""
    attributes = record["attributes"]
    if "http.response.status_code" in attributes:
        put_request(attributes, record["body"])
    elif record["severity_text"] in _STRUCTLOG:
        take_pairs(record)


_STRUCTLOG = frozenset({"debug", "info", "warning", "error", "critical", "exception", "notset"})

DIALECT = Dialect(
    name="python-text",
    summary="lines of Python's logging, as its documentation and well-known frameworks lay them out",
    link="https://docs.python.org/3/library/logging.html#logrecord-attributes",
    compile_text=lined(
        "python-text",
        _DATED,
        _BASIC,
        _UVICORN,
        _DJANGO,
        _RUNSERVER,
        _TORNADO,
        words=_WORDS,
        names={
            "process": "processName",
            "task": "celery.task_name",
            "task_id": "celery.task_id",
            "database": "db.namespace",
            "status": "http.response.status_code",
            "size": "http.response.body.size",
        },
        spell=_spell,
        then=_finish,
    ),
    starts=f"{DIGITS}[{_LETTERS}",
    head=_HEAD,
    examples=(
        Example(
            "2024-03-10 14:13:06,719 - shop.cart - WARNING - cart is full",
            {
                "timestamp": "2024-03-10T14:13:06.719000000Z",
                "severity_number": 13,
                "severity_text": "WARNING",
                "body": "cart is full",
                "scope": {"name": "shop.cart"},
                "flags": ["timestamp.no_zone"],
            },
        ),
        Example(
            "[2017-12-28 22:49:53,550: INFO/ForkPoolWorker-1] shop.sell[7a3c-11]: sold 3",
            {
                "timestamp": "2017-12-28T22:49:53.550000000Z",
                "severity_number": 9,
                "body": "sold 3",
                "attributes": {
                    "processName": "ForkPoolWorker-1",
                    "celery.task_name": "shop.sell",
                    "celery.task_id": "7a3c-11",
                },
            },
        ),
        Example(
            "CRITICAL:root:the shop burns",
            {"timestamp": None, "severity_number": 21, "body": "the shop burns", "scope": {"name": "root"}},
        ),
    ),
)
