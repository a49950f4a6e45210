"""A record to its bytes, within the limits on attributes and size."""

from __future__ import annotations

import orjson

from streams.errors import RejectedRecord
from streams.settings import Limits
from streams.types import Record
from streams.dialects.base import add_flags
from streams.values.json import plain_float
from streams.values.text import cut


def encode(record: Record, limits: Limits) -> bytes:
    """Give the JSON of a record.

    Attributes beyond the limit are dropped and counted; a body that makes the record too big is cut.

    Raises:
        RejectedRecord: `limit.size` when it is too big even without its body.
    """
    if len(record["attributes"]) > limits.attributes:
        _drop_attributes(record, limits.attributes)
    if "flags" in record:
        _settle_flags(record)
    value = orjson.dumps(record, default=plain_float)
    return value if len(value) <= limits.record_bytes else _shorten(record, value, limits.record_bytes)


def _settle_flags(record: Record) -> None:
    """Sort the flags, each once; none at all has no key."""
    flags = sorted(set(record["flags"]))
    if flags:
        record["flags"] = flags
    else:
        del record["flags"]


def _drop_attributes(record: Record, most: int) -> None:
    """Keep the first attributes of the source's order."""
    names = list(record["attributes"])[most:]
    for name in names:
        del record["attributes"][name]
    record["dropped_attributes_count"] = record.get("dropped_attributes_count", 0) + len(names)
    add_flags(record, "attributes.dropped")


def _shorten(record: Record, value: bytes, most: int) -> bytes:
    """Cut the body, as text, by what is too much; escapes may need it to be cut again."""
    body = record["body"]
    text = body if isinstance(body, str) else orjson.dumps(body, default=plain_float).decode()
    add_flags(record, "truncated")
    _settle_flags(record)
    room = len(text.encode())
    while len(value) > most:
        if room <= 0:
            raise RejectedRecord("limit.size", f"more than {most} bytes without its body")
        room -= max(len(value) - most, 16)
        record["body"] = cut(text, room)
        value = orjson.dumps(record, default=plain_float)
    return value
