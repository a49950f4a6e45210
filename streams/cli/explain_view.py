"""How an explained input looks on a terminal: its fate, then its fields, in which nothing can pretend to be another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import typer

from streams.cli.view import printable

_WIDTH = 16
_LONGEST = 500


def readable(explained: Mapping[str, Any], *, colour: bool) -> str:
    """Give the lines of one input: why it was read as it was, each record with its fields, each dead letter."""
    number = explained["input"]
    lines = [_why(number, layer, colour) for layer in explained["why"]]
    for record, places in zip(explained["records"], explained["origins"], strict=True):
        lines += _record(number, record, places, colour)
    lines += [_dead(number, letter, colour) for letter in explained["dead"]]
    if "joined" in explained:
        lines.append(f"{_paint(f'input {number}', 'cyan', colour)}  joined to input {explained['joined']}")
    return "\n".join(lines)


def _why(number: int, layer: Mapping[str, Any], colour: bool) -> str:
    others = "".join(f"; not {other['dialect']}: {other['because']}" for other in layer["others"])
    claimed = f"{_paint(layer['dialect'], 'green', colour)} because {layer['rule']}"
    return f"{_paint(f'input {number}', 'cyan', colour)}  {claimed}{_paint(printable(others), 'bright_black', colour)}"


def _record(number: int, record: Mapping[str, Any], places: Mapping[str, str], colour: bool) -> Iterator[str]:
    dialect = " in ".join([record["dialect"], *reversed(record.get("envelopes", []))])
    yield f"{_paint(f'input {number}', 'cyan', colour)}  {_paint(dialect, 'green', colour)}  {record['event_id']}"
    for name, field, value in _fields(record):
        origin = f"   <- {printable(places[field])}" if field in places else ""
        shown = _shorten(printable(value)) + _paint(origin, "bright_black", colour)
        yield f"  {_paint(name.ljust(_WIDTH), 'bright_black', colour)}{shown}"
    if flags := record.get("flags"):
        yield f"  {_paint('flags'.ljust(_WIDTH), 'bright_black', colour)}{_paint(', '.join(flags), 'yellow', colour)}"


def _fields(record: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Name to show, name of the field, value."""
    severity = f"{record['severity_number']} {record['severity_text'] or ''}".strip()
    trace = " ".join(part for part in (record["trace_id"], record["span_id"]) if part)
    yield "timestamp", "timestamp", record["timestamp"] or "-"
    yield "severity", "severity_text", severity
    yield "trace", "trace_id", trace or "-"
    yield "body", "body", _text(record["body"])
    for part in ("resource", "scope", "attributes", "metric", "span"):
        for key, value in record.get(part, {}).items():
            yield part, f"{part}.{key}", f"{key} = {_text(value)}"


def _dead(number: int, letter: Mapping[str, Any], colour: bool) -> str:
    place = f"input {number}" if letter["index"] is None else f"input {number}.{letter['index']}"
    reason = _paint(letter["reason"], "red", colour)
    return f"{_paint(place, 'cyan', colour)}  dead letter {reason} in {letter['stage']}: {printable(letter['error'])}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _paint(text: str, shade: str, colour: bool) -> str:
    return typer.style(text, fg=shade) if colour else text
