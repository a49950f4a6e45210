"""Bytes that are no text: kept whole, in base64 (RFC 4648, section 4), as OpenTelemetry's JSON carries bytes."""

from __future__ import annotations

from base64 import b64encode

from streams.dialects.base import Dialect, Example, new_record
from streams.types import Record, Source

NAME = "raw"


def read_bytes(value: bytes, event_id: str, observed: str, source: Source) -> Record:
    """Make a record of bytes that nothing else understands; attribute `body.encoding` says how the body is kept."""
    record = new_record(NAME, event_id, observed, source)
    record["body"] = b64encode(value).decode("ascii")
    record["attributes"]["body.encoding"] = "base64"
    record["flags"] = ["timestamp.missing"]
    return record


DIALECT = Dialect(
    name=NAME,
    summary="bytes that are no text, kept in base64",
    link="https://opentelemetry.io/docs/specs/otel/common/#type-bytes",
    examples=(Example(b"\x00\x01\xfe\xff", {"body": "AAH+/w==", "attributes": {"body.encoding": "base64"}}),),
)
