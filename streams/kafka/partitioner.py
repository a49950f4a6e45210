"""Java's default partitioner: murmur2 of the key bytes, modulo the number of partitions.

Source: Apache Kafka, `org.apache.kafka.common.utils.Utils.murmur2` and `toPositive`.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_SEED = 0x9747B28C
_M = np.uint32(0x5BD1E995)
_LANES = 8
KEY_BYTES = 4 * _LANES
"""Length of a canonical trace id, the only key that `enriched` has."""


def murmur2(keys: Sequence[bytes]) -> NDArray[np.uint32]:
    """Hash keys of `KEY_BYTES` bytes each; one hash per key.

    All keys of a chunk are hashed at once: in pure Python one key costs more than parsing its record.

    Raises:
        ValueError: a key of another length.
    """
    words = np.frombuffer(b"".join(keys), dtype="<u4").reshape(len(keys), _LANES)
    hashes = np.full(len(keys), np.uint32(_SEED ^ KEY_BYTES), dtype=np.uint32)
    for lane in range(_LANES):
        k = words[:, lane] * _M
        k ^= k >> np.uint32(24)
        hashes = (hashes * _M) ^ (k * _M)
    hashes ^= hashes >> np.uint32(13)
    hashes *= _M
    hashes ^= hashes >> np.uint32(15)
    return hashes


def assign(keys: Sequence[bytes | None], partitions: int, without_key: int) -> list[int]:
    """Give the output partition of each record: by key, or `without_key` for records that have none."""
    present = [key for key in keys if key is not None]
    if not present:
        return [without_key] * len(keys)
    placed: list[int] = ((murmur2(present) & np.uint32(0x7FFFFFFF)) % np.uint32(partitions)).tolist()
    if len(present) == len(keys):
        return placed
    following = iter(placed)
    return [without_key if key is None else next(following) for key in keys]
