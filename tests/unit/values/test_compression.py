"""Compressed values are opened by their magic bytes, never beyond the bound."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import cramjam
import pytest

from streams.errors import RejectedRecord
from streams.values.compression import decompress

PLAIN = b'{"message":"' + b"hello " * 200 + b'"}'

CODECS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zlib, no compression": lambda value: zlib.compress(value, 0),
    "zlib, best": lambda value: zlib.compress(value, 9),
    "zstd": lambda value: bytes(cramjam.zstd.compress(value)),
    "snappy": lambda value: bytes(cramjam.snappy.compress(value)),
    "gzip, two members": lambda value: gzip.compress(value[:10]) + gzip.compress(value[10:]),
    "gzip, padded": lambda value: gzip.compress(value) + b"\0" * 8,
}


@pytest.mark.parametrize("codec", CODECS)
def test_a_compressed_value_is_opened(codec: str) -> None:
    assert decompress(CODECS[codec](PLAIN), len(PLAIN)) == PLAIN


@pytest.mark.parametrize("codec", CODECS)
def test_one_byte_more_than_the_limit_is_too_much(codec: str) -> None:
    with pytest.raises(RejectedRecord) as rejected:
        decompress(CODECS[codec](PLAIN), len(PLAIN) - 1)
    assert rejected.value.reason == "limit.decoded"


@pytest.mark.parametrize("codec", ["gzip", "zstd", "snappy"])
def test_a_broken_stream_is_named(codec: str) -> None:
    whole = CODECS[codec](PLAIN)
    for broken in (whole[:-5], whole[:12] + bytes(byte ^ 0x5A for byte in whole[12:])):
        with pytest.raises(RejectedRecord) as rejected:
            decompress(broken, 10_000)
        assert rejected.value.reason == "decode.compression"


@pytest.mark.parametrize(
    "value", [b"", b"{}", b"x^2 + y^2", b"x\x9c but text", b"(\xb5/", b"\x1f\x8b\x07", b"\xff\x06\x00"]
)
def test_other_values_are_left_alone(value: bytes) -> None:
    assert decompress(value, 100) is None


@pytest.mark.parametrize("codec", ["gzip", "zlib", "zstd", "snappy"])
def test_a_bomb_costs_no_more_memory_than_the_limit_allows(codec: str) -> None:
    bomb = CODECS[codec](b"\0" * 50_000_000)
    limit = 1_000_000
    tracemalloc.start()
    try:
        with pytest.raises(RejectedRecord, match="after decompression"):
            decompress(bomb, limit)
        assert tracemalloc.get_traced_memory()[1] < 3 * limit
    finally:
        tracemalloc.stop()
