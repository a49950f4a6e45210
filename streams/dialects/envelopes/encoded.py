"""Contents that an envelope keeps in base64, perhaps compressed inside it: AWS's and CloudEvents' habit."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error

from streams.errors import RejectedRecord
from streams.values import text as texts
from streams.values.compression import decompress

MOST_BYTES = 8 * 2**20
"""What the contents of one value may open to together."""


def open_base64(written: str, room: int = MOST_BYTES) -> bytes:
    """Decode base64 (RFC 4648, section 4) and open what is compressed in it.

    Raises:
        RejectedRecord: `decode.encoding` when it is no base64, `limit.decoded` when it opens to more than `room`
            bytes, `decode.compression` when the stream in it is broken.
    """
    try:
        content = b64decode(written, validate=True)
    except (Error, ValueError):
        raise RejectedRecord(
            "decode.encoding", "the content of an envelope is declared as base64 and is none"
        ) from None
    opened = decompress(content, room)
    found = content if opened is None else opened
    if len(found) > room:
        raise RejectedRecord("limit.decoded", f"more than {MOST_BYTES} bytes in the envelopes of a value")
    return found


def as_content(value: bytes) -> str | bytes:
    """Give bytes as text where they are one."""
    decoded = texts.decode(value)
    return value if decoded is None else decoded.text
