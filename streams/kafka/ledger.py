"""The worker's books: per raw partition what was consumed and what became of it, from the commit metadata alone."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial

from aiokafka import OffsetAndMetadata, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError
from aiokafka.protocol.commit import OffsetFetchRequest

from streams.kafka import clients
from streams.kafka.administration import list_topics, raw_topics
from streams.kafka.group_offsets import offsets_in
from streams.kafka.metadata import CommitState, decode
from streams.kafka.reader import offset_bounds
from streams.kafka.topics import sink_group, sink_subscription
from streams.settings import Settings

_COORDINATOR_SECONDS = 5.0
_RETRY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Account:
    """One raw partition: its log from `begin` to `end` (the last stable offset), and the group's last commit.

    `state` is None when the group has never committed here.
    """

    tp: TopicPartition
    begin: int
    end: int
    state: CommitState | None

    @property
    def lag(self) -> int:
        """Offsets that are not committed yet."""
        return self.end - (self.state.offset if self.state else self.begin)

    def problems(self) -> Iterator[str]:
        """Say in what the books are wrong."""
        state = self.state
        if state is None:
            return
        if state.counts.balance:
            yield f"{abs(state.counts.balance)} outcomes are {'missing' if state.counts.balance > 0 else 'too many'}"
        if state.counts.consumed > state.offset - state.base:
            yield f"{state.counts.consumed} records are counted, but only {state.offset - state.base} offsets committed"
        if state.offset > self.end:
            yield f"the log ends at {self.end}, before the committed offset: the topic was created again"
        if state.offset < self.begin:
            yield f"offsets {state.offset} to {self.begin - 1} were deleted before they were read"
        if state.guard:
            yield "the flood guard has paused it: `--resume-partition` lets it go on"


async def read_ledger(settings: Settings) -> list[Account]:
    """Read the books of every raw partition, sorted; costs a few requests, no topic is read.

    Raises:
        TemporaryError: the brokers cannot be reached.
        ConfigurationError: they refuse, or the raw topics cannot be read.
    """
    return await _read(settings, settings.group, partial(raw_topics, settings))


async def read_sink_ledger(settings: Settings, sink: str) -> list[Account]:
    """Read the books of what a sink reads: `enriched` is what it stored, `sampled` the replays that it filtered.

    Raises:
        TemporaryError: the brokers cannot be reached.
        ConfigurationError: they refuse.
    """
    pattern = re.compile(sink_subscription(settings, sink))
    return await _read(settings, sink_group(sink), lambda present: sorted(filter(pattern.match, present)))


async def _read(settings: Settings, group: str, topics: Callable[[Collection[str]], list[str]]) -> list[Account]:
    async with clients.administration(settings) as admin:
        present = await list_topics(admin)
        commits = await _commits(admin, group)
    partitions = [
        TopicPartition(topic, number) for topic in topics(present) for number in range(present[topic].partitions)
    ]
    async with clients.consumer(settings) as consumer:
        # The ends after the commits: what is committed is below the end.
        bounds = await offset_bounds(consumer, partitions)
    return [Account(tp, *bounds[tp], _state(commits.get(tp))) for tp in partitions]


def _state(commit: OffsetAndMetadata | None) -> CommitState | None:
    return None if commit is None else decode(commit.offset, commit.metadata)


async def _commits(admin: AIOKafkaAdminClient, group: str) -> dict[TopicPartition, OffsetAndMetadata]:
    """Read all commits of the group; none when no coordinator appears, as on a cluster that never had a group."""
    deadline = time.monotonic() + _COORDINATOR_SECONDS
    while True:
        try:
            coordinator = await admin.find_coordinator(group)
            # The client's own list_consumer_group_offsets passes over the error of the whole answer.
            return offsets_in(await admin._send_request(OffsetFetchRequest(group, None), coordinator))  # noqa: SLF001
        except GroupCoordinatorNotAvailableError:
            if time.monotonic() > deadline:
                return {}
        except (GroupLoadInProgressError, NotCoordinatorForGroupError):
            if time.monotonic() > deadline:
                raise
        await asyncio.sleep(_RETRY_SECONDS)
