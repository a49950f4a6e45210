"""Elastic Common Schema: ecs-logging's lines, Log4j's EcsLayout, Spring Boot's `ecs` format, Beats.

Every field may be written with points or as objects (ecs-logging's spec.json); what is written both ways is taken
from the points. Names: OpenTelemetry's Logs Data Model, appendix A, "Elastic Common Schema".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo
from functools import lru_cache
from itertools import islice
from typing import Any, Final

from streams.dialects.base import Dialect, Example, ObjectReader, add_flags
from streams.dialects.detect import MOST_KEYS
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


def _finish(record: Record) -> None:
    attributes, resource = record["attributes"], record["resource"]
    for key in [key for key in attributes if key.partition(".")[0] in _RESOURCE_SETS]:
        name = _RESOURCE_NAMES.get(key, key)
        if "." in key and key not in _NOT_RESOURCE and name not in resource:
            resource[name] = attributes.pop(key)
    complete_exception(record)


_compile_table = keyed(
    "ecs",
    Reading(
        KEYS._replace(
            time=("@timestamp",),
            severity=("log.level", *KEYS.severity),
            body=("message",),
            host=("host.name", "host.hostname"),
            logger=("log.logger",),
            service=("service.name", *KEYS.service),
        ),
        attributes=_NAMES,
        then=_finish,
    ),
)


def _leaves(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Write an object with points; an empty one and a list are values."""
    if isinstance(value, dict) and value:
        for part, inner in value.items():
            yield from _leaves(f"{key}.{part}", inner)
    else:
        yield key, value


def _flatten(document: dict[str, Any], objects: list[str]) -> tuple[dict[str, Any], dict[str, Any], bool]:
    """Give a document with points instead of these objects, what both forms say otherwise, and whether both say any."""
    flat = {key: value for key, value in document.items() if key not in objects}
    clashes: dict[str, Any] = {}
    both = False
    for key in objects:
        leaves = list(islice(_leaves(key, document[key]), _MOST_LEAVES + 1))
        if len(leaves) > _MOST_LEAVES:
            flat[key] = document[key]
            continue
        other = {name.removeprefix(f"{key}."): leaf for name, leaf in leaves if flat.get(name, leaf) != leaf}
        both = both or any(name in flat for name, _ in leaves)
        flat |= {name: leaf for name, leaf in leaves if name not in flat}
        if other:
            clashes[key] = other
    return flat, clashes, both


_known_reader = lru_cache(maxsize=_MOST_SHAPES)(_compile_table)


def compile_objects(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    """Make the reader of a shape, whatever of it is written with points."""
    fields = [key for key in present if key.partition(".")[0] in _FIELD_SETS]
    read_table = _compile_table(present, zone)

    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        objects = [key for key in fields if type(document[key]) is dict]
        if not objects:
            return read_table(document, event_id, observed, source)
        flat, clashes, both = _flatten(document, objects)
        shape = tuple(flat)
        reader = _known_reader(shape, zone) if len(shape) <= MOST_KEYS else _compile_table(shape, zone)
        record = reader(flat, event_id, observed, source)
        for key, other in clashes.items():
            record["attributes"][key if key not in record["attributes"] else f"ecs.{key}"] = other
        if both:
            add_flags(record, "json.key_conflict")
        return record

    return read


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
