"""Proves the ledger from the topics themselves: replays, altered bytes and holes, by reading both outputs fully."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from numpy.typing import NDArray

from schemas.dead_letter import DeadLetterHeaders
from streams.kafka import clients
from streams.kafka.administration import partitions_of
from streams.kafka.ledger import Account
from streams.kafka.lenient import UnreadablePartition, read_leniently
from streams.kafka.outcomes import Outcomes
from streams.kafka.reader import offset_bounds, replay
from streams.settings import Settings

_EXAMPLES = 10

Progress = Callable[[int, int], None]
"""Told how many offsets are read and how many there are."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What the topics say of one raw partition.

    `holes` are committed raw records without any output, `unexplained` how many of them neither sampling nor
    joining explains. `short` says how many outputs fewer there are than the commit counts. `unreadable` is why the
    raw log could not be compared to its end.
    """

    account: Account
    outcomes: Outcomes
    holes: Sequence[int] = ()
    short: int = 0
    unreadable: str = ""

    @property
    def unexplained(self) -> int:
        """Holes that are losses."""
        counts = self.account.state.counts if self.account.state else None
        return max(0, len(self.holes) - (counts.sampled + counts.joined if counts else 0))

    def problems(self) -> Iterator[str]:
        """Say what must not be."""
        if self.outcomes.altered:
            yield f"{self.outcomes.altered} outputs altered, at {', '.join(self.outcomes.altered_examples)}"
        if self.unexplained:
            yield f"{self.unexplained} records without output, at {', '.join(map(str, self.holes[:_EXAMPLES]))}"
        if self.short:
            yield f"{self.short} outputs fewer than were counted"
        if self.unreadable:
            yield f"the raw log cannot be compared: {self.unreadable}"


@dataclass(frozen=True, slots=True)
class Audit:
    """Findings by raw partition; `foreign` counts records in our outputs that are not ours.

    `trimmed` names output partitions whose first records were deleted, so that what was in them cannot be told
    from a loss.
    """

    findings: list[Finding]
    foreign: int
    trimmed: list[str]


async def audit(settings: Settings, accounts: Sequence[Account], progress: Progress) -> Audit:
    """Read both outputs up to their present ends and compare them with the raw log where something is missing.

    Raises:
        TemporaryError: the brokers cannot be reached.
        ConfigurationError: they refuse, or an output topic is missing.
    """
    outputs = [
        *await partitions_of(settings, settings.enriched_topic),
        *await partitions_of(settings, settings.dead_topic),
    ]
    sorter = _Sorter(settings, accounts)
    async with clients.consumer(settings) as consumer:
        bounds = await offset_bounds(consumer, outputs)
        total = sum(end - begin for begin, end in bounds.values())
        read = 0
        starts, ends = ({tp: bound[side] for tp, bound in bounds.items()} for side in (0, 1))
        async for records in replay(consumer, starts, ends):
            for record in records:
                sorter.take(record)
            read += len(records)
            progress(read, total)
        progress(total, total)
        findings = [await _find(consumer, account, sorter.outcomes[account.tp]) for account in accounts]
    trimmed = [f"{tp.topic}-{tp.partition}" for tp, (begin, _) in bounds.items() if begin > 0]
    return Audit(findings, sorter.foreign, trimmed)


class _Sorter:
    """Sorts outputs to the raw partition they came from."""

    def __init__(self, settings: Settings, accounts: Sequence[Account]) -> None:
        self.foreign = 0
        self.outcomes = {a.tp: Outcomes(a.state.base if a.state else a.begin, a.end) for a in accounts}
        self._by_prefix = {_prefix(a): self.outcomes[a.tp] for a in accounts}
        self._enriched_topic = settings.enriched_topic
        self._provenances: dict[str, int] = {}

    def take(self, record: ConsumerRecord[Any, Any]) -> None:
        try:
            if record.topic == self._enriched_topic:
                self._take_enriched(record)
            else:
                self._take_dead(record)
        except (ValueError, KeyError, TypeError):
            self.foreign += 1

    def _take_enriched(self, record: ConsumerRecord[Any, Any]) -> None:
        content = orjson.loads(record.value or b"")
        prefix, _, place = content["event_id"].rpartition("-")
        offset, _, inner = place.partition(".")
        provenance = content["provenance"]
        # A look-up that failed changes bytes on purpose; what applied follows from the input.
        number = self._number(provenance["pipeline"] + "".join(provenance["failed"]))
        outcomes = self._by_prefix.get(prefix)
        if outcomes is not None:
            outcomes.note(int(offset), int(inner) if inner else None, (record.key, record.value), number)

    def _take_dead(self, record: ConsumerRecord[Any, Any]) -> None:
        why = DeadLetterHeaders.from_kafka(record.headers)
        outcomes = self.outcomes.get(TopicPartition(why.topic, why.partition))
        if outcomes is None:
            return  # of a sink, or of a topic that is not read any more
        content = (record.key, record.value, tuple(record.headers))
        outcomes.note(why.offset, why.index, content, self._number(why.pipeline))
        outcomes.cover(why.offset, why.count or 1)

    def _number(self, provenance: str) -> int:
        return self._provenances.setdefault(provenance, len(self._provenances))


def _prefix(account: Account) -> str:
    epoch = account.state.epoch if account.state else None
    topic = f"{account.tp.topic}@{epoch}" if epoch else account.tp.topic
    return f"{topic}-{account.tp.partition}"


async def _find(consumer: AIOKafkaConsumer, account: Account, outcomes: Outcomes) -> Finding:
    state = account.state
    if state is None:
        return Finding(account, outcomes)
    short = max(0, state.counts.enriched + state.counts.dead - outcomes.distinct(state.offset))
    missing = outcomes.missing(state.offset)
    try:
        holes = await _existing(consumer, account, missing[missing >= account.begin])
    except UnreadablePartition as error:
        return Finding(account, outcomes, short=short, unreadable=str(error))
    return Finding(account, outcomes, holes, short)


async def _existing(consumer: AIOKafkaConsumer, account: Account, offsets: NDArray[np.int64]) -> list[int]:
    """Give those offsets at which the raw log has a record: transactions and compaction leave offsets without one."""
    wanted = set(offsets.tolist())
    if wanted:
        await offset_bounds(consumer, [account.tp])  # so that the client knows the partition's leader
    found: list[int] = []
    following = 0
    while following < len(offsets):
        read = await read_leniently(consumer, account.tp, int(offsets[following]))
        found += [record.offset for record in read.records if record.offset in wanted]
        following = int(np.searchsorted(offsets, read.next_offset))
    return found
