"""The private parts of aiokafka and Faust that the runtime stands on are as they were when it was built on them.

When an upgrade fails here: read what changed in the named function, decide whether the module that uses it still
holds, and only then write the new digest down.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer.fetcher import Fetcher, FetchResult, PartitionRecords
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import SubscriptionState, TopicPartitionState
from aiokafka.producer.message_accumulator import BatchBuilder, MessageAccumulator
from faust.app import BootStrategy

PARTS: list[tuple[Callable[..., object], str, str]] = [
    (Fetcher.fetched_records, "source.py: no await between taking records and returning them", "be4348896b9b66af"),
    (FetchResult.getall, "source.py: a fetch that raises has not moved its own partition", "3e717e30de5068d5"),
    (FetchResult.check_assignment, "ownership.py: a seek discards what was fetched before it", "b5340df67e3f330f"),
    (PartitionRecords._unpack_records, "lenient_batches.py: the same checks in the same order", "b803e6d46480732c"),
    (
        GroupCoordinator._on_join_prepare,
        "rebalance.py: the generation still holds while partitions are revoked",
        "4d9524afc0ee2c2f",
    ),
    (
        GroupCoordinator._on_join_complete,
        "rebalance.py: partitions are assigned before the callback runs",
        "0b0b3d204b408f3c",
    ),
    (GroupCoordinator._send_req, "membership.py: requests go to the coordinator as they are", "fa4b12e914ce9fcf"),
    (GroupCoordinator.reset_generation, "membership.py: a kicked member has generation -1", "537aa37c531b4de9"),
    (SubscriptionState.begin_reassignment, "source.py: getmany waits while partitions move", "c141fe3db38455c0"),
    (TopicPartitionState.seek, "positions.py: a seek is at once", "c20b56d7ba7b2872"),
    (MessageAccumulator.add_batch, "writer.py: a batch that is handed over is queued as it is", "5ed1c5b1367ad854"),
    (BatchBuilder.append, "writer.py: a full batch takes no record", "657d76f55157d9ca"),
    (
        AIOKafkaClient._metadata_update,
        "preflight.py: a client told of no topic lists all and creates none",
        "06dc51ed3e0d38b8",
    ),
    (BootStrategy.server, "app.py: Faust starts no consumer and no producer", "97e47ea1dec34b55"),
]


def digest(part: Callable[..., object]) -> str:
    return hashlib.sha256(inspect.getsource(part).encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("part", "stands_on_it", "expected"), PARTS, ids=lambda value: getattr(value, "__qualname__", "")
)
def test_the_part_is_as_it_was(part: Callable[..., object], stands_on_it: str, expected: str) -> None:
    assert digest(part) == expected, stands_on_it
