"""Payloads of record batches open as they were packed, up to a bound, and broken ones are refused."""

from __future__ import annotations

import gzip
import struct
import tracemalloc
from collections.abc import Callable

import cramjam
import pytest
from aiokafka.codec import lz4_encode, snappy_encode, zstd_encode
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kafka.batch_codecs import decompress
from streams.kafka.record_format import MalformedBatch

PACK: dict[str, tuple[int, Callable[[bytes], bytes]]] = {
    "gzip": (1, gzip.compress),
    "snappy": (2, lambda data: bytes(cramjam.snappy.compress_raw(data))),
    "xerial snappy": (2, snappy_encode),
    "lz4": (3, lz4_encode),
    "zstd": (4, zstd_encode),
}
XERIAL = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01"
every_codec = pytest.mark.parametrize("name", PACK)


@every_codec
@settings(deadline=None, max_examples=30)
@given(data=st.binary(min_size=1, max_size=100_000))
def test_every_codec_gives_back_what_was_packed(name: str, data: bytes) -> None:
    codec, pack = PACK[name]

    assert decompress(codec, pack(data), limit=len(data)) == data


def test_codec_0_is_no_compression() -> None:
    assert decompress(0, b"as it is") == b"as it is"


@every_codec
def test_one_byte_above_the_limit_is_refused(name: str) -> None:
    codec, pack = PACK[name]

    with pytest.raises(MalformedBatch, match="more than 99999 bytes"):
        decompress(codec, pack(bytes(100_000)), limit=99_999)


def test_an_uncompressed_payload_has_the_same_limit() -> None:
    with pytest.raises(MalformedBatch, match="more than 3 bytes"):
        decompress(0, b"four", limit=3)


@every_codec
def test_a_bomb_costs_no_more_memory_than_the_limit(name: str) -> None:
    codec, pack = PACK[name]
    bomb = pack(bytes(50_000_000))
    tracemalloc.start()

    with pytest.raises(MalformedBatch):
        decompress(codec, bomb, limit=1_000_000)

    assert tracemalloc.get_traced_memory()[1] < 4_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("codec", [5, 6, 7])
def test_an_unknown_codec_is_named(codec: int) -> None:
    with pytest.raises(MalformedBatch, match=f"codec {codec}"):
        decompress(codec, b"x")


@every_codec
@pytest.mark.parametrize("damage", ["cut", "noise"])
def test_a_broken_stream_is_refused(name: str, damage: str) -> None:
    codec, pack = PACK[name]
    packed = pack(bytes(range(256)) * 50)
    broken = {"cut": packed[: len(packed) // 2], "noise": b"\x07" * 40}[damage]

    with pytest.raises(MalformedBatch):
        decompress(codec, broken)


@pytest.mark.parametrize("length", [-1, -20, 0, 100, 2**31 - 1])
def test_a_snappy_block_length_cannot_lead_out_of_the_batch_or_stand_still(length: int) -> None:
    block = bytes(cramjam.snappy.compress_raw(b"abc"))

    with pytest.raises(MalformedBatch, match="block length"):
        decompress(2, XERIAL + struct.pack(">i", length) + block)


@every_codec
@settings(deadline=None, max_examples=50)
@given(noise=st.binary(max_size=300), keep=st.integers(0, 40))
def test_noise_opens_or_is_refused_and_nothing_else(name: str, noise: bytes, keep: int) -> None:
    codec, pack = PACK[name]
    try:
        opened = decompress(codec, pack(b"abcabcabc" * 9)[:keep] + noise, limit=10_000)
    except MalformedBatch:
        return
    assert len(opened) <= 10_000
