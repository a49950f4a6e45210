"""MongoDB's server log: structured JSON since 4.4, and the lines of text before it.

Source: MongoDB Manual, "Log Messages" (`t`, `s`, `c`, `id`, `ctx`, `svc`, `msg`, `attr`, `tags`; Extended JSON dates);
"Log Messages" of version 4.2 for the text: `timestamp severity component [context] message`; before 3.2 the
context may be absent, behind a component that is padded to eight characters.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, TextReader, add_flags, new_record
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS
from streams.types import Record, Source
from streams.values.severities import MONGODB
from streams.values.severity import read as read_severity
from streams.values.time import read_time

_NAME = "mongodb"

_LINE = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d{4})) ([FEWID]|D[1-5]) {1,2}([A-Z_]{1,16}|-) {1,16}"
    r"(?:\[([^\]\n]{1,200})\] |(?<= [A-Z_\- ]{8} ))(.*)",
    re.DOTALL | re.ASCII,
)


def _date(value: Any) -> Any:
    """Open `{"$date": ...}`, relaxed or canonical Extended JSON."""
    if isinstance(value, dict) and value.keys() == {"$date"}:
        value = value["$date"]
    if isinstance(value, dict) and value.keys() == {"$numberLong"}:
        value = value["$numberLong"]
    return value


def _is_of_mongodb(document: dict[str, Any]) -> bool:
    return isinstance(document["s"], str) and len(document["s"]) <= len("D1")


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        match = _LINE.fullmatch(text)
        if not match:
            return None
        written, letter, component, context, message = match.groups()
        found = read_time(written, zone, observed)
        record = new_record(_NAME, event_id, observed, source)
        record["timestamp"], record["body"] = found.text, message
        record["severity_number"], record["severity_text"] = read_severity(letter, MONGODB)
        if context:
            record["attributes"]["thread.name"] = context
        if component != "-":
            record["scope"] = {"name": component}
        add_flags(record, *found.flags)
        return record

    return read


DIALECT = Dialect(
    name=_NAME,
    summary="MongoDB's server log, structured or the text before 4.4",
    link="https://www.mongodb.com/docs/manual/reference/log-messages/",
    signatures=(frozenset({"t", "s", "c", "msg"}), frozenset({"t", "s", "c", "ctx"})),
    test=_is_of_mongodb,
    compile_objects=keyed(
        _NAME,
        Reading(
            KEYS._replace(time=("t",), severity=("s",), body=("msg",), logger=("c",)),
            words=MONGODB,
            time=_date,
            attributes={"ctx": "thread.name"},
        ),
    ),
    compile_text=_compile_text,
    starts="12",
    head=r"0000-00-00T00:00:00\.000(?:Z|[+-]0000) \Z",
    examples=(
        Example(
            '{"t":{"$date":"2026-08-04T07:39:07.000+00:00"},"s":"D2","c":"STORAGE","id":22430,'
            '"ctx":"WTCheckpointThread","msg":"WiredTiger message","attr":{"message":"saving checkpoint"}}',
            {
                "timestamp": "2026-08-04T07:39:07.000000000Z",
                "severity_number": 7,
                "severity_text": "D2",
                "body": "WiredTiger message",
                "scope": {"name": "STORAGE"},
                "attributes": {
                    "id": 22430,
                    "thread.name": "WTCheckpointThread",
                    "attr": {"message": "saving checkpoint"},
                },
            },
        ),
        Example(
            "2014-11-03T18:28:32.450-0500 I NETWORK  [initandlisten] waiting for connections on port 27017",
            {
                "timestamp": "2014-11-03T23:28:32.450000000Z",
                "severity_number": 9,
                "severity_text": "I",
                "body": "waiting for connections on port 27017",
                "scope": {"name": "NETWORK"},
                "attributes": {"thread.name": "initandlisten"},
            },
        ),
    ),
)
