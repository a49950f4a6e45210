"""Every commit that a group ever made, from the topic in which Kafka keeps them.

Kafka's OffsetCommitKey and OffsetCommitValue (group-coordinator/src/main/resources/common/message); the broker
stamps each commit with the time at which it took it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tests.faults.checker import Committed, Kept

TOPIC = "__consumer_offsets"
_COMMIT_KEYS = (0, 1)
_MASK, _SIGN = 0xFFFFFFFF, 0x80000000


def partition_of(group: str, partitions: int) -> int:
    """Give the partition that holds a group's commits: the absolute value of Java's hash of its (ASCII) name.

    `GroupCoordinatorService.partitionFor` and `Utils.abs`, for which the least integer counts as 0.
    """
    hashed = 0
    for letter in group:
        hashed = (31 * hashed + ord(letter)) & _MASK
    return min(hashed, -hashed & _MASK) % _SIGN % partitions


def commits_in(records: list[Kept], group: str, topic: str) -> Iterator[Committed]:
    """Give a group's commits on a topic in the order in which the broker took them."""
    for kept in records:
        key, value = kept.key or b"", kept.value
        if value is None or struct.unpack_from(">h", key)[0] not in _COMMIT_KEYS:
            continue
        of_group, at = _text(key, 2)
        of_topic, at = _text(key, at)
        if (of_group, of_topic) == (group, topic):
            (partition,) = struct.unpack_from(">i", key, at)
            (offset,) = struct.unpack_from(">q", value, 2)
            yield Committed(kept.time_ms, partition, offset)


def _text(data: bytes, at: int) -> tuple[str, int]:
    """Read a string with its length before it; gives where it ends."""
    (length,) = struct.unpack_from(">h", data, at)
    end = at + 2 + length
    return data[at + 2 : end].decode(), end
