"""Splunk's HTTP Event Collector: an event of any form with its metadata.

Source: Splunk, "Format events for HTTP Event Collector"; names of the metadata: OpenTelemetry, Logs Data Model,
Appendix A, "Splunk HEC".
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed, rename
from streams.dialects.moves import unfold
from streams.dialects.roles import KEYS, words
from streams.types import Record

_NAME = "splunk-hec"
FIELDS, METRIC = "fields", "metric"
_METADATA = frozenset(words("event time host source sourcetype index fields"))
RESOURCE = {"source": "com.splunk.source", "sourcetype": "com.splunk.sourcetype"}
_OF_DOCKER = frozenset(words("line source tag attrs"))
"""What Docker's `splunk` logging driver makes of a line of text."""
INDEX = "com.splunk.index"


def _is_of_splunk(document: dict[str, Any]) -> bool:
    """An event and a host alone are any program's; the collector takes no other keys than its own."""
    time = document.get("time")
    numeric = not isinstance(time, str) or time.replace(".", "", 1).isdigit()
    return (
        document["event"] != METRIC
        and numeric
        and ("sourcetype" in document or "index" in document or document.keys() <= _METADATA)
    )


def _complete(record: Record) -> None:
    unfold(record["attributes"], FIELDS)
    event = record["body"]
    if isinstance(event, dict) and "line" in event and event.keys() <= _OF_DOCKER:
        record["attributes"] |= {key: value for key, value in event.items() if key != "line"}
        rename(record["attributes"], "source", "log.iostream")
        record["body"] = event["line"]


DIALECT = Dialect(
    name=_NAME,
    summary="events of Splunk's HTTP Event Collector; the event is a record of its own",
    link="https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector",
    signatures=(frozenset({"event"}),),
    without=frozenset(words("level timestamp @timestamp logger logger_name message msg")),
    test=_is_of_splunk,
    compile_objects=keyed(
        _NAME,
        Reading(
            KEYS._replace(
                time=("time",), severity=("severity",), body=("event",), service=("service.name",), host=("host",)
            ),
            resource=RESOURCE,
            attributes={"index": INDEX},
            then=_complete,
        ),
    ),
    envelope="event",
    examples=(
        Example(
            '{"time":1557301830.617758,"host":"web-3","index":"main","source":"/var/log/app.log","sourcetype":"_json",'
            '"event":{"level":"warn","message":"low"},"fields":{"region":"eu"}}',
            {
                "timestamp": "2019-05-08T07:50:30.617758000Z",
                "severity_number": 13,
                "body": "low",
                "resource": {
                    "service.name": "unknown_service",
                    "host.name": "web-3",
                    "com.splunk.source": "/var/log/app.log",
                    "com.splunk.sourcetype": "_json",
                },
                "attributes": {"com.splunk.index": "main", "region": "eu"},
                "envelopes": ["splunk-hec"],
            },
        ),
        Example(
            '{"event":"hello world!","sourcetype":"manual"}',
            {"body": "hello world!", "dialect": "text", "envelopes": ["splunk-hec"]},
        ),
    ),
)
