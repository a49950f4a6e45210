"""Compressed values, recognised by their magic bytes and opened up to a bound on the output.

Formats: gzip (RFC 1952), zlib (RFC 1950), zstd (RFC 8878), snappy framing format.
"""

from __future__ import annotations

import zlib
from types import ModuleType

import cramjam

from streams.errors import RejectedRecord

_GZIP = b"\x1f\x8b\x08"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_FRAMED: dict[bytes, ModuleType] = {b"\x28\xb5\x2f\xfd": cramjam.zstd, b"\xff\x06\x00\x00sNaPpY": cramjam.snappy}
_FIRST_BYTES = frozenset(b"\x1f\x78\x28\xff")
_MOST_MEMBERS = 1_000
"""Each member copies what follows it, so many of them cost more than their length."""
_GZIP_OR_ZLIB = 47
_NO_ROOM = "failed to write whole buffer"


def decompress(value: bytes, limit: int) -> bytes | None:
    """Open a compressed value; None when it is not compressed.

    Never holds more than `limit` bytes of output. `x^` also starts a text, so zlib that does not open is none.

    Raises:
        RejectedRecord: `limit.decoded` above the limit, `decode.compression` when the stream is broken.
    """
    if not value or value[0] not in _FIRST_BYTES:
        return None
    if value.startswith(_GZIP):
        return _inflate(value, limit)
    if value.startswith(_ZLIB):
        return _inflate_or_leave(value, limit)
    for magic, codec in _FRAMED.items():
        if value.startswith(magic):
            return _unframe(codec, value, limit)
    return None


def _inflate_or_leave(value: bytes, limit: int) -> bytes | None:
    try:
        return _inflate(value, limit)
    except RejectedRecord as rejected:
        if rejected.reason == "decode.compression":
            return None
        raise


def _inflate(value: bytes, limit: int) -> bytes:
    """Inflate one zlib stream or every member of a gzip file; padding of zeros may follow (RFC 1952, 2.2)."""
    parts: list[bytes] = []
    room = limit
    while value:
        if len(parts) == _MOST_MEMBERS:
            raise RejectedRecord("limit.decoded", f"more than {_MOST_MEMBERS} members in a gzip file")
        stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        try:
            part = stream.decompress(value, room + 1)
        except zlib.error:
            raise _broken("deflate") from None
        room -= len(part)
        if room < 0:
            raise _too_big(limit)
        if not stream.eof:
            raise _broken("deflate")
        parts.append(part)
        value = stream.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _unframe(codec: ModuleType, value: bytes, limit: int) -> bytes:
    room = bytearray(limit)
    try:
        size = codec.decompress_into(value, room)
    except cramjam.DecompressionError as error:
        name = codec.__name__.rpartition(".")[2]
        raise (_too_big(limit) if str(error) == _NO_ROOM else _broken(name)) from None
    return bytes(memoryview(room)[:size])


def _too_big(limit: int) -> RejectedRecord:
    return RejectedRecord("limit.decoded", f"more than {limit} bytes after decompression")


def _broken(codec: str) -> RejectedRecord:
    return RejectedRecord("decode.compression", f"a {codec} stream that does not open")
