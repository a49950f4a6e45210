"""OpenStack's oslo.log: process, level, module and the request's context in brackets.

Source: oslo.log's `logging_context_format_string` and `logging_default_format_string`. The context is `-`, or the
request, maybe after the global one, with user, project and domains behind it.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.clock import ISO, ISO_HEAD
from streams.dialects.lines.grammar import DIGITS, Headed, lined
from streams.values.severities import PYTHON
from streams.values.severity import vocabulary

_LETTERS = "abcdefghijklmnopqrstuvwxyz/"
_LEVEL = r"(?P<level>DEBUG|INFO|AUDIT|WARNING|ERROR|CRITICAL|TRACE)"
_CONTEXT = (
    r"\[(?:-|(?:(?:(?P<global_request_id>req-[\w\-]{1,64})|None) )?(?P<request_id>req-[\w\-]{1,64})"
    r"(?: (?P<identity>[^\]\n]{0,500}))?)\] ?"
)

_LINE = rf"{ISO} (?P<pid>\d{{1,10}}) {_LEVEL} (?P<logger>[\w.\-]{{1,200}}) {_CONTEXT}(?P<body>.*)"

DIALECT = Dialect(
    name="openstack",
    summary="oslo.log, the log of OpenStack's services",
    link="https://docs.openstack.org/oslo.log/latest/configuration/index.html",
    compile_text=lined(
        "openstack",
        Headed(_LINE, starts=DIGITS),
        Headed(rf"(?P<log_file>[\w./\-]{{1,100}}\.log\S{{0,60}}) {_LINE}", starts=_LETTERS),
        words=vocabulary((9, "audit"), base=PYTHON),
        names={"log_file": "log.file.name", "identity": "openstack.identity"},
    ),
    starts=f"{DIGITS}{_LETTERS}",
    head=rf"{ISO_HEAD}(?: 0{{1,10}} \Z| ?\Z)|[a-z_/]",
    holds=(" [",),
    examples=(
        Example(
            "2017-05-16 00:00:00.008 25746 INFO nova.osapi_compute.wsgi.server"
            " [req-38101a0b-2096-447d-96ea-a692162415ae 113d3a99c3da401f - - -] 10.11.10.1 is served",
            {
                "timestamp": "2017-05-16T00:00:00.008000000Z",
                "severity_number": 9,
                "severity_text": "INFO",
                "body": "10.11.10.1 is served",
                "scope": {"name": "nova.osapi_compute.wsgi.server"},
                "attributes": {
                    "process.pid": 25746,
                    "request_id": "req-38101a0b-2096-447d-96ea-a692162415ae",
                    "openstack.identity": "113d3a99c3da401f - - -",
                },
            },
        ),
        Example(
            "nova-compute.log 2017-05-16 00:00:01 2931 WARNING nova.virt [-] no image",
            {
                "severity_number": 13,
                "body": "no image",
                "attributes": {"log.file.name": "nova-compute.log", "process.pid": 2931},
            },
        ),
    ),
)
