"""What is given for fetched batches when aiokafka gives up on one of them."""

from __future__ import annotations

from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.record.default_records import DefaultRecordBatch
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.headers import unpack_headers
from streams.kafka.batch_codecs import MAX_BYTES
from streams.kafka.lenient_batches import LenientRead, LenientRecord, read_batches
from streams.kafka.record_format import MalformedBatch
from streams.kafka.single_fetch import Fetched

TP = TopicPartition("raw", 4)
BAD_NAME = b"\xff\xfe"
PRODUCER = (7, 0, 0)
TRANSACTIONAL = 0x10
CRC_AT, LAST_DELTA_AT, COUNT_AT = 17, 23, 57


def read(data: bytes, *, offset: int = 0, aborted: Any = (), end: int = 1_000) -> LenientRead:
    return read_batches(TP, offset, Fetched(data, list(aborted), end))


def offsets(found: LenientRead) -> list[int]:
    return [record.offset for record in found.records]


def good_bad_good(writer: Any) -> list[Any]:
    return [
        writer.Written(b"before", [(b"h", b"1")]),
        writer.Written(b"bad", [(b"h", b"1"), (BAD_NAME, b"2"), (b"n", None)]),
        writer.Written(b"after", [(b"h", b"1")]),
    ]


@pytest.mark.parametrize("codec", [0, 1, 2, 3, 4], ids=["plain", "gzip", "snappy", "lz4", "zstd"])
def test_a_header_name_that_is_not_utf8_costs_no_record(writer: Any, codec: int) -> None:
    found = read(writer.batch(good_bad_good(writer), codec=codec, timestamps=(1_000, 2_000)))

    good = [("h", b"1")]
    assert [(r.offset, r.timestamp, r.key, r.value) for r in found.records] == [
        (0, 1_000, b"k", b"before"),
        (1, 1_000, b"k", b"bad"),
        (2, 1_000, b"k", b"after"),
    ]
    assert list(found.records[0].headers) == list(found.records[2].headers) == good
    assert {(r.topic, r.partition) for r in found.records} == {("raw", 4)}
    assert found.undecodable == {1: "UnicodeDecodeError: names of 1 out of 3 headers are not UTF-8"}
    assert found.next_offset == 3


def test_all_headers_of_the_bad_record_are_kept_and_ours_is_the_last(writer: Any) -> None:
    stranger = (b"weft.dead.headers_b64", b"forged")
    sent = [stranger, (BAD_NAME, b"\0\xff"), (b"n", None), (BAD_NAME, None)]

    found = read(writer.batch([writer.Written(headers=sent)]))

    [*decodable, (name, packed)] = found.records[0].headers
    assert decodable == [("weft.dead.headers_b64", b"forged"), ("n", None)]
    assert name == "weft.dead.headers_b64"
    assert packed is not None
    assert unpack_headers(packed.decode()) == sent


def test_reading_stops_behind_the_first_batch_that_is_bad(writer: Any) -> None:
    good = writer.batch([writer.Written()] * 2, base=0)
    bad = writer.batch(good_bad_good(writer), base=2)
    behind = writer.batch(good_bad_good(writer), base=5)

    found = read(good + bad + behind)

    assert offsets(found) == [0, 1, 2, 3, 4]
    assert list(found.undecodable) == [3]
    assert found.next_offset == 5


def test_good_batches_alone_are_all_given(writer: Any) -> None:
    found = read(b"".join(writer.batch([writer.Written()], base=base) for base in (3, 4, 9)), offset=3)

    assert (offsets(found), found.undecodable, found.next_offset) == ([3, 4, 9], {}, 10)


@pytest.mark.parametrize(
    ("offset", "given_offsets", "bad"),
    [(10, [10, 11, 12], [11]), (11, [11, 12], [11]), (12, [12], [])],
)
def test_records_before_the_asked_offset_are_left_out(
    writer: Any, offset: int, given_offsets: list[int], bad: list[int]
) -> None:
    found = read(writer.batch(good_bad_good(writer), base=10), offset=offset)

    assert (offsets(found), list(found.undecodable), found.next_offset) == (given_offsets, bad, 13)


def test_the_next_offset_is_behind_what_compaction_removed(writer: Any) -> None:
    records = [writer.Written(offset_delta=1, headers=[(BAD_NAME, b"")])]

    found = read(writer.batch(records, base=10, last_delta=5), offset=10)

    assert (offsets(found), found.next_offset) == ([11], 16)


def test_an_aborted_transaction_is_passed_over_unopened(writer: Any) -> None:
    aborted = writer.batch(good_bad_good(writer), base=0, attributes=TRANSACTIONAL, producer=PRODUCER)
    end = writer.marker(base=3, producer_id=7, commit=False)
    committed = writer.batch(good_bad_good(writer), base=4, attributes=TRANSACTIONAL, producer=PRODUCER)

    found = read(aborted + end + committed, aborted=[(7, 0)])

    assert (offsets(found), list(found.undecodable), found.next_offset) == ([4, 5, 6], [5], 7)


def test_an_abort_concerns_one_producer_from_one_offset_on(writer: Any) -> None:
    def batch(base: int, producer_id: int) -> bytes:
        data: bytes = writer.batch(
            [writer.Written()], base=base, attributes=TRANSACTIONAL, producer=(producer_id, 0, 0)
        )
        return data

    data = b"".join(
        [
            batch(0, 7),
            writer.marker(base=1, producer_id=7, commit=True),
            batch(2, 8),
            batch(3, 7),
            writer.batch([writer.Written()], base=4, producer=PRODUCER),
        ]
    )

    assert offsets(read(data, aborted=[(9, 50), (7, 2)])) == [0, 2, 4]


def test_control_batches_alone_lead_on_without_a_record(writer: Any) -> None:
    found = read(writer.marker(base=5, producer_id=7, commit=True), offset=5)

    assert found == LenientRead([], {}, 6)


def stand_in(offset: int, timestamp: int, count: int) -> LenientRecord:
    return LenientRecord("raw", 4, offset, timestamp, None, None, [("weft.dead.count", b"%d" % count)])


def test_a_batch_with_a_wrong_checksum_becomes_one_record_without_text(writer: Any) -> None:
    bad = writer.flipped(writer.batch([writer.Written(b"secret")] * 3, base=10), -1)
    behind = writer.batch([writer.Written()], base=13)

    found = read(bad + behind, offset=10)

    assert found == LenientRead([stand_in(10, 2_000, 3)], {10: "MalformedBatch: the checksum does not match"}, 13)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"codec": 5}, "unknown compression codec 5"),
        ({"codec": 1, "payload": b"no gzip"}, "gzip data that does not open"),
        ({"codec": 4, "payload": b"no zstd"}, "zstd data that does not open"),
        ({"payload": b"\x0c\0\0\0\x7e\x01\0"}, "a length that leads out of the batch"),
        ({"count": 400, "last_delta": 399}, "a varint without an end"),
        ({"attributes": 0x20, "payload": b"\x0c\0\0\0\x01\x01\0", "count": 1, "last_delta": 0}, "without a marker"),
    ],
    ids=["codec", "gzip", "zstd", "record length", "record count", "control"],
)
def test_a_batch_that_does_not_open_says_why(writer: Any, change: dict[str, Any], says: str) -> None:
    found = read(writer.batch([writer.Written()] * 3, base=10, **change), offset=10)

    [record] = found.records
    count = change.get("last_delta", 2) + 1
    assert record == stand_in(10, 2_000, count)
    assert says in found.undecodable[10]
    assert found.next_offset == 10 + count


def test_a_bomb_with_a_bad_record_counts_as_a_batch_that_does_not_open(writer: Any) -> None:
    bomb = [writer.Written(bytes(MAX_BYTES)), *good_bad_good(writer)]

    found = read(writer.batch(bomb, codec=4))

    says = f"MalformedBatch: more than {MAX_BYTES} bytes after decompression"
    assert found == LenientRead([stand_in(0, 2_000, 4)], {0: says}, 4)


def test_a_stand_in_begins_at_the_asked_offset_and_counts_from_there(writer: Any) -> None:
    found = read(writer.flipped(writer.batch([writer.Written()] * 5, base=10), -1), offset=12)

    assert (found.records, found.next_offset) == ([stand_in(12, 2_000, 3)], 15)


def test_a_stand_in_reaches_to_the_following_batch(writer: Any) -> None:
    compacted = writer.flipped(writer.batch([writer.Written()] * 2, last_delta=4), -1)

    found = read(compacted + writer.batch([writer.Written()], base=9))

    assert (found.records, found.next_offset) == ([stand_in(0, 2_000, 9)], 9)


@pytest.mark.parametrize("timestamp", [-1, -2, -(2**63), 2**63 - 1])
def test_the_timestamp_of_a_stand_in_is_one_that_kafka_knows(writer: Any, timestamp: int) -> None:
    found = read(writer.flipped(writer.batch([writer.Written()], timestamps=(0, timestamp)), -1))

    assert found.records[0].timestamp == max(timestamp, -1)


@pytest.mark.parametrize(
    ("at", "following", "end"),
    [
        (LAST_DELTA_AT, None, 2**40),
        (LAST_DELTA_AT, 13, 2**40),
        (LAST_DELTA_AT + 1, None, 2**40),
        (LAST_DELTA_AT + 1, 13, 2**40),
        (COUNT_AT + 1, None, 2**40),
        (0, None, 2**40),
        (2, None, 2**40),
        (2, 13, 2**40),
        (-1, None, 12),
        (-1, 9, 2**40),
        (-1, 2**50, 2**40),
    ],
    ids=[
        "negative last offset",
        "negative last offset before a believable batch",
        "last offset far ahead",
        "last offset behind the next batch",
        "wrong count and no other witness",
        "negative base offset",
        "base offset far ahead",
        "base offset behind the next batch",
        "reaches over the end of the log",
        "next batch begins before",
        "next batch begins over the end of the log",
    ],
)
def test_a_corrupt_head_is_believed_only_with_a_second_witness(
    writer: Any, at: int, following: int | None, end: int
) -> None:
    data = writer.flipped(writer.flipped(writer.batch([writer.Written()] * 3, base=10), at), CRC_AT)
    data += b"" if following is None else writer.batch([writer.Written()], base=following)

    with pytest.raises(MalformedBatch, match="does not say believably where it ends"):
        read(data, offset=10, end=end)


def test_a_wrong_count_is_outvoted_by_the_end_of_the_log(writer: Any) -> None:
    data = writer.flipped(writer.batch([writer.Written()] * 3, base=10), COUNT_AT)

    assert read(data, offset=10, end=13).next_offset == 13


def test_good_batches_before_an_unreadable_one_are_given_first(writer: Any) -> None:
    good = writer.batch([writer.Written()])
    unreadable = bytearray(writer.batch([writer.Written()], base=1))
    unreadable[16] = 1

    found = read(good + bytes(unreadable))
    assert (offsets(found), found.next_offset) == ([0], 1)

    with pytest.raises(MalformedBatch, match="format v1"):
        read(bytes(unreadable), offset=1)


@pytest.mark.parametrize("kept", [1, 12, 60, 61, 67])
def test_a_fetch_without_a_whole_batch_leads_nowhere(writer: Any, kept: int) -> None:
    with pytest.raises(MalformedBatch, match="no whole batch leads on"):
        read(writer.batch([writer.Written()])[:kept])


def test_batches_that_lie_before_the_asked_offset_lead_nowhere(writer: Any) -> None:
    with pytest.raises(MalformedBatch, match="no whole batch leads on"):
        read(writer.batch([writer.Written()] * 3), offset=50)


@settings(deadline=None, max_examples=400)
@given(
    codec=st.integers(0, 5),
    changes=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4),
    cut=st.integers(0, 400),
    checked=st.booleans(),
    offset=st.integers(0, 8),
)
def test_whatever_is_damaged_the_answer_leads_on_or_says_that_it_cannot(
    writer: Any, codec: int, changes: list[tuple[int, int]], cut: int, checked: bool, offset: int
) -> None:
    damaged = bytearray(writer.batch(good_bad_good(writer), codec=codec))
    for at, byte in changes:
        damaged[at % len(damaged)] = byte
    first = writer.checked(damaged) if checked else bytes(damaged)
    data = (first + writer.batch(good_bad_good(writer), base=3))[: 600 - cut]
    try:
        found = read(data, offset=offset)
    except MalformedBatch:
        return
    assert found.next_offset > offset
    assert offsets(found) == sorted(set(offsets(found)))
    assert all(offset <= at < found.next_offset for at in offsets(found))
    assert found.undecodable.keys() <= set(offsets(found))


@settings(deadline=None)
@given(codec=st.integers(0, 4), values=st.lists(st.binary(max_size=50), min_size=1, max_size=20))
def test_a_good_batch_is_given_as_aiokafka_gives_it(writer: Any, codec: int, values: list[bytes]) -> None:
    data = writer.batch([writer.Written(value, [(b"h", value)]) for value in values], codec=codec)

    found = read(data)

    assert [(r.offset, r.timestamp, r.key, r.value, list(r.headers)) for r in found.records] == [
        (r.offset, r.timestamp, r.key, r.value, list(r.headers)) for r in DefaultRecordBatch(data)
    ]
