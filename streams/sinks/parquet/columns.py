"""The columns of the files, version 1: what every record has as a type of its own, the rest as JSON.

Timestamps are in microseconds with the nanoseconds beyond them in a column beside: Spark cannot read Parquet's
nanoseconds (SPARK-40819). Signal, day and hour are in the path, as in every dataset of Hive's layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from schemas.timestamps import TIMESTAMP_PATTERN
from streams.sinks.base import Item

VERSION: Final = 1
VERSION_KEY: Final = b"weft.columns"
"""In the metadata of each file."""

_MICROSECONDS: Final = pa.timestamp("us", "UTC")
_NANOSECONDS: Final = pa.timestamp("ns", "UTC")
_TEXTS: Final = pa.list_(pa.string())

SCHEMA: Final = pa.schema(
    [
        ("event_id", pa.string()),
        ("timestamp", _MICROSECONDS),
        ("timestamp_nanos", pa.int16()),
        ("observed_timestamp", _MICROSECONDS),
        ("observed_timestamp_nanos", pa.int16()),
        ("trace_id", pa.string()),
        ("span_id", pa.string()),
        ("trace_flags", pa.int16()),
        ("severity_number", pa.int8()),
        ("severity_text", pa.string()),
        ("service", pa.string()),
        ("body", pa.string()),
        ("body_is_json", pa.bool_()),
        ("resource", pa.string()),
        ("scope", pa.string()),
        ("attributes", pa.string()),
        ("dropped_attributes_count", pa.int64()),
        ("event_name", pa.string()),
        ("metric", pa.string()),
        ("span", pa.string()),
        ("source_topic", pa.string()),
        ("source_partition", pa.int32()),
        ("source_offset", pa.int64()),
        ("dialect", pa.string()),
        ("envelopes", _TEXTS),
        ("flags", _TEXTS),
        ("pipeline", pa.string()),
        ("applied", _TEXTS),
        ("failed", _TEXTS),
        ("original", pa.string()),
        ("schema_version", pa.int16()),
        ("unknown", pa.string()),
        ("kafka_topic", pa.string()),
        ("kafka_partition", pa.int32()),
        ("kafka_offset", pa.int64()),
    ],
    {VERSION_KEY: str(VERSION).encode()},
)

REPEATING: Final = [
    *("severity_text", "service", "resource", "scope", "event_name", "source_topic", "dialect", "envelopes", "flags"),
    *("pipeline", "applied", "failed", "kafka_topic"),
]
"""Columns that are written with a dictionary, because a file has few different values of them."""

PLAIN: Final = ("event_id", "trace_id", "span_id", "severity_number", "severity_text", "dialect", "schema_version")
"""Keys of a record that are columns as they are, and always there."""
OPTIONAL: Final = ("trace_flags", "dropped_attributes_count", "event_name", "envelopes", "flags", "original")
"""Keys that are columns as they are, and NULL where they are absent."""
NESTED: Final = ("scope", "metric", "span")
"""Keys that are JSON in their column, and NULL where they are absent."""

_PARTS: Final = 3
"""Keys that a source has and a provenance has; all of them are columns."""
_ALWAYS: Final = (
    *(*PLAIN, "signal", "timestamp", "observed_timestamp"),
    *("body", "resource", "attributes", "source", "provenance"),
)
_KNOWN: Final = frozenset((*_ALWAYS, *OPTIONAL, *NESTED))
_EXACT: Final[Mapping[Any, frozenset[type]]] = {
    pa.int8(): frozenset((int,)),
    pa.int16(): frozenset((int, type(None))),
    pa.int32(): frozenset((int,)),
    pa.int64(): frozenset((int, type(None))),
    _TEXTS: frozenset((list, type(None))),
}
"""Arrow would cut 1.5 down to 1, and a text into its letters."""

_STRIDE: Final = 1_000
"""Records whose columns are made together: so many stay in the processor's cache, which halves the time."""


class Misfit(Exception):
    """A value does not fit its column: the record is not one of this schema."""


def to_table(items: Sequence[Item], topic: str, partition: int) -> pa.Table:
    """Give the columns of records that a partition of a topic held.

    Raises:
        Misfit: one of them is no EnrichedRecord.
    """
    return pa.concat_tables(
        [_table(items[start : start + _STRIDE], topic, partition) for start in range(0, len(items), _STRIDE)]
    )


def _table(items: Sequence[Item], topic: str, partition: int) -> pa.Table:
    try:
        values = _values([item.record for item in items])
        arrays = {name: _array(name, column) for name, column in values.items()}
        arrays |= _instants(items, "timestamp") | _instants(items, "observed_timestamp")
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise Misfit(type(error).__name__) from None
    rows = len(items)
    arrays["kafka_topic"] = pa.repeat(topic, rows)
    arrays["kafka_partition"] = pa.repeat(pa.scalar(partition, pa.int32()), rows)
    arrays["kafka_offset"] = pa.array([item.offset for item in items], pa.int64())
    return pa.Table.from_arrays([arrays[name] for name in SCHEMA.names], schema=SCHEMA)


def _values(records: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """One comprehension a column: per record a function call would cost as much as all columns together."""
    found: dict[str, list[Any]] = {key: [record.get(key) for record in records] for key in (*OPTIONAL, *NESTED)}
    known = sum(len(records) - column.count(None) for column in found.values()) + len(records) * len(_ALWAYS)
    found |= {key: _json_or_null(found[key]) for key in NESTED}
    found |= {key: [record[key] for record in records] for key in PLAIN}
    bodies = [record["body"] for record in records]
    sources = [record["source"] for record in records]
    provenances = [record["provenance"] for record in records]
    has_others = sum(map(len, records)) != known or {*map(len, sources), *map(len, provenances)} != {_PARTS}
    return found | {
        "service": [record["resource"]["service.name"] for record in records],
        "body": [body if type(body) is str else orjson.dumps(body) for body in bodies],
        "body_is_json": [type(body) is not str for body in bodies],
        "resource": [orjson.dumps(record["resource"]) for record in records],
        "attributes": [orjson.dumps(record["attributes"]) for record in records],
        "source_topic": [source["topic"] for source in sources],
        "source_partition": [source["partition"] for source in sources],
        "source_offset": [source["offset"] for source in sources],
        "pipeline": [provenance["pipeline"] for provenance in provenances],
        "applied": [provenance["applied"] for provenance in provenances],
        "failed": [provenance["failed"] for provenance in provenances],
        "unknown": [_unknown(record) for record in records] if has_others else [None] * len(records),
    }


def _unknown(record: Mapping[str, Any]) -> bytes | None:
    """Give what a later version of Weft added, at the places where columns take the known keys only."""
    found = {key: value for key, value in record.items() if key not in _KNOWN}
    found |= {key: record[key] for key in ("source", "provenance") if len(record[key]) != _PARTS}
    return orjson.dumps(found) if found else None


def _array(name: str, values: Sequence[Any]) -> pa.Array:
    kind = SCHEMA.field(name).type
    exact = _EXACT.get(kind)
    if exact is not None and not exact.issuperset(map(type, values)):
        raise ValueError(name)
    return pa.array(values, kind)


def _instants(items: Sequence[Item], name: str) -> dict[str, pa.Array]:
    texts = pa.array([item.record[name] for item in items], pa.string())
    if pc.all(pc.match_substring_regex(texts, TIMESTAMP_PATTERN)).as_py() is False:
        raise ValueError(name)
    nanoseconds = texts.cast(_NANOSECONDS).view(pa.int64())
    microseconds = pc.divide(nanoseconds, 1_000)
    return {
        name: microseconds.view(_MICROSECONDS),
        f"{name}_nanos": pc.subtract(nanoseconds, pc.multiply(microseconds, 1_000)).cast(pa.int16()),
    }


def _json_or_null(values: Iterable[Any]) -> list[bytes | None]:
    return [None if value is None else orjson.dumps(value) for value in values]
