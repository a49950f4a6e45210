"""The OTLP requests in a value of protobuf: one as it is, or several, each behind its length.

A length is a varint (the protobuf libraries' delimited form) or four bytes, big-endian (the OpenTelemetry Collector's
file exporter). Nothing in a value says which; but lengths must fill it exactly, and every request that holds anything
begins with the same byte.
"""

from __future__ import annotations

from collections.abc import Callable

from streams.errors import RejectedRecord

_FIRST_FIELD = b"\x0a"
"""Field 1, of variable length: the only field of a request."""
_LONGEST_VARINT = 5
_MORE = 0x80


def requests(value: bytes, is_request: Callable[[bytes], bool]) -> list[bytes]:
    """Give the requests of a value.

    Raises:
        RejectedRecord: `decode.protobuf` when it holds none, `decode.json` when it begins like an object.
    """
    if value.startswith(_FIRST_FIELD) and is_request(value):
        return [value]
    frames = _frames(value, _varint) or _frames(value, _four_bytes)
    if frames:
        return frames
    if value.startswith(b"{"):
        raise RejectedRecord("decode.json", "the value begins like JSON and is none")
    raise RejectedRecord("decode.protobuf", "the value is no OTLP request")


def _frames(value: bytes, length_at: Callable[[bytes, int], tuple[int, int]]) -> list[bytes]:
    """Cut a value into frames; none at all when they do not fill it or do not begin as requests do."""
    frames, at = [], 0
    while at < len(value):
        size, start = length_at(value, at)
        at = start + size
        if size == 0 or at > len(value) or value[start : start + 1] != _FIRST_FIELD:
            return []
        frames.append(value[start:at])
    return frames


def _four_bytes(value: bytes, at: int) -> tuple[int, int]:
    return int.from_bytes(value[at : at + 4], "big"), at + 4


def _varint(value: bytes, at: int) -> tuple[int, int]:
    """Read a base-128 varint (Protocol Buffers, "Encoding"): its number and where it ends; 0 for one that is none."""
    number = 0
    for index, byte in enumerate(value[at : at + _LONGEST_VARINT]):
        number |= (byte & ~_MORE) << (7 * index)
        if byte < _MORE:
            return number, at + index + 1
    return 0, at
