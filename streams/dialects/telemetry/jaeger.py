"""Jaeger spans in JSON: as its Kafka topic, its indices in Elasticsearch and the UI's API have them.

Source: jaegertracing/jaeger, model/json (UI, Elasticsearch) and model.proto in ProtoJSON, where ids are base64 (Kafka).
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, Final

from streams.dialects.base import Dialect, Example, ObjectReader, Parts
from streams.dialects.telemetry.jaeger_values import flat_tags, hexadecimal, read_tags
from streams.dialects.telemetry.spans import (
    KINDS,
    inner_time,
    keep,
    mismatch,
    name,
    read_span_id,
    read_trace_id,
    set_ids,
    set_times,
    start_record,
    take_known_tags,
)
from streams.types import Record, Source

_SPAN, _TRACES = "jaeger", "jaeger-traces"
_STRUCTURE = frozenset({"data", "traceID", "spans", "processes"})
_SAMPLED = 1
_RESOURCE: Final = {"hostname": "host.name", "ip": "host.ip"}
_REFERENCE = "opentracing.ref_type"
"""OpenTelemetry's semantic convention for what a link was in OpenTracing."""


def _compile_objects(shape: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        return _read(document, start_record(_SPAN, event_id, observed, source), zone)

    return read


def _read(document: dict[str, Any], record: Record, zone: tzinfo) -> Record:
    pop = document.pop
    _set_tags(record, pop("tags", None), pop("tag", None))
    _set_process(record, pop("process", None))
    trace, span = _take_id(document, "traceID", "traceId"), _take_id(document, "spanID", "spanId")
    parent = _set_references(record, pop("references", None), trace[1])
    set_ids(record, trace, span, ("parentSpanID", parent or pop("parentSpanID", None)))
    name(record, "operationName", pop("operationName", None))
    set_times(record, ("startTime", pop("startTime", None)), ("duration", pop("duration", None)), zone)
    _set_flags(record, pop("flags", None))
    _set_events(record, pop("logs", None), zone)
    for key, value in document.items():
        keep(record, key, value)
    _set_kind(record)
    take_known_tags(record)
    return record


def _take_id(document: dict[str, Any], *keys: str) -> tuple[str, Any]:
    for key in keys:
        if key in document:
            return key, hexadecimal(document.pop(key))
    return keys[0], None


def _set_tags(record: Record, tags: Any, flat: Any) -> None:
    for key, value, found in (("tags", tags, read_tags(tags)), ("tag", flat, flat_tags(flat))):
        if found is None:
            mismatch(record, key, value)
        else:
            record["attributes"] |= found


def _set_process(record: Record, process: Any) -> None:
    """The process is the resource; its tags keep their names but for host and address."""
    if not isinstance(process, dict):
        mismatch(record, "process", process)
        return
    rest = dict(process)
    for key, read in (("tags", read_tags), ("tag", flat_tags)):
        found = read(rest.get(key))
        if found is not None:
            del rest[key]
            record["resource"] |= {_RESOURCE.get(tag, tag): value for tag, value in found.items()}
    service = rest.pop("serviceName", None)
    record["resource"]["service.name"] = service if isinstance(service, str) and service else "unknown_service"
    if service is not None and not isinstance(service, str):
        rest["serviceName"] = service
    keep(record, "process", rest)


def _set_references(record: Record, references: Any, trace: Any) -> Any:
    """Give the id of the parent, the first CHILD_OF in the same trace; the other references are links."""
    if references is None or references == []:
        return None
    if not isinstance(references, list) or not all(isinstance(reference, dict) for reference in references):
        mismatch(record, "references", references)
        return None
    parent, links, unread = None, [], []
    for reference in references:
        ids = dict(reference)
        (_, other), (_, span) = _take_id(ids, "traceID", "traceId"), _take_id(ids, "spanID", "spanId")
        kind = ids.get("refType", "CHILD_OF")
        other = trace if other is None else other
        if parent is None and kind == "CHILD_OF" and read_trace_id(other) == read_trace_id(trace):
            parent = span
            continue
        link = {"trace_id": read_trace_id(other).trace_id, "span_id": read_span_id(span).span_id}
        if None in link.values():
            unread.append(reference)
        else:
            links.append({**link, "attributes": {_REFERENCE: str(kind).lower()}})
    if links:
        record["span"]["links"] = links
    mismatch(record, "references", unread or None)
    return parent


def _set_flags(record: Record, flags: Any) -> None:
    """The first bit says sampled; others, debug and firehose, have no place in W3C's."""
    if type(flags) is not int:
        mismatch(record, "flags", flags)
        return
    record["trace_flags"] = flags & _SAMPLED
    if flags & ~_SAMPLED:
        keep(record, "flags", flags)


def _set_events(record: Record, logs: Any, zone: tzinfo) -> None:
    """A log is a list of fields at a time; the field `event` names it."""
    if logs is None or logs == []:
        return
    listed = logs if isinstance(logs, list) else [None]
    found = [read_tags(log.get("fields") or []) if isinstance(log, dict) else None for log in listed]
    if None in found:
        mismatch(record, "logs", logs)
        return
    events = []
    for log, fields in zip(listed, found, strict=True):
        attributes = {**log, **(fields or {})}
        attributes.pop("fields", None)
        time = inner_time(attributes.pop("timestamp", None), zone, record["observed_timestamp"], attributes)
        title = attributes.pop("event") if isinstance(attributes.get("event"), str) else ""
        event = {"timestamp": time, "name": title}
        events.append({**event, "attributes": attributes} if attributes else event)
    record["span"]["events"] = events


def _set_kind(record: Record) -> None:
    kind = record["attributes"].get("span.kind")
    if isinstance(kind, str) and kind.lower() in KINDS:
        record["span"]["kind"] = record["attributes"].pop("span.kind").lower()


def _traces(document: dict[str, Any]) -> Any:
    return document.get("data", [document])


def _are_traces(document: dict[str, Any]) -> bool:
    traces = _traces(document)
    return isinstance(traces, list) and bool(traces) and all(map(_is_trace, traces))


def _is_trace(trace: Any) -> bool:
    return (
        isinstance(trace, dict)
        and isinstance(trace.get("spans"), list)
        and isinstance(trace.get("processes"), dict)
        and all(isinstance(span, dict) and "operationName" in span for span in trace["spans"])
    )


def _split(document: dict[str, Any], zone: tzinfo) -> Parts:
    """Take the answer of the UI's API apart, or one trace of it: spans, and processes that they name."""
    items = [(trace, span) for trace in _traces(document) for span in trace["spans"]]

    def alone(index: int, item: tuple[dict[str, Any], Any]) -> Any:
        one = {**item[0], "spans": [item[1]]}
        return {**document, "data": [one]} if "data" in document else one

    def read(item: tuple[dict[str, Any], Any], event_id: str, observed: str, source: Source) -> Record:
        trace, span = item
        record = _read(_with_process(trace, span), start_record(_TRACES, event_id, observed, source), zone)
        for around in (trace, document):
            for key, value in around.items():
                if key not in _STRUCTURE and not (type(value) is int and value == 0):
                    keep(record, f"{_TRACES}.{key}", value)
        return record

    return Parts(items, alone, read)


def _with_process(trace: dict[str, Any], span: dict[str, Any]) -> dict[str, Any]:
    named = span.get("processID")
    process = trace["processes"].get(named) if isinstance(named, str) else None
    if process is None:
        return dict(span)
    return {**{key: value for key, value in span.items() if key != "processID"}, "process": process}


JAEGER = Dialect(
    name=_SPAN,
    summary="one Jaeger span in JSON, as in its Kafka topic or in Elasticsearch",
    link="https://www.jaegertracing.io/docs/latest/architecture/apis/",
    signatures=(frozenset({"traceID", "spanID", "operationName"}), frozenset({"traceId", "spanId", "operationName"})),
    compile_objects=_compile_objects,
    examples=(
        Example(
            '{"traceID":"1","spanID":"2","flags":1,"operationName":"get-user","startTime":1485467191639875,"duration":5,'
            '"references":[{"refType":"CHILD_OF","traceID":"ff","spanID":"ff"},'
            '{"refType":"CHILD_OF","traceID":"1","spanID":"3"}],'
            '"tags":[{"key":"span.kind","type":"string","value":"client"},{"key":"error","type":"bool","value":"true"},'
            '{"key":"peer.port","type":"int64","value":"23456"},{"key":"load","type":"float64","value":"72.5"}],'
            '"logs":[{"timestamp":1485467191639876,"fields":[{"key":"event","type":"string","value":"retry"},'
            '{"key":"try","type":"int64","value":"2"}]}],'
            '"process":{"serviceName":"service-x","tags":[{"key":"hostname","type":"string","value":"node-7"}]},'
            '"warnings":null}',
            {
                "signal": "span",
                "timestamp": "2017-01-26T21:46:31.639875000Z",
                "trace_id": "00000000000000000000000000000001",
                "span_id": "0000000000000002",
                "trace_flags": 1,
                "severity_number": 17,
                "body": "get-user",
                "resource": {"service.name": "service-x", "host.name": "node-7"},
                "attributes": {"peer.port": 23456, "load": 72.5},
                "flags": ["trace.padded"],
                "span": {
                    "name": "get-user",
                    "kind": "client",
                    "parent_span_id": "0000000000000003",
                    "start": "2017-01-26T21:46:31.639875000Z",
                    "end": "2017-01-26T21:46:31.639880000Z",
                    "duration_ns": 5_000,
                    "status": {"code": "error"},
                    "events": [
                        {"timestamp": "2017-01-26T21:46:31.639876000Z", "name": "retry", "attributes": {"try": 2}}
                    ],
                    "links": [
                        {
                            "trace_id": "000000000000000000000000000000ff",
                            "span_id": "00000000000000ff",
                            "attributes": {"opentracing.ref_type": "child_of"},
                        }
                    ],
                },
            },
        ),
        Example(
            '{"traceId":"g6nv0VwcmKl34HEcyT7iiw==","spanId":"4SevmeOz4HQ=","operationName":"okey-dokey-0",'
            '"startTime":"2024-01-31T05:28:29.209712123Z","duration":"0.000123456s",'
            '"tags":[{"key":"net.peer.ip","vStr":"1.2.3.4"},{"key":"retries","vType":"INT64","vInt64":"3"}],'
            '"process":{"serviceName":"telemetrygen"}}',
            {
                "timestamp": "2024-01-31T05:28:29.209712123Z",
                "trace_id": "83a9efd15c1c98a977e0711cc93ee28b",
                "span_id": "e127af99e3b3e074",
                "body": "okey-dokey-0",
                "resource": {"service.name": "telemetrygen"},
                "attributes": {"net.peer.ip": "1.2.3.4", "retries": 3},
                "span": {
                    "name": "okey-dokey-0",
                    "kind": "unspecified",
                    "parent_span_id": None,
                    "start": "2024-01-31T05:28:29.209712123Z",
                    "end": "2024-01-31T05:28:29.209835579Z",
                    "duration_ns": 123_456,
                    "status": {"code": "unset"},
                },
            },
        ),
    ),
)

TRACES = Dialect(
    name=_TRACES,
    summary="traces as Jaeger's UI and its API export them, each span a record",
    link="https://www.jaegertracing.io/docs/latest/architecture/apis/",
    signatures=(frozenset({"data"}), frozenset({"traceID", "spans", "processes"})),
    test=_are_traces,
    split=_split,
    examples=(
        Example(
            '{"data":[{"traceID":"83a9efd15c1c98a977e0711cc93ee28b","spans":['
            '{"traceID":"83a9efd15c1c98a977e0711cc93ee28b","spanID":"e127af99e3b3e074","operationName":"okey-dokey-0",'
            '"references":[{"refType":"CHILD_OF","traceID":"83a9efd15c1c98a977e0711cc93ee28b",'
            '"spanID":"909541b92cf05311"}],"startTime":1706678909209712,"duration":123,'
            '"tags":[{"key":"otel.scope.name","type":"string","value":"telemetrygen"},'
            '{"key":"span.kind","type":"string","value":"server"}],"logs":[],"processID":"p1","warnings":null}],'
            '"processes":{"p1":{"serviceName":"shop","tags":[]}},"warnings":null}],'
            '"total":0,"limit":0,"offset":0,"errors":null}',
            {
                "event_id": "raw-logs-0-0.0",
                "timestamp": "2024-01-31T05:28:29.209712000Z",
                "trace_id": "83a9efd15c1c98a977e0711cc93ee28b",
                "span_id": "e127af99e3b3e074",
                "body": "okey-dokey-0",
                "resource": {"service.name": "shop"},
                "scope": {"name": "telemetrygen"},
                "attributes": {},
            },
        ),
    ),
)
