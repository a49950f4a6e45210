"""Prometheus native histograms as OpenTelemetry's (Prometheus "Native Histograms"; OTel Metrics Data Model).

Prometheus writes runs of buckets with gaps between them, and counts as differences. Its bucket `i` ends at
`base ** i` and OpenTelemetry's begins there, so that indices differ by one.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from streams.dialects.telemetry.otlp_values import finite
from streams.errors import RejectedRecord

_EXPONENTIAL = range(-4, 9)
_CUSTOM = -53
_GAUGE = 3
_MOST_BUCKETS = 10_000
"""More than any histogram has; gaps are written out as zeros, and a stranger may name a gap of any size."""


def read_histogram(message: Any) -> dict[str, Any]:
    """Give the metric's fields of a Histogram message but for its name.

    Raises:
        RejectedRecord: `decode.protobuf` when it is of no known schema, contradicts itself or counts fractions.
    """
    found: dict[str, Any] = {
        "type": "exponential_histogram",
        "temporality": None if message.reset_hint == _GAUGE else "cumulative",
        "monotonic": None,
        "count": _whole(message.count_float if message.HasField("count_float") else message.count_int),
        "sum": finite(message.sum),
    }
    first, positive = _buckets(message.positive_spans, message.positive_deltas, message.positive_counts)
    if message.schema == _CUSTOM:
        return {**found, "type": "histogram", **_custom(list(message.custom_values), first, positive)}
    if message.schema not in _EXPONENTIAL:
        raise _broken("a schema that is not known")
    found["scale"] = message.schema
    found["zero_count"] = _whole(
        message.zero_count_float if message.HasField("zero_count_float") else message.zero_count_int
    )
    if message.zero_threshold:
        found["zero_threshold"] = finite(message.zero_threshold)
    below, negative = _buckets(message.negative_spans, message.negative_deltas, message.negative_counts)
    for side, offset, counts in (("positive", first, positive), ("negative", below, negative)):
        if counts:
            found[side] = {"offset": offset - 1, "counts": counts}
    return found


def _buckets(spans: Any, deltas: Any, counts: Any) -> tuple[int, list[int]]:
    """Give the index of the first bucket and the counts from there on."""
    given = list(accumulate(deltas)) if len(deltas) else [_whole(count) for count in counts]
    if sum(span.length for span in spans) != len(given) or min(given, default=0) < 0:
        raise _broken("buckets that do not fit their spans")
    if not given:
        return 0, []
    written: list[int] = []
    first, at = spans[0].offset, 0
    for number, span in enumerate(spans):
        gap = span.offset if number else 0
        if gap < 0 or len(written) + gap + span.length > _MOST_BUCKETS:
            raise _broken("a gap that no histogram has")
        written += [0] * gap + given[at : at + span.length]
        at += span.length
    return first, written


def _custom(bounds: list[float], first: int, counts: list[int]) -> dict[str, Any]:
    """Buckets with explicit bounds are written like others, their indices count from 0."""
    if first < 0 or first + len(counts) > len(bounds) + 1:
        raise _broken("buckets beyond its bounds")
    padded = [0] * first + counts
    return {
        "bounds": [finite(bound) for bound in bounds],
        "bucket_counts": padded + [0] * (len(bounds) + 1 - len(padded)),
    }


def _whole(count: float) -> int:
    if count < 0 or count != int(count if count < 2**64 else -1):
        raise _broken("a count that is no whole number")
    return int(count)


def _broken(what: str) -> RejectedRecord:
    return RejectedRecord("decode.protobuf", f"a histogram has {what}")
