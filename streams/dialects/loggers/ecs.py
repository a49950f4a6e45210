"""Elastic Common Schema: ecs-logging's lines, Log4j's EcsLayout, Spring Boot's `ecs` format, Beats.

Every field may be written with points or as objects (ecs-logging's spec.json); what is written both ways is taken
from the points. Names: OpenTelemetry's Logs Data Model, appendix A, "Elastic Common Schema".
"""

from __future__ import annotations

from datetime import tzinfo
from functools import lru_cache
from typing import Any, Final

from streams.dialects.base import Dialect, Example, ObjectReader, add_flags
from streams.dialects.detect import MOST_KEY_BYTES, MOST_KEYS
from streams.dialects.exceptions import complete_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS, words
from streams.types import Record, Source

_FIELD_SETS: Final = frozenset(
    words(
        "agent client cloud container data_stream destination device dns ecs email error event faas file group host"
        " http log network observer orchestrator organization os package process registry related rule server service"
        " source span threat tls trace transaction url user user_agent vulnerability"
    )
)
_RESOURCE_SETS: Final = frozenset(words("agent cloud container device faas host orchestrator service"))
_NOT_RESOURCE: Final = frozenset({"service.state"})
_MOST_SHAPES: Final = 1_024
_MOST_LEAVES: Final = 100
"""An object with more of them stays an object: it would crowd out all other attributes."""

_NAMES: Final = {
    "error.type": "exception.type",
    "error.message": "exception.message",
    "error.stack_trace": "exception.stacktrace",
    "process.thread.name": "thread.name",
    "process.thread.id": "thread.id",
    "log.origin.file.name": "code.file.path",
    "log.origin.file.line": "code.line.number",
    "log.origin.function": "code.function.name",
    "client.ip": "client.address",
    "source.ip": "client.address",
    "http.version": "network.protocol.version",
    "http.request.body.bytes": "http.request.body.size",
    "http.response.body.bytes": "http.response.body.size",
}
_RESOURCE_NAMES: Final = {
    "service.node.name": "service.instance.id",
    "service.environment": "deployment.environment.name",
    "host.architecture": "host.arch",
    "cloud.machine.type": "host.type",
}


def _is_ecs(document: dict[str, Any]) -> bool:
    log = document.get("log")
    return (
        "ecs.version" in document
        or "ecs" in document
        or "log.level" in document
        or (isinstance(log, dict) and "level" in log)
    )


_READING: Final = Reading(
    KEYS._replace(
        time=("@timestamp",),
        severity=("log.level", *KEYS.severity),
        body=("message",),
        host=("host.name", "host.hostname"),
        logger=("log.logger",),
    ),
    attributes=_NAMES,
    then=complete_exception,
)


def _compile_points(shape: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    """Make the reader of objects that are written with points."""
    read_table = keyed("ecs", _READING)(shape, zone)
    moves = [(key, _RESOURCE_NAMES.get(key, key)) for key in shape if _is_of_resource(key)]

    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        record = read_table(document, event_id, observed, source)
        attributes, resource = record["attributes"], record["resource"]
        for key, name in moves:
            if key in attributes and name not in resource:
                resource[name] = attributes.pop(key)
        return record

    return read if moves else read_table


def _is_of_resource(key: str) -> bool:
    first, _, rest = key.partition(".")
    return bool(rest) and first in _RESOURCE_SETS and key not in _NOT_RESOURCE


_known_reader = lru_cache(maxsize=_MOST_SHAPES)(_compile_points)


def compile_objects(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    """Make the reader of objects with these top-level keys, in either form."""
    fields = [key for key in present if key.partition(".")[0] in _FIELD_SETS]
    read_points = _compile_points(present, zone)

    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        objects = [key for key in fields if type(document[key]) is dict]
        if not objects:
            return read_points(document, event_id, observed, source)
        nested = {key: document.pop(key) for key in objects}
        clashes = _flatten(document, nested)
        shape = tuple(document)
        known = len(shape) <= MOST_KEYS and sum(map(len, shape)) <= MOST_KEY_BYTES
        record = (_known_reader if known else _compile_points)(shape, zone)(document, event_id, observed, source)
        if clashes is not None:
            _keep_clashes(record, clashes)
        return record

    return read


def _flatten(document: dict[str, Any], nested: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]] | None:
    """Write objects into their document with points.

    Gives what the points already say otherwise, by object, and None when the points say nothing of them.
    """
    clashes: dict[str, dict[str, Any]] | None = None
    for key, value in nested.items():
        leaves: list[tuple[str, Any]] = []
        _collect(key, value, leaves)
        if len(leaves) > _MOST_LEAVES:
            document[key] = value
            continue
        for name, leaf in leaves:
            if name not in document:
                document[name] = leaf
                continue
            clashes = clashes or {}
            if document[name] != leaf:
                clashes.setdefault(key, {})[name.removeprefix(f"{key}.")] = leaf
    return clashes


def _collect(name: str, value: Any, leaves: list[tuple[str, Any]]) -> None:
    """Name what an object holds with points; an empty one and a list are values."""
    if type(value) is dict and value:
        for part, inner in value.items():
            _collect(f"{name}.{part}", inner, leaves)
    else:
        leaves.append((name, value))


def _keep_clashes(record: Record, clashes: dict[str, dict[str, Any]]) -> None:
    attributes = record["attributes"]
    for key, other in clashes.items():
        attributes[f"ecs.{key}" if key in attributes else key] = other
    add_flags(record, "json.key_conflict")


DIALECT = Dialect(
    name="ecs",
    summary="Elastic Common Schema, as ecs-logging, Log4j, Spring Boot and Beats write it",
    link="https://github.com/elastic/ecs-logging/blob/main/spec/spec.json",
    signatures=(
        frozenset({"@timestamp", "log.level"}),
        frozenset({"@timestamp", "log"}),
        frozenset({"@timestamp", "ecs.version"}),
        frozenset({"@timestamp", "ecs"}),
        frozenset({"@timestamp", "log.level", "message", "ecs.version"}),
    ),
    test=_is_ecs,
    compile_objects=compile_objects,
    examples=(
        Example(
            '{"@timestamp":"2026-06-20T12:00:00.123Z","log.level":"ERROR","message":"not saved","ecs.version":"1.2.0",'
            '"service.name":"shop","service.node.name":"shop-1","service.environment":"production",'
            '"event.dataset":"shop",'
            '"process.thread.name":"main","log.logger":"com.acme.Pool","host.name":"web-3",'
            '"trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","transaction.id":"00f067aa0ba902b7","labels":{"user":"ann"},'
            '"error.type":"java.io.IOException","error.message":"no disk",'
            '"error.stack_trace":"java.io.IOException: no disk"}',
            {
                "timestamp": "2026-06-20T12:00:00.123000000Z",
                "severity_number": 17,
                "severity_text": "ERROR",
                "body": "not saved",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "resource": {
                    "service.name": "shop",
                    "host.name": "web-3",
                    "service.instance.id": "shop-1",
                    "deployment.environment.name": "production",
                },
                "scope": {"name": "com.acme.Pool"},
                "attributes": {
                    "ecs.version": "1.2.0",
                    "event.dataset": "shop",
                    "thread.name": "main",
                    "transaction.id": "00f067aa0ba902b7",
                    "labels": {"user": "ann"},
                    "exception.type": "java.io.IOException",
                    "exception.message": "no disk",
                    "exception.stacktrace": "java.io.IOException: no disk",
                },
            },
        ),
        Example(
            '{"@timestamp":"2026-06-20T12:00:00Z","log":{"level":"INFO","logger":"com.acme.Pool"},"log.level":"WARN",'
            '"process":{"pid":17,"thread":{"name":"main"}},"service":{"name":"shop","version":"1.2"},"message":"slow",'
            '"span":{"id":"00f067aa0ba902b7"},"trace":{"id":"4bf92f3577b34da6a3ce929d0e0e4736"},'
            '"ecs":{"version":"8.11"}}',
            {
                "severity_number": 13,
                "severity_text": "WARN",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "resource": {"service.name": "shop", "service.version": "1.2"},
                "scope": {"name": "com.acme.Pool"},
                "attributes": {
                    "log": {"level": "INFO"},
                    "process.pid": 17,
                    "thread.name": "main",
                    "ecs.version": "8.11",
                },
                "flags": ["json.key_conflict"],
            },
        ),
    ),
)
