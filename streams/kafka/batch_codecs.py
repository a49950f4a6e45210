"""Open the compressed payload of a record batch, with a bound on what comes out.

aiokafka's own codecs open a payload whole, whatever it grows to, and its snappy reader trusts block lengths.
"""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from collections.abc import Callable
from typing import Any, Final

import cramjam
import numpy as np

from streams.kafka.record_format import MalformedBatch

MAX_BYTES: Final = 64 * 2**20
"""Decompressed size of one batch that is still taken apart."""

_XERIAL_HEAD: Final = b"\x82SNAPPY\x00\x00\x00\x00\x01\x00\x00\x00\x01"
_BLOCK_LENGTH: Final = struct.Struct(">i")
_BROKEN: Final = (cramjam.DecompressionError, OSError, EOFError, zlib.error, struct.error)
_FULL: Final = "failed to write whole buffer"


class _NoRoom(Exception):
    """More comes out than there is room for."""


def decompress(codec: int, payload: bytes, limit: int = MAX_BYTES) -> bytes:
    """Open a batch's payload; `codec` as in the batch's attributes (0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd).

    Opens at most `limit` bytes and one more, whatever the payload claims.

    Raises:
        MalformedBatch: an unknown codec, a broken stream, or more than `limit` bytes.
    """
    if codec not in _CODECS:
        raise MalformedBatch(f"unknown compression codec {codec}")
    name, opener = _CODECS[codec]
    try:
        opened = opener(payload, limit)
        if len(opened) > limit:
            raise _NoRoom
    except _NoRoom:
        raise MalformedBatch(f"more than {limit} bytes after decompression") from None
    except _BROKEN as error:
        raise MalformedBatch(f"{name} data that does not open") from error
    return opened


def _gunzip(payload: bytes, limit: int) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(payload)) as stream:
        return stream.read(limit + 1)


def _unframe(decompress_into: Callable[[bytes, Any], int], payload: bytes, limit: int) -> bytes:
    room = np.empty(limit, np.uint8)  # memory is only used for what is written
    try:
        return room[: decompress_into(payload, room)].tobytes()
    except cramjam.DecompressionError as error:
        if str(error) == _FULL:
            raise _NoRoom from None
        raise


def _unsnap(payload: bytes, limit: int) -> bytes:
    """Open one raw snappy block, or the blocks that Java's library frames (the "xerial" stream)."""
    if not payload.startswith(_XERIAL_HEAD):
        return _unsnap_block(payload, limit)
    opened = io.BytesIO()
    start = len(_XERIAL_HEAD)
    while start < len(payload):
        length = _BLOCK_LENGTH.unpack_from(payload, start)[0]
        start += _BLOCK_LENGTH.size
        if not 0 < length <= len(payload) - start:
            raise MalformedBatch("a snappy block length that leads out of the batch")
        opened.write(_unsnap_block(payload[start : start + length], limit - opened.tell()))
        start += length
    return opened.getvalue()


def _unsnap_block(block: bytes, limit: int) -> bytes:
    if cramjam.snappy.decompress_raw_len(block) > limit:
        raise _NoRoom
    return bytes(cramjam.snappy.decompress_raw(block))


_CODECS: Final[dict[int, tuple[str, Callable[[bytes, int], bytes]]]] = {
    0: ("plain", lambda payload, _: payload),
    1: ("gzip", _gunzip),
    2: ("snappy", _unsnap),
    3: ("lz4", lambda payload, limit: _unframe(cramjam.lz4.decompress_into, payload, limit)),
    4: ("zstd", lambda payload, limit: _unframe(cramjam.zstd.decompress_into, payload, limit)),
}
