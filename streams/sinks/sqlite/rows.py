"""What of a record stands in columns, so that it can be found; the record itself is stored as the bytes that came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from schemas.severity import HIGHEST
from streams.sinks.base import Item
from streams.sinks.times import nanoseconds
from streams.sinks.words import words_of

MILLISECONDS_A_DAY: Final = 86_400_000
MILLISECONDS_A_MINUTE: Final = 60_000
_TRACE_BYTES: Final = 16


class Row(NamedTuple):
    """One record in columns.

    `observed` is in milliseconds since 1970, as Kafka counts; `time` is when it happened, or else was observed, in
    nanoseconds. `exemplars` are the traces that the exemplars of a metric name.
    """

    event_id: str
    time: int
    trace: bytes | None
    service: str
    signal: str
    severity: int
    observed: int
    value: bytes
    words: str
    exemplars: frozenset[bytes]


def row_of(item: Item) -> Row:
    """Take the columns out of a record.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: it is no enriched record.
    """
    record = item.record
    observed, said, trace = record["observed_timestamp"], record["timestamp"], record["trace_id"]
    return Row(
        item.event_id,
        nanoseconds(observed if said is None else said),
        None if trace is None else trace_bytes(trace),
        _text(record["resource"]["service.name"]),
        _text(record["signal"]),
        _severity(record["severity_number"]),
        milliseconds(observed),
        item.value,
        words_of(record),
        exemplars_of(record),
    )


def milliseconds(timestamp: str) -> int:
    """Read a time as the record writes it: whole milliseconds since 1970.

    Raises:
        ValueError: it is none.
    """
    return nanoseconds(timestamp) // 1_000_000


def exemplars_of(record: Mapping[str, Any]) -> frozenset[bytes]:
    """Give the traces that the exemplars of a metric name.

    Raises:
        LookupError, TypeError, ValueError: it is no enriched record.
    """
    metric = record.get("metric")
    if metric is None:
        return _NONE
    named = (exemplar["trace_id"] for exemplar in metric.get("exemplars", ()))
    return frozenset(trace_bytes(trace) for trace in named if trace is not None)


def trace_bytes(trace: str) -> bytes:
    """Read a trace id: its 16 bytes.

    Raises:
        ValueError: it is none.
    """
    found = bytes.fromhex(trace)
    if len(found) != _TRACE_BYTES:
        raise ValueError("no trace id")
    return found


_NONE: Final[frozenset[bytes]] = frozenset()


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError("no text")
    return value


def _severity(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= HIGHEST:
        raise ValueError("no severity number")
    return value
