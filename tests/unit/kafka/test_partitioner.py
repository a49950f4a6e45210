"""Java's partitioner, against aiokafka's port of it and known values."""

from __future__ import annotations

from aiokafka.partitioner import murmur2 as reference
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.partitioner import KEY_BYTES, assign

trace_ids = st.binary(min_size=KEY_BYTES // 2, max_size=KEY_BYTES // 2).map(lambda raw: raw.hex().encode())


@given(keys=st.lists(st.none() | trace_ids, max_size=50), partitions=st.integers(1, 1000), fallback=st.integers(0, 999))
def test_every_key_goes_where_java_sends_it_and_a_missing_one_to_the_fallback(
    keys: list[bytes | None], partitions: int, fallback: int
) -> None:
    expected = [fallback if key is None else (reference(key) & 0x7FFFFFFF) % partitions for key in keys]

    assert assign(keys, partitions, fallback) == expected


@given(key=st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES))
def test_bytes_above_127_hash_as_in_java(key: bytes) -> None:
    assert assign([key], 12, 0) == [(reference(key) & 0x7FFFFFFF) % 12]
