"""Record batches as bytes, written from the format's description alone and not by any client library."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

import hypothesis
import pytest
from aiokafka.codec import lz4_encode, snappy_encode, zstd_encode
from aiokafka.record.util import calc_crc32c

pytest_plugins = ["tests.brokers", "tests.postgres"]

# How long an example takes depends on what else the machine does; the linear-time tests look at time themselves.
hypothesis.settings.register_profile("weft", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("weft")

WireHeaders = Sequence[tuple[bytes, bytes | None]]
CRC_AT = 17
ATTRIBUTES_AT = 21

COMPRESS: dict[int, Callable[[bytes], bytes]] = {
    0: bytes,
    1: gzip.compress,
    2: snappy_encode,
    3: lz4_encode,
    4: zstd_encode,
    5: bytes,
}
"""Compressors by Kafka's codec number; 5 is not in use."""


class WrittenRecord(NamedTuple):
    """A record as a producer writes it: header names are bytes."""

    value: bytes | None = b"v"
    headers: WireHeaders = ()
    key: bytes | None = b"k"
    offset_delta: int | None = None
    timestamp_delta: int = 0


class BatchWriter:
    """Writes batches of format v2 (Kafka protocol guide, "Record Batch")."""

    Written = WrittenRecord

    def varint(self, number: int) -> bytes:
        rest = (number << 1) ^ (number >> 63)
        out = bytearray()
        while rest > 0x7F:
            out.append(rest & 0x7F | 0x80)
            rest >>= 7
        return bytes([*out, rest])

    def nullable(self, data: bytes | None) -> bytes:
        return self.varint(-1) if data is None else self.varint(len(data)) + data

    def record(self, index: int, record: WrittenRecord) -> bytes:
        delta = index if record.offset_delta is None else record.offset_delta
        body = b"\0" + self.varint(record.timestamp_delta) + self.varint(delta)
        body += self.nullable(record.key) + self.nullable(record.value) + self.varint(len(record.headers))
        body += b"".join(self.nullable(name) + self.nullable(value) for name, value in record.headers)
        return self.varint(len(body)) + body

    def payload(self, records: Sequence[WrittenRecord]) -> bytes:
        return b"".join(self.record(index, record) for index, record in enumerate(records))

    def batch(
        self,
        records: Sequence[WrittenRecord],
        *,
        base: int = 0,
        codec: int = 0,
        payload: bytes | None = None,
        count: int | None = None,
        last_delta: int | None = None,
        attributes: int = 0,
        producer: tuple[int, int, int] = (-1, -1, -1),
        timestamps: tuple[int, int] = (1_000, 2_000),
    ) -> bytes:
        """Write one batch; `payload` replaces the compressed records, `attributes` are added to the codec."""
        body = COMPRESS[codec](self.payload(records)) if payload is None else payload
        last = len(records) - 1 if last_delta is None else last_delta
        written = len(records) if count is None else count
        head = struct.pack(">hiqqqhii", attributes | codec, last, *timestamps, *producer, written)
        data = bytearray(struct.pack(">qiibI", base, 49 + len(body), 0, 2, 0) + head + body)
        return self.checked(data)

    def marker(self, *, base: int, producer_id: int, commit: bool) -> bytes:
        """Write the control batch that ends a transaction."""
        end = WrittenRecord(key=struct.pack(">hh", 0, int(commit)), value=struct.pack(">hi", 0, 0))
        return self.batch([end], base=base, attributes=0x30, producer=(producer_id, 0, -1))

    def checked(self, data: bytearray) -> bytes:
        """Write the checksum that fits the bytes."""
        struct.pack_into(">I", data, CRC_AT, calc_crc32c(bytes(data[ATTRIBUTES_AT:])))
        return bytes(data)

    def flipped(self, data: bytes, at: int) -> bytes:
        """Change one byte and leave the checksum as it was."""
        changed = bytearray(data)
        changed[at] ^= 0xFF
        return bytes(changed)


@pytest.fixture(scope="session")
def writer() -> BatchWriter:
    return BatchWriter()
