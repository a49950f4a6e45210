"""Enriched records as a sink is given them: decoded, in the current schema version; or dead letters."""

from __future__ import annotations

import re
from typing import Final

import orjson

from schemas.coordinates import EVENT_ID_PATTERN
from schemas.upcast import UnknownVersion, upcast
from streams.pipeline.reject import UNREADABLE
from streams.sinks.base import Item
from streams.types import DeadLetter, RawRecord

STAGE: Final = "sink"
"""Where records die on their way into a store."""

_EVENT_ID: Final = re.compile(EVENT_ID_PATTERN)


def read_item(raw: RawRecord, undecodable: str | None = None) -> Item | DeadLetter:
    """Read what a topic of records holds; `undecodable` says why Kafka's own client could not.

    What is no enriched record, or one of a newer version than this program knows, becomes a dead letter.
    """
    if undecodable is not None:
        return DeadLetter(raw, "decode.kafka", UNREADABLE, undecodable)
    try:
        record = upcast(orjson.loads(raw.value or b""))
        event_id = record["event_id"]
    except UnknownVersion as error:
        return _invalid(raw, str(error))
    except (ValueError, AttributeError, KeyError):
        return _invalid(raw, "the value is no enriched record")
    if not isinstance(event_id, str) or _EVENT_ID.fullmatch(event_id) is None:
        return _invalid(raw, "the event id names no topic, partition and offset")
    return Item(raw.offset, raw.key, raw.value or b"", event_id, record)


def _invalid(raw: RawRecord, why: str) -> DeadLetter:
    return DeadLetter(raw, "schema.invalid", STAGE, f"RejectedRecord: {why}")
