"""Zipkin v2 spans in JSON (openzipkin/zipkin-api, zipkin2-api.yaml): one object a span, several in an array."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, Final

from streams.dialects.base import Dialect, Example, ObjectReader
from streams.dialects.telemetry.spans import (
    KINDS,
    inner_time,
    keep,
    mismatch,
    name,
    set_ids,
    set_times,
    start_record,
    take_known_tags,
)
from streams.types import Record, Source

_NAME = "zipkin"
_HEXADECIMAL: Final = frozenset("0123456789abcdefABCDEF")
_ENDPOINT: Final = (("ipv4", "network.{}.address"), ("ipv6", "network.{}.address"), ("port", "network.{}.port"))
_PEER: Final = (("serviceName", "peer.service"),)
_MESSAGES = frozenset({"message", "msg", "level", "severity"})
"""Keys of logs, which may have the ids of a trace and of something else too."""


def _is_span(document: dict[str, Any]) -> bool:
    ids = (document["traceId"], document["id"])
    return all(isinstance(one, str) and _HEXADECIMAL.issuperset(one) for one in ids) and _MESSAGES.isdisjoint(document)


def _compile_objects(shape: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        return _read(document, start_record(_NAME, event_id, observed, source), zone)

    return read


def _read(document: dict[str, Any], record: Record, zone: tzinfo) -> Record:
    pop = document.pop
    tags = pop("tags", None)
    if isinstance(tags, dict):
        record["attributes"].update(tags)
    else:
        mismatch(record, "tags", tags)
    set_ids(record, *((key, pop(key, None)) for key in ("traceId", "id", "parentId")))
    name(record, "name", pop("name", None))
    _set_kind(record, pop("kind", None))
    set_times(record, ("timestamp", pop("timestamp", None)), ("duration", pop("duration", None)), zone)
    _set_events(record, pop("annotations", None), zone)
    _set_endpoint(record, "localEndpoint", pop("localEndpoint", None), "local")
    _set_endpoint(record, "remoteEndpoint", pop("remoteEndpoint", None), "peer")
    for key, value in document.items():
        keep(record, key, value)
    take_known_tags(record)
    return record


def _set_kind(record: Record, kind: Any) -> None:
    if isinstance(kind, str) and kind.lower() in KINDS:
        record["span"]["kind"] = kind.lower()
    else:
        mismatch(record, "kind", kind)


def _set_events(record: Record, annotations: Any, zone: tzinfo) -> None:
    """An annotation is a text at a time."""
    if annotations is None or annotations == []:
        return
    if not isinstance(annotations, list) or not all(map(_is_annotation, annotations)):
        mismatch(record, "annotations", annotations)
        return
    events = []
    for annotation in annotations:
        attributes = {key: value for key, value in annotation.items() if key not in ("timestamp", "value")}
        time = inner_time(annotation.get("timestamp"), zone, record["observed_timestamp"], attributes)
        event = {"timestamp": time, "name": annotation["value"]}
        events.append({**event, "attributes": attributes} if attributes else event)
    record["span"]["events"] = events


def _is_annotation(annotation: Any) -> bool:
    return isinstance(annotation, dict) and isinstance(annotation.get("value"), str)


def _set_endpoint(record: Record, key: str, endpoint: Any, end: str) -> None:
    """Read an endpoint: the service at this end names the resource; what is not understood stays under its key."""
    if endpoint is None:
        return
    if not isinstance(endpoint, dict):
        mismatch(record, key, endpoint)
        return
    said = {part: value for part, value in endpoint.items() if value not in (None, "", 0)}
    if key == "localEndpoint" and isinstance(said.get("serviceName"), str):
        record["resource"]["service.name"] = said.pop("serviceName")
    for part, attribute in (*_ENDPOINT, *(_PEER if key == "remoteEndpoint" else ())):
        if part in said and attribute.format(end) not in record["attributes"]:
            record["attributes"][attribute.format(end)] = said.pop(part)
    keep(record, key, said)


DIALECT = Dialect(
    name=_NAME,
    summary="Zipkin v2 spans in JSON",
    link="https://zipkin.io/zipkin-api/#/default/post_spans",
    signatures=tuple(
        frozenset({"traceId", "id", key})
        for key in ("localEndpoint", "remoteEndpoint", "kind", "duration", "annotations")
    ),
    test=_is_span,
    compile_objects=_compile_objects,
    examples=(
        Example(
            '{"traceId":"5982fe77008310cc80f1da5e10147517","parentId":"90394f6bcffb5d13","id":"bd7a977555f6b982",'
            '"kind":"CLIENT","name":"get /api","timestamp":1472470996199000,"duration":207000,'
            '"localEndpoint":{"serviceName":"frontend","ipv6":"7::80:807f"},'
            '"remoteEndpoint":{"serviceName":"backend","ipv4":"192.168.99.101","port":9000},'
            '"annotations":[{"timestamp":1472470996238000,"value":"foo"}],'
            '"tags":{"http.path":"/api","error":"connection refused"}}',
            {
                "signal": "span",
                "timestamp": "2016-08-29T11:43:16.199000000Z",
                "trace_id": "5982fe77008310cc80f1da5e10147517",
                "span_id": "bd7a977555f6b982",
                "severity_number": 17,
                "body": "get /api",
                "resource": {"service.name": "frontend"},
                "attributes": {
                    "http.path": "/api",
                    "network.local.address": "7::80:807f",
                    "peer.service": "backend",
                    "network.peer.address": "192.168.99.101",
                    "network.peer.port": 9000,
                },
                "span": {
                    "name": "get /api",
                    "kind": "client",
                    "parent_span_id": "90394f6bcffb5d13",
                    "start": "2016-08-29T11:43:16.199000000Z",
                    "end": "2016-08-29T11:43:16.406000000Z",
                    "duration_ns": 207_000_000,
                    "status": {"code": "error", "message": "connection refused"},
                    "events": [{"timestamp": "2016-08-29T11:43:16.238000000Z", "name": "foo"}],
                },
            },
        ),
        Example(
            '{"traceId":"2","id":"2","name":"foo","timestamp":1472470996199000,"duration":10,'
            '"localEndpoint":{"serviceName":"bar","ipv4":"10.43.17.42","port":8080},"shared":true}',
            {
                "trace_id": "00000000000000000000000000000002",
                "span_id": "0000000000000002",
                "severity_number": 9,
                "flags": ["trace.padded"],
                "resource": {"service.name": "bar"},
                "attributes": {"network.local.address": "10.43.17.42", "network.local.port": 8080, "shared": True},
            },
        ),
    ),
)
