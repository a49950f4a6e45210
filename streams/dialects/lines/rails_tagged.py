"""Ruby's Logger, as Rails uses it: tags in brackets before the message.

Source: ruby/logger, lib/logger/formatter.rb (`I, [TIME #PID]  INFO -- progname: message`), Rails'
ActiveSupport::TaggedLogging and Rails::Rack::Logger, whose `Started` line has its time at the end.
"""

from __future__ import annotations

import re

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import lined, take_trace
from streams.dialects.lines.http_request import put_path
from streams.dialects.lines.pairs import read_pairs
from streams.types import Record

_TIME = r"(?P<time>(?P<second>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?(?P<zone>Z|[+-]\d\d:?\d\d)?)"
_LOGGER = (
    rf"[DIWEFAU], \[{_TIME} ?#(?P<pid>\d{{1,10}})\] +(?P<level>DEBUG|INFO|WARN|ERROR|FATAL|ANY|UNKNOWN) -- "
    r"(?P<logger>[^\n]{0,200}?): (?P<body>.*)"
)
_STARTED = (
    r'Started (?P<method>[A-Z]{3,10}) "(?P<target>[^"\n]{0,8000})" for (?P<client>\S{2,45}) at '
    r"(?P<time>(?P<second>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?P<zone> (?:[+-]\d{4}|UTC)))\s*$"
)
_TAGGED = (
    rf"(?P<body>(?:\[[^\[\]\n]{{1,200}}\] ){{1,10}}(?:{_STARTED}|(?:Processing by |  Parameters: |Render(?:ing|ed) "
    r"|Redirected to |Completed \d{3} |Sent (?:file|data) |Filter chain halted |Enqueued |Perform(?:ing|ed) ).*))"
)
"""Lines of requests and jobs behind their tags, as Rails writes them where nothing but tags stands before a line."""
_TAG = re.compile(r"\[([^\[\]\n]{1,500})\] ?")
_MOST_TAGS = 20


def _finish(record: Record) -> None:
    """Take the tags off the message; one of pairs, as Datadog and OpenTelemetry set, is read."""
    attributes = record["attributes"]
    target = attributes.pop("target", None)
    if target:
        put_path(attributes, target)
    text = record["body"] or ""
    at, tags = 0, list[str]()
    while len(tags) < _MOST_TAGS and (match := _TAG.match(text, at)):
        at = match.end()
        tags.append(match[1])
    if not tags:
        return
    attributes["tags"] = tags
    record["body"] = text[at:]
    for tag in tags:
        attributes |= (read_pairs(tag) if "=" in tag else None) or {}
    take_trace(record)


DIALECT = Dialect(
    name="rails-tagged",
    summary="Ruby's Logger and Rails' tagged logging",
    link="https://docs.ruby-lang.org/en/master/Logger.html#class-Logger-label-Log+Entry+Format",
    compile_text=lined(
        "rails-tagged",
        _LOGGER,
        _STARTED,
        _TAGGED,
        names={"method": "http.request.method", "client": "client.address"},
        then=_finish,
    ),
    starts="DIWEFAUS[",
    head=r"[DIWEFAU], \[0000-00-00T|Started T?\Z|\[[0\-]{0,36}(?:\Z|\] )",
    examples=(
        Example(
            "W, [2024-03-10T14:13:06.719000 #17]  WARN -- shop: [5f12ade5-86a9-4c41-b2a2-8956f24f59e8] [cart] full",
            {
                "timestamp": "2024-03-10T14:13:06.719000000Z",
                "severity_number": 13,
                "severity_text": "WARN",
                "body": "full",
                "scope": {"name": "shop"},
                "attributes": {"process.pid": 17, "tags": ["5f12ade5-86a9-4c41-b2a2-8956f24f59e8", "cart"]},
                "flags": ["timestamp.no_zone"],
            },
        ),
        Example(
            'Started POST "/articles?draft=1" for 127.0.0.1 at 2018-10-18 20:09:23 -0400',
            {
                "timestamp": "2018-10-19T00:09:23.000000000Z",
                "severity_number": 0,
                "body": 'Started POST "/articles?draft=1" for 127.0.0.1 at 2018-10-18 20:09:23 -0400',
                "attributes": {
                    "http.request.method": "POST",
                    "client.address": "127.0.0.1",
                    "url.path": "/articles",
                    "url.query": "draft=1",
                },
            },
        ),
    ),
)
