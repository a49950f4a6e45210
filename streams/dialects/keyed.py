"""Readers of flat objects whose well-known keys feed the envelope and whose other keys are attributes.

A reader is compiled once for a key order and knows by then which key has which role, so that reading costs no search.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from streams.dialects.base import NO_PROVENANCE, CompileReader, ObjectReader, add_flags
from streams.dialects.roles import KEYS, Keys, Roles, assign
from streams.dialects.trace_fields import TraceFields, set_flags, set_trace, trace_fields
from streams.types import Record, Source
from streams.values.levels import LevelReader, read_level
from streams.values.severity import GENERAL
from streams.values.severity import read as read_severity
from streams.values.time import read_time, utc_text
from streams.values.trace import is_canonical


class Reading(NamedTuple):
    """How a dialect that is a table of keys differs from the common one."""

    keys: Keys = KEYS
    words: Mapping[str, int] = GENERAL
    numbers: LevelReader | None = None
    """Gives the severity of a numeric level; without it a number means nothing."""
    unit: int | None = None
    """Nanoseconds per unit of a numeric time; guessed by magnitude when None."""
    time: Callable[[Any], Any] | None = None
    """Gives of a time that is an object the number or text that it stands for; any other value as it is."""
    resource: Mapping[str, str] = {}
    """Keys that describe the resource, with their OpenTelemetry names."""
    attributes: Mapping[str, str] = {}
    """Keys whose attributes have an OpenTelemetry name."""
    then: Callable[[Record], None] | None = None
    """The last step, on the whole record, for what no table says."""


COMMON = Reading()


def keyed(dialect: str, reading: Reading = COMMON) -> CompileReader:
    """Make the compiler of a dialect that is a table of keys and a severity vocabulary."""

    def compile_objects(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
        read = _reader(dialect, assign(present, reading.keys), trace_fields(present, reading.keys), reading, zone)
        return _with_names(read, present, reading)

    return compile_objects


def _with_names(read: ObjectReader, present: tuple[str, ...], reading: Reading) -> ObjectReader:
    """Wrap a reader with the steps that one shape needs, none if it needs none."""
    attributes = [(key, name) for key, name in reading.attributes.items() if key in present]
    resource = [(key, name) for key, name in reading.resource.items() if key in present]
    then = reading.then
    if not attributes and not resource and then is None:
        return read

    def read_named(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        record = read(document, event_id, observed, source)
        said = record["attributes"]
        for key, name in attributes:  # as `rename` does, without a call for each
            if key in said and name not in said:
                said[name] = said.pop(key)
        for key, name in resource:
            move_to_resource(record, key, name)
        if then:
            then(record)
        return record

    return read_named


def rename(attributes: dict[str, Any], key: str, name: str) -> None:
    """Give an attribute its OpenTelemetry name, unless the source uses that one too."""
    if key in attributes and name not in attributes:
        attributes[name] = attributes.pop(key)


def move_to_resource(record: Record, key: str, name: str) -> None:
    """Make an attribute that is a text or number part of the resource; any other value stays where it is."""
    value = record["attributes"].get(key)
    if isinstance(value, str | int | float) and value != "" and name not in record["resource"]:
        record["resource"][name] = record["attributes"].pop(key)


def _reader(  # noqa: C901 - hot path
    dialect: str, roles: Roles, ids: TraceFields | None, reading: Reading, zone: tzinfo
) -> ObjectReader:
    words = reading.words
    time_key = roles.time[0] if roles.time else None
    _, severity_key, body_key, service_key, host_key, logger_key = roles
    trace_key, span_key, flag_keys = (ids.quick_trace, ids.quick_span, ids.flags) if ids else (None, None, ())

    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        # The hot path of most records: usual forms are handled in line, all others by the functions below.
        # What has a role leaves the document, and what is left are the attributes, without a copy.
        # pop(None, None) is the quick "nothing": no JSON object has the key None.
        pop: Any = document.pop
        time, word = pop(time_key, None), pop(severity_key, None)
        trace, span = pop(trace_key, None), pop(span_key, None)
        service, host, logger = pop(service_key, None), pop(host_key, None), pop(logger_key, None)
        timestamp = utc_text(time) if type(time) is str else None
        number = words.get(word) if type(word) is str else None
        canonical = trace is not None and span is not None and is_canonical(trace, span)
        named = type(service) is str and service != ""
        record: Record = {
            "schema_version": 1,
            "event_id": event_id,
            "signal": "log",
            "timestamp": timestamp,
            "observed_timestamp": observed,
            "trace_id": trace if canonical else None,
            "span_id": span if canonical else None,
            "severity_number": number or 0,
            "severity_text": word,
            "body": pop(body_key, None),
            "resource": {"service.name": service if named else "unknown_service"},
            "attributes": document,
            "source": source,
            "dialect": dialect,
            "provenance": NO_PROVENANCE,
        }
        if type(host) is str and host:
            record["resource"]["host.name"] = host
        elif host is not None:
            _keep(record, host_key, host)
        if type(logger) is str and logger:
            record["scope"] = {"name": logger}
        elif logger is not None:
            _keep(record, logger_key, logger)
        if timestamp is None:
            _set_time(record, roles.time, time, zone, reading)
        if number is None and word is not None:
            _set_severity(record, severity_key, word, reading)
        if ids is not None and not canonical:
            set_trace(record, ids, trace, span)
        elif flag_keys:
            set_flags(record, flag_keys)
        if not named and service is not None:
            _keep(record, service_key, service)
        return record

    return read


def _keep(record: Record, key: str | None, value: Any, flag: str = "field.type_mismatch") -> None:
    """Put a value that its role cannot use back under its own key, with the flag that says so."""
    if key is not None and value is not None and value != "":
        record["attributes"][key] = value
        add_flags(record, flag)


def _set_time(record: Record, keys: tuple[str, ...], first: Any, zone: tzinfo, reading: Reading) -> None:
    """Read the first time key that says something; what cannot be read stays an attribute."""
    attributes = record["attributes"]
    for key in keys:
        value = first if key == keys[0] else attributes.pop(key)
        if value is None or value == "":
            continue
        written = reading.time(value) if reading.time else value
        text, flags = read_time(written, zone, record["observed_timestamp"], reading.unit)
        record["timestamp"] = text
        if flags:
            add_flags(record, *flags)
        if text is None:
            attributes[key] = value
        return
    add_flags(record, "timestamp.missing")


_LEVELS = (str, int, float)


def _set_severity(record: Record, key: str | None, word: Any, reading: Reading) -> None:
    """Read a word in unusual dress; a number means nothing without a dialect, so it stays text."""
    if reading.numbers and type(word) in _LEVELS:
        record["severity_number"], record["severity_text"] = read_level(word, reading.numbers, reading.words)
    elif type(word) is str:
        record["severity_number"], record["severity_text"] = read_severity(word, reading.words)
    elif type(word) is int or type(word) is float:
        record["severity_number"], record["severity_text"] = 0, repr(word)
    else:
        record["severity_text"] = None
        _keep(record, key, word)
