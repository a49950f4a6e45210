"""Record batches are read by hand exactly as they were written, and nothing leads out of their bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kafka.record_format import MAX_ITEMS, BatchHead, MalformedBatch, WireRecord, split_batches, walk_records

INT64 = st.integers(-(2**63), 2**63 - 1)
NULLABLE = st.none() | st.binary(max_size=300)
HEADERS = st.lists(st.tuples(st.binary(max_size=20), NULLABLE), max_size=4)


def walk(data: bytes) -> list[WireRecord]:
    [batch] = split_batches(data)
    return list(walk_records(batch.head, batch.payload))


def head_of(data: bytes) -> BatchHead:
    [batch] = split_batches(data)
    return batch.head


@settings(deadline=None)
@given(rows=st.lists(st.tuples(NULLABLE, NULLABLE, HEADERS), max_size=8), base=st.integers(0, 2**62))
def test_every_record_is_read_as_it_was_written(writer: Any, rows: list[Any], base: int) -> None:
    records = [writer.Written(key=key, value=value, headers=headers) for key, value, headers in rows]

    read = walk(writer.batch(records, base=base))

    assert [(r.key, r.value, r.headers) for r in read] == rows
    assert [r.offset for r in read] == list(range(base, base + len(rows)))


@settings(deadline=None)
@given(first=INT64, delta=INT64)
def test_timestamps_add_up_as_signed_64_bit_numbers(writer: Any, first: int, delta: int) -> None:
    data = writer.batch([writer.Written(timestamp_delta=delta)], timestamps=(first, 0))

    [record] = walk(data)

    assert -(2**63) <= record.timestamp < 2**63
    assert (record.timestamp - first - delta) % 2**64 == 0


def test_with_append_time_every_record_has_the_brokers_time(writer: Any) -> None:
    data = writer.batch([writer.Written(timestamp_delta=5)] * 2, attributes=0x08, timestamps=(1, 77))

    assert [record.timestamp for record in walk(data)] == [77, 77]


def test_offsets_may_have_holes_that_compaction_left(writer: Any) -> None:
    records = [writer.Written(offset_delta=2), writer.Written(offset_delta=7)]

    assert [record.offset for record in walk(writer.batch(records, base=100, last_delta=9))] == [102, 107]


@pytest.mark.parametrize(
    ("bit", "name"), [(0x08, "append_time"), (0x10, "transactional"), (0x20, "control")], ids=lambda part: str(part)
)
def test_attributes_are_read_bit_by_bit(writer: Any, bit: int, name: str) -> None:
    head = head_of(writer.batch([writer.Written()], attributes=bit))

    assert [field for field in ("append_time", "transactional", "control") if getattr(head, field)] == [name]


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"", "varint without an end"),
        (b"\x80", "varint without an end"),
        (b"\xff" * 11, "varint without an end"),
        (b"\xff" * 9 + b"\x02" + b"\0" * 20, "varint beyond 64 bits"),
        (b"\x0c", "leads out"),
        (b"\x0c\0\0\0\x7e\x01\0", "leads out"),
        (b"\x0c\0\0\0\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01\0", "leads out"),
        (b"\x0c\0\0\0\x01\x01\x01", "headers in a record"),
        (b"\x0c\0\0\0\x01\x01\xfe\xff\xff\xff\x0f", "headers in a record"),
        (b"\x0c\0\0\0\x01\x01\x02\x01\x01", "leads out"),
        (b"\x0a\0\0\0\x01\x01\0", "do not fill"),
        (b"\x01\0\0\0\x01\x01\0", "do not fill"),
        (b"\x0c\0\0\x02\x01\x01\0", "out of order or outside"),
        (b"\x0c\0\0\x01\x01\x01\0", "out of order or outside"),
        (b"\x0c\0\0\0\x01\x01\0x", "behind the last record"),
    ],
    ids=[
        "nothing",
        "cut varint",
        "endless varint",
        "varint of 70 bits",
        "only a length",
        "key longer than the batch",
        "key of 2^62 bytes",
        "-1 headers",
        "2^32 headers",
        "header name of length -1",
        "length shorter than the fields",
        "negative length",
        "offset behind the batch",
        "offset before the batch",
        "a byte too many",
    ],
)
def test_a_payload_that_breaks_the_format_is_refused(writer: Any, payload: bytes, says: str) -> None:
    with pytest.raises(MalformedBatch, match=says):
        walk(writer.batch([writer.Written()], payload=payload))


def test_the_same_payload_without_damage_is_one_empty_record(writer: Any) -> None:
    assert walk(writer.batch([writer.Written()], payload=b"\x0c\0\0\0\x01\x01\0")) == [
        WireRecord(offset=0, timestamp=1_000, key=None, value=None, headers=[])
    ]


@pytest.mark.parametrize("count", [-1, MAX_ITEMS + 1, 2**31 - 1])
def test_an_absurd_number_of_records_is_refused_before_any_is_read(writer: Any, count: int) -> None:
    with pytest.raises(MalformedBatch, match="records in a batch"):
        walk(writer.batch([writer.Written()], count=count))


def test_headers_are_bounded_over_the_whole_batch(writer: Any) -> None:
    half = writer.Written(headers=[(b"", None)] * (MAX_ITEMS // 2))

    with pytest.raises(MalformedBatch, match="headers in a record"):
        walk(writer.batch([half, half]))


def test_fewer_records_than_the_head_claims_are_refused(writer: Any) -> None:
    with pytest.raises(MalformedBatch):
        walk(writer.batch([writer.Written()], count=2, last_delta=1))


def test_equal_offsets_are_refused(writer: Any) -> None:
    with pytest.raises(MalformedBatch, match="out of order"):
        walk(writer.batch([writer.Written(offset_delta=0), writer.Written(offset_delta=0)]))


def test_batches_come_one_by_one_each_with_the_next_ones_base(writer: Any) -> None:
    first, second = writer.batch([writer.Written()] * 3, base=10), writer.batch([writer.Written()], base=13)

    batches = list(split_batches(first + second))

    assert [(batch.head.base_offset, batch.data, batch.following) for batch in batches] == [
        (10, first, 13),
        (13, second, None),
    ]


@pytest.mark.parametrize(("kept", "following"), [(0, None), (7, None), (8, 13), (60, 13), (68, 13)])
def test_a_batch_cut_by_the_end_of_the_fetch_is_left_out(writer: Any, kept: int, following: int | None) -> None:
    first, second = writer.batch([writer.Written()] * 3, base=10), writer.batch([writer.Written()], base=13)

    [batch] = split_batches(first + second[:kept])

    assert (batch.data, batch.following) == (first, following)


@pytest.mark.parametrize(
    ("at", "byte", "says"), [(16, 1, "format v1"), (16, 0, "format v0"), (8, 0x80, "length"), (11, 48, "length")]
)
def test_a_head_that_does_not_say_where_the_next_batch_starts_is_refused(
    writer: Any, at: int, byte: int, says: str
) -> None:
    data = bytearray(writer.batch([writer.Written()]))
    data[at] = byte

    with pytest.raises(MalformedBatch, match=says):
        list(split_batches(bytes(data)))
