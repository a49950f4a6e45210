"""A record made to fit: flags in order, attributes and bytes within their limits."""

from __future__ import annotations

from orjson import dumps

from streams.dialects.base import add_flags
from streams.errors import RejectedRecord
from streams.types import Record
from streams.values.json import plain_float
from streams.values.text import cut


def tidy(record: Record, most_attributes: int) -> None:
    """Drop attributes beyond the limit, counted; sort the flags, each once, none at all without a key."""
    if len(record["attributes"]) > most_attributes:
        _drop_attributes(record, most_attributes)
    flags = sorted(set(record.get("flags", ())))
    if flags:
        record["flags"] = flags
    else:
        record.pop("flags", None)


def _drop_attributes(record: Record, most: int) -> None:
    """Keep the first attributes of the source's order."""
    names = list(record["attributes"])[most:]
    for name in names:
        del record["attributes"][name]
    record["dropped_attributes_count"] = record.get("dropped_attributes_count", 0) + len(names)
    add_flags(record, "attributes.dropped")


def shorten(record: Record, value: bytes, most: int) -> bytes:
    """Encode a record again whose `value` has more than `most` bytes, with its body, as text, cut to fit.

    Raises:
        RejectedRecord: `limit.size` when it is too big even without its body.
    """
    body = record["body"]
    text = body if isinstance(body, str) else dumps(body, plain_float).decode()
    record["flags"] = sorted({*record.get("flags", ()), "truncated"})
    room = len(text.encode())
    while len(value) > most:
        if room <= 0:
            raise RejectedRecord("limit.size", f"more than {most} bytes without its body")
        room -= max(len(value) - most, 16)
        record["body"] = cut(text, room)
        value = dumps(record, plain_float)
    return value
