"""Metric events of Splunk's HTTP Event Collector: one or several measurements, each a data point.

Source: Splunk, "Get metrics in from other sources" (`metric_name:NAME` keys; older: `metric_name` with `_value`).
"""

from __future__ import annotations

import re
from datetime import tzinfo
from functools import partial
from typing import Any, NamedTuple

from streams.dialects.base import Dialect, Example, Parts, new_record
from streams.dialects.keyed import move_to_resource, rename
from streams.dialects.moves import take_time, unfold
from streams.dialects.platforms.splunk_hec import FIELDS, INDEX, METRIC, RESOURCE
from streams.types import Record, Source

_NAME = "splunk-hec-metric"
_NAMED, _NAME_KEY, _VALUE_KEY = "metric_name:", "metric_name", "_value"
_INT64 = range(-(2**63), 2**63)
_QUOTED = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)


class Measurement(NamedTuple):
    """One measurement of an event: its name, its value, and the fields that say it."""

    name: str
    value: int | float | str
    fields: dict[str, Any]


def _is_metric(document: dict[str, Any]) -> bool:
    fields = document[FIELDS]
    return document["event"] == METRIC and isinstance(fields, dict) and bool(_measurements(fields))


def _measurements(fields: dict[str, Any]) -> list[Measurement]:
    found = [
        Measurement(key.removeprefix(_NAMED), number, {key: value})
        for key, value in fields.items()
        if key.startswith(_NAMED) and key != _NAMED and (number := _number(value)) is not None
    ]
    name, number = fields.get(_NAME_KEY), _number(fields.get(_VALUE_KEY))
    if isinstance(name, str) and name and number is not None:
        found.append(Measurement(name, number, {_NAME_KEY: name, _VALUE_KEY: fields[_VALUE_KEY]}))
    return found


def _number(value: Any) -> int | float | str | None:
    """Give a number, also one in quotes, as the record has it; None for anything else."""
    if isinstance(value, str):
        if not _QUOTED.fullmatch(value):
            return None
        value = int(value) if value.lstrip("+-").isdigit() else float(value)
    if type(value) is int:
        return value if value in _INT64 else str(value)
    return value if isinstance(value, float) else None


def _split(document: dict[str, Any], zone: tzinfo) -> Parts:
    fields = document[FIELDS]
    measured = _measurements(fields)
    used = {key for one in measured for key in one.fields}
    shared = {key: value for key, value in fields.items() if key not in used}
    around = {key: value for key, value in document.items() if key not in ("event", FIELDS)}
    return Parts(
        measured,
        lambda index, item: {**document, FIELDS: shared | item.fields},
        partial(_read, around, shared, zone),
    )


def _read(
    around: dict[str, Any],
    shared: dict[str, Any],
    zone: tzinfo,
    item: Measurement,
    event_id: str,
    observed: str,
    source: Source,
) -> Record:
    record = new_record(_NAME, event_id, observed, source)
    record["signal"] = "metric"
    record["attributes"] = around | {FIELDS: shared}
    take_time(record, "time", zone)
    for key, name in {"host": "host.name", **RESOURCE}.items():
        move_to_resource(record, key, name)
    rename(record["attributes"], "index", INDEX)
    unfold(record["attributes"], FIELDS)
    record["metric"] = {
        "name": item.name,
        "type": "gauge",
        "temporality": None,
        "monotonic": None,
        "start_timestamp": None,
        "value": item.value,
    }
    return record


DIALECT = Dialect(
    name=_NAME,
    summary="metric events of Splunk's HTTP Event Collector; each measurement is a data point",
    link="https://docs.splunk.com/Documentation/Splunk/latest/Metrics/GetMetricsInOther",
    signatures=(frozenset({"event", FIELDS}),),
    test=_is_metric,
    split=_split,
    examples=(
        Example(
            '{"time":1486683865,"event":"metric","host":"web-3","source":"disk",'
            '"fields":{"region":"eu","metric_name:cpu.usr":11.12,"metric_name:cpu.sys":12}}',
            (
                {
                    "timestamp": "2017-02-09T23:44:25.000000000Z",
                    "signal": "metric",
                    "metric": {
                        "name": "cpu.usr",
                        "type": "gauge",
                        "temporality": None,
                        "monotonic": None,
                        "start_timestamp": None,
                        "value": 11.12,
                    },
                    "attributes": {"region": "eu"},
                    "resource": {
                        "service.name": "unknown_service",
                        "host.name": "web-3",
                        "com.splunk.source": "disk",
                    },
                },
                {"signal": "metric", "attributes": {"region": "eu"}},
            ),
        ),
    ),
)
