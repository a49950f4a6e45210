"""CloudEvents 1.0: structured mode by `specversion`, binary mode by `ce_` headers.

Sources: CloudEvents, spec.md, JSON event format, Kafka protocol binding, distributed tracing extension. A batch is an
array, which every value may be.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader, add_flags, new_record
from streams.dialects.envelopes.encoded import as_content, open_base64
from streams.errors import RejectedRecord
from streams.types import Record, Source
from streams.values.time import read_time
from streams.values.trace import read_traceparent

NAME = "cloudevents"
_DATA, _BASE64 = "data", "data_base64"


def read_attributes(
    attributes: Iterable[tuple[str, Any]], event_id: str, observed: str, source: Source, zone: tzinfo = UTC
) -> Record:
    """Give the record of an event's attributes alone: what headers say of the value that is the data."""
    record = new_record(NAME, event_id, observed, source)
    said = dict(attributes)
    _set_time(record, said.pop("time", None), zone)
    _set_trace(record, said.pop("traceparent", None), said.pop("tracestate", None))
    kind = said.pop("type", None)
    if isinstance(kind, str) and kind:
        record["event_name"] = kind
    elif kind is not None:
        record["attributes"]["cloudevents.event_type"] = kind
    _set_uid(record, said)
    record["attributes"] |= {_NAMES.get(key, key): value for key, value in said.items()}
    return record


_NAMES = {
    "id": "cloudevents.event_id",
    "source": "cloudevents.event_source",
    "specversion": "cloudevents.event_spec_version",
    "subject": "cloudevents.event_subject",
}
"""OpenTelemetry's semantic conventions for CloudEvents."""


def _set_time(record: Record, value: Any, zone: tzinfo) -> None:
    found = read_time(value, zone, record["observed_timestamp"])
    record["timestamp"] = found.text
    add_flags(record, *found.flags)
    if found.text is None and value:
        record["attributes"]["time"] = value


def _set_trace(record: Record, traceparent: Any, tracestate: Any) -> None:
    """Distributed tracing extension: what cannot be read stays an attribute."""
    if traceparent is None:
        return
    found = read_traceparent(traceparent) if isinstance(traceparent, str) else None
    if found is None or found.trace_id is None:
        record["attributes"]["traceparent"] = traceparent
        add_flags(record, "trace.invalid")
        return
    record["trace_id"], record["span_id"] = found.trace_id, found.span_id
    if found.trace_flags is not None:
        record["trace_flags"] = found.trace_flags
    if tracestate:
        record["attributes"]["tracestate"] = tracestate


def _set_uid(record: Record, said: dict[str, Any]) -> None:
    """Source and id together are the event's identity (spec.md, "id")."""
    uid, origin = said.get("id"), said.get("source")
    if isinstance(uid, str) and isinstance(origin, str):
        record["attributes"]["log.record.uid"] = f"{origin}#{uid}"


def _compile_objects(shape: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        data = document.pop(_DATA, None)
        encoded = document.pop(_BASE64, None) if data is None else None
        record = read_attributes(document.items(), event_id, observed, source, zone)
        record["body"] = data
        if encoded is not None:
            _open_data(record, encoded)
        return record

    return read


def _open_data(record: Record, encoded: Any) -> None:
    """Binary data are in base64 (JSON event format, section 3.1.1); what is none stays an attribute."""
    try:
        record["body"] = as_content(open_base64(encoded))
    except (RejectedRecord, TypeError):
        record["attributes"][_BASE64] = encoded
        add_flags(record, "field.type_mismatch")


DIALECT = Dialect(
    name=NAME,
    summary="CloudEvents 1.0 in structured mode; the data is a record of its own",
    link="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md",
    signatures=(frozenset({"specversion", "type", "source", "id"}),),
    compile_objects=_compile_objects,
    envelope=_DATA,
    examples=(
        Example(
            '{"specversion":"1.0","type":"com.example.stock","source":"/shop","id":"1","time":"2018-04-05T03:56:24Z",'
            '"data":{"level":"warn","message":"stock is low"}}',
            {
                "timestamp": "2018-04-05T03:56:24.000000000Z",
                "severity_number": 13,
                "severity_text": "warn",
                "body": "stock is low",
                "event_name": "com.example.stock",
                "envelopes": ["cloudevents"],
            },
        ),
        Example(
            '{"specversion":"1.0","type":"t","source":"/s","id":"2","datacontenttype":"text/plain","partitionkey":"k",'
            '"traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01","data":"[WARN] low"}',
            {
                "severity_number": 13,
                "body": "[WARN] low",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "trace_flags": 1,
                "attributes": {
                    "cloudevents.event_spec_version": "1.0",
                    "cloudevents.event_source": "/s",
                    "cloudevents.event_id": "2",
                    "log.record.uid": "/s#2",
                    "datacontenttype": "text/plain",
                    "partitionkey": "k",
                },
            },
        ),
    ),
)
