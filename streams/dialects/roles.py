"""Which key of an object has which role: the well-known keys, and those that one shape has.

The keys and their order are the data contract's, sections 8b.1 to 8b.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Keys(NamedTuple):
    """For each role the keys that feed it, in order of preference."""

    time: tuple[str, ...]
    severity: tuple[str, ...]
    body: tuple[str, ...]
    trace: tuple[str, ...]
    """In lower case: for ids and flags the case of a key does not matter."""
    span: tuple[str, ...]
    trace_flags: tuple[str, ...]
    service: tuple[str, ...]
    host: tuple[str, ...]
    logger: tuple[str, ...]


class Roles(NamedTuple):
    """The keys of one shape by role; None where it has none."""

    time: tuple[str, ...]
    """All of them, because one that says nothing gives way to the next."""
    severity: str | None
    body: str | None
    service: str | None
    host: str | None
    logger: str | None


def words(listed: str) -> tuple[str, ...]:
    """Split a list of keys, which hold no blanks."""
    return tuple(listed.split())


KEYS = Keys(
    time=words("timestamp @timestamp time ts date datetime eventTime event_time @t"),
    severity=words("level severity log.level loglevel log_level lvl levelname level_name severity_text @l"),
    body=words("message msg body log text"),
    trace=words(
        "trace_id trace.id traceid trace-id oteltraceid otel.trace_id dd.trace_id x_b3_traceid x-b3-traceid"
        " logging.googleapis.com/trace trace xray_trace_id _x_amzn_trace_id x-amzn-trace-id uber-trace-id traceparent"
        " x-cloud-trace-context x-datadog-trace-id"
    ),
    span=words(
        "span_id span.id spanid span-id otelspanid otel.span_id dd.span_id x_b3_spanid x-b3-spanid"
        " logging.googleapis.com/spanid x-datadog-parent-id"
    ),
    trace_flags=words(
        "trace_flags traceflags oteltracesampled trace_sampled tracesampled logging.googleapis.com/trace_sampled"
        " x_b3_sampled x-b3-sampled"
    ),
    service=words("service.name service_name service dd.service otelServiceName app application appname"),
    host=words("host.name hostname host"),
    logger=words("logger logger_name loggerName log.logger"),
)

FLAG_BYTES = frozenset(words("trace_flags traceflags"))
"""Of the flags those that are W3C's whole byte; the others say only whether the trace is sampled."""

PLACES = words(
    "context contextmap mdc ctx extra fields labels properties scopes span spans trace otel dd request.headers"
)
"""Objects, or lists of them, in which ids may stand, in lower case; a point leads to an object within."""

_OF_ONE_VENDOR = ("dd", "logging.googleapis.com/", "xray_")
USUAL = frozenset(key for role in (*KEYS, PLACES) for key in role if not key.startswith(_OF_ONE_VENDOR))
"""Keys that many formats have, so that they tell little of which one an object is."""


def assign(shape: tuple[str, ...], keys: Keys) -> Roles:
    """Give each role the first of its keys that a shape has."""
    exact = dict(zip(shape, shape, strict=True))
    return Roles(
        time=tuple(key for key in dict.fromkeys(keys.time) if key in exact),
        severity=_first(keys.severity, exact),
        body=_first(keys.body, exact),
        service=_first(keys.service, exact),
        host=_first(keys.host, exact),
        logger=_first(keys.logger, exact),
    )


def find(nested: Mapping[str, object], wanted: tuple[str, ...]) -> object:
    """Give the value of the first wanted key (in lower case) that an object has in any case; None without one."""
    folded = {key.lower(): key for key in reversed(list(nested))}
    key = _first(wanted, folded)
    return nested[key] if key is not None else None


def _first(wanted: tuple[str, ...], known: Mapping[str, str]) -> str | None:
    return next((known[key] for key in wanted if key in known), None)
