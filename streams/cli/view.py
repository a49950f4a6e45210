"""How a record or a dead letter looks on a terminal: one line, in which nothing can pretend to be another."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from schemas.headers import DEAD_PREFIX
from streams.types import RawRecord

if TYPE_CHECKING:
    from streams.processors.redaction.display import Display

_TEXT_CHARACTERS = 2_000
_BANDS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_COLOURS = {
    "TRACE": "bright_black",
    "DEBUG": "blue",
    "INFO": "green",
    "WARN": "yellow",
    "ERROR": "red",
    "FATAL": "magenta",
}

_INVISIBLE = (range(0x20), range(0x7F, 0xA0), range(0x200E, 0x2010), range(0x2028, 0x202F), range(0x2066, 0x206A))
"""Control characters, line separators and those that turn the direction of writing (Unicode, UAX 9)."""

_ESCAPES = {code: f"\\u{code:04x}" for codes in _INVISIBLE for code in codes}


def printable(text: str) -> str:
    """Escape what could move the cursor, start a new line or reverse the text; valid inside JSON strings."""
    return text.translate(_ESCAPES)


def enriched_line(raw: RawRecord, *, colour: bool) -> str:
    """Give one line of what is in the enriched topic, whoever wrote it."""
    try:
        return record_line(json.loads(raw.value or b""), colour=colour)
    except (ValueError, LookupError, TypeError, AttributeError):
        return f"{raw.topic}-{raw.partition}-{raw.offset} is not an enriched record"


def enriched_json(raw: RawRecord, display: Display) -> str:
    """Give a record's own JSON; what is none stands, redacted, in an object that says so."""
    try:
        if isinstance(json.loads(raw.value or b""), dict):
            return printable((raw.value or b"").decode())
    except ValueError:
        pass
    shown = raw.value and display.data(raw.value)
    place = {"topic": raw.topic, "partition": raw.partition, "offset": raw.offset}
    return printable(json.dumps({"not_a_record": place | _binary("value", shown)}, ensure_ascii=False))


def record_line(record: Mapping[str, Any], *, colour: bool) -> str:
    """Give one line of an enriched record: time, severity, service, text, first digits of the trace id."""
    severity = severity_name(record["severity_number"])
    when = (record["timestamp"] or record["observed_timestamp"])[:23].replace("T", " ")
    trace = f"[{record['trace_id'][:8]}]" if record["trace_id"] else ""
    service = str(record["resource"].get("service.name", ""))
    parts = [
        (when, "bright_black"),
        (f"{severity:5}", _COLOURS.get(severity)),
        (service, "cyan"),
        (_shorten(text_of(record)), None),
        (trace, "bright_black"),
    ]
    return " ".join(_paint(printable(text), shade, colour) for text, shade in parts if text)


def severity_name(number: int) -> str:
    """Give the band of an OpenTelemetry severity number, `-` for 0 (not said)."""
    return _BANDS[(number - 1) // 4] if 1 <= number <= 24 else "-"


def text_of(record: Mapping[str, Any]) -> str:
    """Give what a person reads of a record: its body, else the metric and its value, or the span's name."""
    body = record["body"]
    if isinstance(body, str) and body:
        return body
    if metric := record.get("metric"):
        return f"{metric.get('name')} = {metric.get('value', '')}"
    if span := record.get("span"):
        return f"{span.get('name')} {(span.get('duration_ns') or 0) / 1e6:.1f} ms"
    return json.dumps(body, ensure_ascii=False)


def dead_line(letter: Mapping[str, Any], *, colour: bool) -> str:
    """Give one line of a dead letter: where it came from and why it is dead; never its value."""
    reason = _paint(printable(str(letter["reason"])), "red", colour)
    stage, error = printable(str(letter["stage"])), printable(str(letter["error"]))
    return f"{printable(coordinates(letter))} {reason} in {stage}: {_shorten(error)}"


def coordinates(letter: Mapping[str, Any]) -> str:
    """Give `topic-partition-offset` of the original record, `.n` behind it for an inner one."""
    inner = "" if letter["index"] is None else f".{letter['index']}"
    return f"{letter['topic']}-{letter['partition']}-{letter['offset']}{inner}"


def dead_reasons(raw: RawRecord) -> dict[str, Any]:
    """Give why a dead letter is one and where it came from, nothing of the original."""
    why = {name[len(DEAD_PREFIX) :]: _text(value) for name, value in raw.headers if name.startswith(DEAD_PREFIX)}
    fields: dict[str, Any] = {name: why.get(name) for name in ("reason", "stage", "error", "topic")}
    fields |= {name: _number(why.get(name)) for name in ("partition", "offset", "index", "timestamp_ms", "attempts")}
    return fields | {name: value for name, value in why.items() if name not in fields}


def dead_letter(raw: RawRecord, display: Display) -> dict[str, Any]:
    """Give a dead letter as JSON: why, where from, and the original's key, value and headers, all redacted.

    What is not UTF-8 stands as base64 under a name that ends in `_b64`.
    """
    others = [(name, value) for name, value in raw.headers if not name.startswith(DEAD_PREFIX)]
    reasons = {name: display.text(said) if type(said) is str else said for name, said in dead_reasons(raw).items()}
    data = {name: value and display.data(value) for name, value in (("key", raw.key), ("value", raw.value))}
    return (
        reasons
        | _binary("key", data["key"])
        | _binary("value", data["value"])
        | {
            "headers": [
                {"name": display.text(name), **_binary("value", value and display.header(name, value))}
                for name, value in others
            ]
        }
    )


def _binary(name: str, value: bytes | None) -> dict[str, Any]:
    if value is None:
        return {name: None}
    try:
        return {name: value.decode()}
    except UnicodeDecodeError:
        return {f"{name}_b64": b64encode(value).decode()}


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode(errors="replace")


def _number(text: str | None) -> int | None:
    try:
        return None if text is None else int(text)
    except ValueError:
        return None


def _shorten(text: str) -> str:
    return text if len(text) <= _TEXT_CHARACTERS else text[: _TEXT_CHARACTERS - 1] + "…"


def _paint(text: str, shade: str | None, colour: bool) -> str:
    return typer.style(text, fg=shade) if colour and shade else text


def amount(records: int) -> str:
    """Say how many records, as `1 record` or `2,000 records`."""
    return f"{records:,} record{'' if records == 1 else 's'}"
