"""An envelope's record and the one found inside it become one: the inner speaks first, the outer fills what it left.

The rules are the data contract's, section 8b.4 for times and 8c for flags.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect
from streams.types import Record

_NO_SERVICE = "unknown_service"
_SECOND = 10**9
_NANOSECONDS = slice(20, 29)
_TIME_FLAGS = ("timestamp.missing", "timestamp.no_zone", "timestamp.year_inferred", "timestamp.leap_second")


def merge(outer: Record, inner: Record, around: Dialect) -> Record:
    """Give the inner record with all that `outer`, of dialect `around`, says beyond it."""
    _merge_time(outer, inner, around)
    if inner["severity_text"] is None and inner["severity_number"] == 0:
        inner["severity_number"], inner["severity_text"] = outer["severity_number"], outer["severity_text"]
    elif outer["severity_text"] is not None and "syslog.priority" not in outer["attributes"]:
        _keep(outer, inner, "severity_text", outer["severity_text"], inner["severity_text"])
    if outer["trace_id"] is not None:
        _merge_trace(outer, inner)
    _merge_origin(outer, inner)
    _merge_attributes(outer, inner)
    inner["envelopes"] = [outer["dialect"], *inner.get("envelopes", ())]
    return inner


def take_time(record: Record, message: Record, around: Dialect) -> None:
    """Give a record the time that its message begins with, by the rules for inner times."""
    if message["timestamp"] is None:
        return
    message["attributes"] = record["attributes"]
    message["flags"] = [flag for flag in message.get("flags", ()) if flag in _TIME_FLAGS]
    _merge_time(record, message, around)
    record["timestamp"], record["flags"] = message["timestamp"], message.get("flags", [])


def _merge_time(outer: Record, inner: Record, around: Dialect) -> None:
    """The innermost time wins unless it is absent, coarser than one that agrees, or zoneless in a log head."""
    own, around_it = inner["timestamp"], outer["timestamp"]
    outer_flags, inner_flags = outer.get("flags", []), inner.get("flags", [])
    takes_outer = around_it is not None and (
        own is None
        or _is_finer(around_it, own)
        or (not around.envelope and "timestamp.no_zone" in inner_flags and "timestamp.no_zone" not in outer_flags)
    )
    winner, loser = (outer, inner) if takes_outer else (inner, outer)
    name = inner["dialect"] if takes_outer else outer["dialect"]
    if loser["timestamp"] is not None and loser["timestamp"] != winner["timestamp"]:
        inner["attributes"].setdefault(f"{name}.timestamp", loser["timestamp"])
    inner["timestamp"] = winner["timestamp"]
    kept, beside = (outer_flags, inner_flags) if takes_outer else (inner_flags, outer_flags)
    if beside:
        kept = [*kept, *(flag for flag in beside if flag not in _TIME_FLAGS)]
    inner.pop("flags", None)
    if kept:
        inner["flags"] = [*kept]


def _is_finer(one: str, other: str) -> bool:
    """Whether the first of two times has more digits and both agree: within the last digit of the other."""
    digits = len(other[_NANOSECONDS].rstrip("0"))
    if len(one[_NANOSECONDS].rstrip("0")) <= digits:
        return False
    last_digit: int = 10 ** (len("123456789") - digits)
    return abs(_clock(one) - _clock(other)) <= last_digit


def _clock(timestamp: str) -> int:
    """Nanoseconds that grow with time; exact within a month, and far apart otherwise."""
    month, day = int(timestamp[0:4]) * 12 + int(timestamp[5:7]), int(timestamp[8:10])
    seconds = ((month * 31 + day) * 24 + int(timestamp[11:13])) * 3_600 + int(timestamp[14:16]) * 60
    return (seconds + int(timestamp[17:19])) * _SECOND + int(timestamp[_NANOSECONDS])


def _keep(outer: Record, inner: Record, name: str, said: Any, winner: Any) -> None:
    """Let what the outer said of a field stay an attribute where the inner says another thing."""
    if said != winner:
        inner["attributes"].setdefault(f"{outer['dialect']}.{name}", said)


def _merge_trace(outer: Record, inner: Record) -> None:
    if inner["trace_id"] is None:
        inner["trace_id"], inner["span_id"] = outer["trace_id"], inner["span_id"] or outer["span_id"]
        if "trace_flags" in outer:
            inner.setdefault("trace_flags", outer["trace_flags"])
    else:
        _keep(outer, inner, "trace_id", outer["trace_id"], inner["trace_id"])
        if outer["span_id"] is not None:
            _keep(outer, inner, "span_id", outer["span_id"], inner["span_id"])


def _merge_origin(outer: Record, inner: Record) -> None:
    around, resource = outer["resource"], inner["resource"]
    inner["resource"] = merged = {**around, **resource}
    if resource["service.name"] == _NO_SERVICE:
        merged["service.name"] = around["service.name"]
    said = merged.values()
    for name, value in around.items():
        if value not in said and value != _NO_SERVICE:
            _keep(outer, inner, name, value, merged[name])
    if "scope" in outer:
        _keep(outer, inner, "scope.name", outer["scope"]["name"], inner.setdefault("scope", outer["scope"])["name"])
    if "event_name" in outer:
        _keep(outer, inner, "event_name", outer["event_name"], inner.setdefault("event_name", outer["event_name"]))


def _merge_attributes(outer: Record, inner: Record) -> None:
    """What both say under one name stays twice, the outer's with its dialect before the name."""
    attributes: dict[str, Any] = inner["attributes"]
    for name, value in outer["attributes"].items():
        if name in attributes and attributes[name] != value:
            attributes[f"{outer['dialect']}.{name}"] = value
        else:
            attributes[name] = value
    dropped = outer.get("dropped_attributes_count", 0) + inner.get("dropped_attributes_count", 0)
    if dropped:
        inner["dropped_attributes_count"] = dropped
