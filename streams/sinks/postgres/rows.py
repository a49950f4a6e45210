"""A record as a row: its exact bytes, and beside them what it is searched by.

PostgreSQL stores neither U+0000 nor lone surrogates in text and jsonb; every column but `value` has another sign there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final
from unicodedata import normalize

import orjson

from streams.sinks.base import Item, Refused
from streams.sinks.times import day_of, nanoseconds
from streams.sinks.words import words_of

COLUMNS: Final = (
    "day", "event_id", "observed_ns", "happened_ns", "signal", "severity", "service", "trace_id", "exemplar_traces",
    "body", "attributes", "resource", "words", "value",
)  # fmt: skip
"""Of a row, in order."""

_WORD: Final = re.compile(r"[^\W_]{1,64}")
_MARKS: Final = re.compile("[\u0300-\u036f]+")
_MOST_CHARACTERS: Final = 250_000
"""Of the text of a record: a tsvector ends at 1 MiB."""
_LONGEST_NAME: Final = 200


def rows_of(items: Sequence[Item], *, last: bool) -> list[tuple[Any, ...]]:
    """Give a row for each event id: of its last item, or of its first.

    Raises:
        Refused: one of them is no enriched record.
    """
    chosen = items if last else reversed(items)
    kept = {item.event_id: item for item in chosen}
    try:
        return [_row(item) for item in items if kept[item.event_id] is item]
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Refused(f"{type(error).__name__}: no enriched record") from None


def name_key(name: str) -> str:
    """Give what a name is found by: itself, or its beginning and its hash where an index has no room for it."""
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME // 2]}~{sha256(name.encode(errors='surrogatepass')).hexdigest()}"
    return _plain(name)


def words_in(text: str) -> set[str]:
    """Give the words that a text is found by: runs of letters and digits in lower case, without accents."""
    if not text.isascii():
        text = _MARKS.sub("", normalize("NFKD", text[:_MOST_CHARACTERS]))
    return set(_WORD.findall(text[:_MOST_CHARACTERS].lower()))


def json_text(value: Any) -> str:
    """Give a value as JSON that PostgreSQL takes."""
    try:
        text = orjson.dumps(value).decode()
        if "\\u0000" not in text:
            return text
    except TypeError:  # a lone surrogate, or an integer beyond 64 bits
        pass
    return json.dumps(_all_plain(value), ensure_ascii=False)


def tsvector(words: set[str]) -> bytes:
    """Write words as PostgreSQL's binary COPY has them (its source, `tsvectorrecv`): without positions."""
    return len(words).to_bytes(4) + b"".join([word.encode() + b"\0\0\0" for word in words])


def _row(item: Item) -> tuple[Any, ...]:
    record = item.record
    observed = record["observed_timestamp"]
    observed_ns = nanoseconds(observed)
    happened = record["timestamp"]
    return (
        day_of(observed),
        item.event_id,
        observed_ns,
        nanoseconds(happened) if happened else observed_ns,
        record["signal"],
        record["severity_number"],
        name_key(record["resource"]["service.name"]),
        record["trace_id"],
        _exemplar_traces(record),
        json_text(record["body"]),
        json_text(record["attributes"]),
        json_text(record["resource"]),
        words_in(words_of(record)),
        item.value,
    )


def _exemplar_traces(record: dict[str, Any]) -> list[str] | None:
    exemplars = record.get("metric", {}).get("exemplars", ())
    return sorted({one["trace_id"] for one in exemplars if one.get("trace_id")}) or None


def _all_plain(value: Any) -> Any:
    match value:
        case str():
            return _plain(value)
        case list():
            return [_all_plain(inner) for inner in value]
        case dict():
            return {_plain(key): _all_plain(inner) for key, inner in value.items()}
    return value


def _plain(text: str) -> str:
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
