"""A record made to fit: flags in order, attributes and bytes within their limits."""

from __future__ import annotations

from orjson import JSONDecodeError, dumps, loads

from streams.dialects.base import add_flags
from streams.errors import RejectedRecord
from streams.types import Record
from streams.values.json import plain_float

_LONGEST_ESCAPE = len("\\u001f")


def tidy(record: Record, most_attributes: int) -> None:
    """Drop attributes beyond the limit, counted; sort the flags, each once, none at all without a key."""
    if len(record["attributes"]) > most_attributes:
        _drop_attributes(record, most_attributes)
    flags = record.get("flags", ())
    if len(flags) > 1:
        record["flags"] = sorted(set(flags))
    elif not flags:
        record.pop("flags", None)


def _drop_attributes(record: Record, most: int) -> None:
    """Keep the first attributes of the source's order."""
    names = list(record["attributes"])[most:]
    for name in names:
        del record["attributes"][name]
    record["dropped_attributes_count"] = record.get("dropped_attributes_count", 0) + len(names)
    add_flags(record, "attributes.dropped")


def shorten(record: Record, most: int) -> bytes:
    """Encode a record that has more than `most` bytes with its body, as text, cut to what fits.

    Raises:
        RejectedRecord: `limit.size` when it is too big even without its body.
    """
    body = record["body"]
    text = body if isinstance(body, str) else dumps(body, plain_float).decode()
    record["flags"] = sorted({*record.get("flags", ()), "truncated"})
    record["body"] = ""
    room = most - len(dumps(record, plain_float))
    if room < 0:
        raise RejectedRecord("limit.size", f"more than {most} bytes without its body")
    record["body"] = _longest_start(dumps(text)[1:-1], room)
    return dumps(record, plain_float)


def _longest_start(encoded: bytes, room: int) -> str:
    """Decode what of a JSON string's content fits into `room`, without half a character or escape at its end."""
    for end in range(room, max(room - _LONGEST_ESCAPE, 0), -1):
        try:
            return str(loads(b'"' + encoded[:end] + b'"'))
        except JSONDecodeError:
            continue
    return ""
