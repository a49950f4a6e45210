"""InfluxDB line protocol: `measurement,tag=value field=value,field=value time` (InfluxDB, "Line protocol reference").

Each number or boolean of a line is a data point; texts beside them are attributes, and a line of texts alone is a log
record. Without a hint a line is recognised by its tags or its time, because `load value=1` may be anything.

Written here because the client libraries write this format and do not read it.
"""

from __future__ import annotations

import re
import string
from datetime import tzinfo
from typing import Final, NamedTuple

from streams.dialects.base import Dialect, Example, Parts, TextReader
from streams.dialects.telemetry.points import double, gauge, new_point, number, set_epoch
from streams.types import Record, Source

_NAME: Final = "influx"
_WORD = r"(?=[^ ,=\n])[^\\ ,=\n]*+(?>(?:\\.[^\\ ,=\n]*+)*)"
_TEXT = r'"[^"\\]*+(?>(?:\\.[^"\\]*+)*)"'
_VALUE = rf"(?:{_TEXT}|[+-]?[0-9.][0-9.eE+-]*+[iu]?|[tT](?:rue|RUE)?|[fF](?:alse|ALSE)?)"
_LINE: Final = re.compile(
    rf"(?P<measurement>{_WORD})(?P<tags>(?>(?:,{_WORD}={_WORD})*)) ++"
    rf"(?P<fields>{_WORD}={_VALUE}(?>(?:,{_WORD}={_VALUE})*))(?: ++(?P<time>-?[0-9]{{1,19}}))?[ \r]*+(?:\n++|\Z)",
    re.DOTALL,
)
_TAG: Final = re.compile(rf",({_WORD})=({_WORD})", re.DOTALL)
_FIELD: Final = re.compile(rf"({_WORD})=({_VALUE})", re.DOTALL)
_ESCAPE: Final = re.compile(r"\\([ ,=])")
_ESCAPE_IN_TEXT: Final = re.compile(r'\\(["\\])')
_BOOLEANS: Final = {"t": 1, "true": 1, "f": 0, "false": 0}
_SHORTEST_TIME = 9
"""Digits of a time that nothing else is likely to be."""
_MESSAGES: Final = ("message", "msg", "body")


class Point(NamedTuple):
    """One record of a line: a field, or None for a line of texts; and the line it stands in."""

    line: str
    measurement: str
    tags: dict[str, str]
    texts: dict[str, str]
    time: str | None
    field: str | None
    value: int | float | str


def _points(text: str) -> list[Point] | None:
    """Read every line; None when one of them is not of this protocol."""
    points: list[Point] = []
    at = 0
    while at < len(text):
        match = _LINE.match(text, at)
        found = _line_points(match) if match else None
        if match is None or found is None:
            return None
        points += found
        at = match.end()
    return points


def _line_points(match: re.Match[str]) -> list[Point] | None:
    time = match["time"]
    if not match["tags"] and (time is None or len(time) < _SHORTEST_TIME):
        return None
    tags = {_plain(key): _plain(value) for key, value in _TAG.findall(match["tags"])}
    texts: dict[str, str] = {}
    numbers: dict[str, int | float | str] = {}
    for written, value in _FIELD.findall(match["fields"]):
        key = _plain(written)
        if value.startswith('"'):
            texts[key] = _ESCAPE_IN_TEXT.sub(_escaped, value[1:-1]) if "\\" in value else value[1:-1]
            continue
        found = _number(value)
        if found is None:
            return None
        numbers[key] = found
    shared = (match[0], _plain(match["measurement"]), tags, texts, time)
    return [Point(*shared, key, value) for key, value in numbers.items()] or [Point(*shared, None, 0)]


def _number(value: str) -> int | float | str | None:
    """Read a field: `i` and `u` mark integers, without them a number is a double."""
    if value.lower() in _BOOLEANS:
        return _BOOLEANS[value.lower()]
    if value[-1] in "iu":
        return number(value[:-1]) if value[:-1].lstrip("+-").isdecimal() else None
    return double(value)


def _plain(written: str) -> str:
    return _ESCAPE.sub(_escaped, written) if "\\" in written else written


def _escaped(match: re.Match[str]) -> str:
    return match[1]


def _read(point: Point, event_id: str, observed: str, source: Source) -> Record:
    record = new_point(_NAME, event_id, observed, source, point.tags)
    set_epoch(record, point.time)
    texts = dict(point.texts)
    if point.field is not None:
        record["metric"] = gauge(f"{point.measurement}_{point.field}", point.value)
    else:
        record["signal"], record["event_name"] = "log", point.measurement
        key = next((key for key in _MESSAGES if key in texts), next(iter(texts)))
        record["body"] = texts.pop(key)
        if key not in _MESSAGES:
            record["attributes"]["influx.field"] = key
    for key, value in texts.items():
        record["attributes"][key if key not in record["attributes"] else f"{_NAME}.{key}"] = value
    return record


def _split(text: str, zone: tzinfo) -> Parts | None:
    """Take several points apart; a value with one is read whole."""
    points = _points(text) if _may_be(text) else None
    return Parts(points, lambda index, point: _alone(point), _read) if points and len(points) > 1 else None


def _alone(point: Point) -> str:
    """Give a point's line with no other number in it."""
    if point.field is None:
        return point.line

    def kept(match: re.Match[str]) -> str:
        is_other = not match[2].startswith('"') and _plain(match[1]) != point.field
        return "" if is_other else match[0]

    match = _LINE.match(point.line)
    fields = match["fields"] if match else ""
    rest = ",".join(filter(None, (kept(field) for field in _FIELD.finditer(fields))))
    return point.line.replace(fields, rest, 1)


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        points = _points(text) if _may_be(text) else None
        return _read(points[0], event_id, observed, source) if points else None

    return read


def _may_be(text: str) -> bool:
    """Whether a look at the start is worth it: a blank, and behind it a field."""
    return "=" in text and " " in text


DIALECT = Dialect(
    name=_NAME,
    summary="InfluxDB line protocol, each number a data point",
    link="https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/",
    starts=string.ascii_letters + string.digits + "_",
    holds=("=",),
    compile_text=_compile_text,
    split_text=_split,
    examples=(
        Example(
            'weather,location=us-midwest,host=web-1 temperature=82,sky="clear \\"blue\\"",dry=true,count=7i'
            " 1465839830100400200",
            (
                {
                    "event_id": "raw-logs-0-0.0",
                    "signal": "metric",
                    "timestamp": "2016-06-13T17:43:50.100400200Z",
                    "resource": {"service.name": "unknown_service", "host.name": "web-1"},
                    "attributes": {"location": "us-midwest", "sky": 'clear "blue"'},
                    "metric": gauge("weather_temperature", 82.0),
                },
                {"event_id": "raw-logs-0-0.1", "metric": gauge("weather_dry", 1)},
                {"event_id": "raw-logs-0-0.2", "metric": gauge("weather_count", 7)},
            ),
        ),
        Example(
            "my\\ disk,path=C:\\\\,mount=a\\,b used_percent=12.5",
            {
                "event_id": "raw-logs-0-0",
                "timestamp": None,
                "attributes": {"path": "C:\\\\", "mount": "a,b"},
                "metric": gauge("my disk_used_percent", 12.5),
            },
        ),
        Example(
            'syslog,severity=err message="disk is full",facility="daemon" 1465839830100400200',
            {
                "signal": "log",
                "event_name": "syslog",
                "body": "disk is full",
                "attributes": {"severity": "err", "facility": "daemon"},
            },
        ),
    ),
)
