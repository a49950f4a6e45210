"""The chunk source: fetches, registers every record before anything can drop it, and feeds the channel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import (
    ConsumerStoppedError,
    GroupAuthorizationFailedError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    TopicAuthorizationFailedError,
)
from mode import Service

from streams.errors import UnexpectedState
from streams.kafka.assignment import Assignment, FetchedChunk
from streams.kafka.clients import stop_consumer
from streams.kafka.cuts import cut_idle
from streams.kafka.lenient import UnreadablePartition, read_leniently
from streams.kafka.ownership import Ownership
from streams.kafka.pace import Pace
from streams.kafka.positions import position, seek
from streams.kafka.rebalance import RebalanceListener
from streams.metrics import Metrics
from streams.settings import Settings
from streams.types import RawRecord, header_bytes

_POLL_MILLISECONDS = 200
_SUSPECT_MILLISECONDS = 500
_BACKOFF_SECONDS = 0.5
_LEAVE_SECONDS = 3.0

Feed: TypeAlias = Callable[[FetchedChunk], Awaitable[Any]]
"""Puts a chunk into the channel, waiting while it is full."""

log = structlog.get_logger()


class ChunkSource(Service):
    """Feeds chunks of owned partitions; `congested` tells whether the work in flight is at its bound."""

    abstract = False

    def __init__(
        self,
        settings: Settings,
        consumer: AIOKafkaConsumer,
        ownership: Ownership,
        metrics: Metrics,
        *,
        pattern: str,
        feed: Feed,
        congested: Callable[[], bool],
        on_failure: Callable[[BaseException], None],
        **service_options: Any,
    ) -> None:
        super().__init__(**service_options)
        self.pace = Pace(settings.flow)
        self._settings = settings
        self._consumer = consumer
        self._ownership = ownership
        self._metrics = metrics
        self._pattern = pattern
        self._feed = feed
        self._congested = congested
        self._on_failure = on_failure
        self._joins = any(policy.multiline.enabled for policy in settings.topics.values())
        self._feeding = True
        self._suspects: list[TopicPartition] = []

    async def on_start(self) -> None:
        """Join the group; the first chunks follow when it has assigned partitions."""
        drain = self._settings.timing.rebalance_timeout_seconds / 2
        await self._consumer.start()
        self._consumer.subscribe(
            pattern=self._pattern, listener=RebalanceListener(self._ownership, drain, self._on_failure)
        )

    async def drain(self, deadline_seconds: float) -> bool:
        """Stop feeding, let what is in flight finish, commit it; the consumer stays in the group until `on_stop`."""
        self._feeding = False
        return await self._ownership.release(deadline_seconds)

    async def on_stop(self) -> None:
        """Leave the group, if it answers; if not it notices by itself that we are gone."""
        try:
            async with asyncio.timeout(_LEAVE_SECONDS):
                await stop_consumer(self._consumer)
        except TimeoutError:
            log.warning("group.not_left")

    @Service.task
    async def _commit_at_intervals(self) -> None:
        while not self.should_stop:
            await self.sleep(self._settings.timing.commit_interval_seconds)
            try:
                await self._ownership.commit()
            except Exception as error:  # noqa: BLE001 - reported, and the process ends
                self._on_failure(error)

    @Service.task
    async def _verify_topics_at_intervals(self) -> None:
        while not self.should_stop:
            await self.sleep(self._settings.timing.discovery_interval_seconds)
            try:
                await self._ownership.verify_topics()
            except KafkaError as error:
                log.warning("topics.unverified", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - reported, and the process ends
                self._on_failure(error)

    @Service.task
    async def _pump(self) -> None:
        try:
            while self._feeding and not self.should_stop:
                await self._fetch_once()
                await self._cut_idle()
        except ConsumerStoppedError:
            return
        except Exception as error:  # noqa: BLE001 - reported, and the process ends
            self._on_failure(error)

    async def _fetch_once(self) -> None:
        ownership = self._ownership
        fetchable = [] if self._congested() else ownership.fetchable()
        if not fetchable and ownership.assignments:
            await self._wait_for_progress()
            return
        asked = self._suspects[-1:] or fetchable
        everything = len(asked) == len(ownership.assignments)  # aiokafka looks each name up in the list it is given
        try:
            fetched = await self._consumer.getmany(
                *(() if everything else asked),
                timeout_ms=_SUSPECT_MILLISECONDS if self._suspects else _POLL_MILLISECONDS,
                max_records=self.pace.records,
            )
        except ConsumerStoppedError:
            raise
        except Exception as error:  # noqa: BLE001 - a record that the client cannot read raises anything
            ownership.seek_to_tails()  # before any await: positions have moved past records that were never given
            await self._fetch_failed(error, asked)
            return
        if not self._feeding:
            return  # the last commit may be under way: what was not registered by now is the next owner's
        chunks = list(self._register(fetched))  # no await between getmany and here
        if self._suspects:
            self._suspects.pop()
        for chunk in chunks:
            await self._feed(chunk)

    async def _cut_idle(self) -> None:
        """Close groups of lines that nothing more comes for; here, where nothing is fetched at the same time."""
        if self._joins and self._feeding:
            for chunk in list(cut_idle(self._ownership, self._settings, time.monotonic())):
                self._metrics.cuts.inc()
                await self._feed(chunk)

    async def _wait_for_progress(self) -> None:
        self._ownership.check()
        self._ownership.settled.clear()
        try:
            async with asyncio.timeout(_POLL_MILLISECONDS / 1000):
                await self._ownership.settled.wait()
        except TimeoutError:
            return

    def _register(self, fetched: Mapping[TopicPartition, Sequence[RawRecord]]) -> Iterator[FetchedChunk]:
        """Register what was fetched and every offset that the client passed over without a record."""
        now = time.monotonic()
        for tp, assignment in self._ownership.assignments.items():
            records = fetched.get(tp, ())
            end = position(self._consumer, tp)
            if end is not None and end > assignment.tracker.tail:
                yield from self._chunks(assignment, records, end, now)
            elif records:
                raise UnexpectedState(f"{tp.topic}-{tp.partition}: records up to {end}, behind the tracker's tail")
            elif not self._ownership.readable(tp):
                assignment.caught_up_at = now

    def _chunks(
        self, assignment: Assignment, records: Sequence[RawRecord], end: int, now: float
    ) -> Iterator[FetchedChunk]:
        """Register what one poll gave, split at `chunk_bytes`."""
        tp = assignment.tp
        sizes = [
            len(r.value or b"") + len(r.key or b"") + (header_bytes(r.headers) if r.headers else 0) for r in records
        ]
        self._metrics.records_consumed.labels(tp.topic).inc(len(records))
        self._metrics.bytes_consumed.labels(tp.topic).inc(sum(sizes))
        assignment.caught_up_at = now
        for part, part_end in split(records, sizes, end, self._settings.flow.chunk_bytes):
            assignment.tracker.register(part, part_end, now)
            yield FetchedChunk(
                tp.topic,
                tp.partition,
                part,
                part_end,
                assignment.state,
                assignment=assignment,
                rewinds=assignment.rewinds,
            )

    async def _fetch_failed(self, error: Exception, asked: Sequence[TopicPartition]) -> None:
        """Find out which partition is to blame and deal with it alone.

        Raises:
            Exception: the error itself, when it is no partition's but the group's or the client's.
        """
        if isinstance(error, NoOffsetForPartitionError):
            return  # the client looked for a start before the new assignment had sought its own
        if isinstance(error, OffsetOutOfRangeError):
            await self._lost(error.args[0])
        elif isinstance(error, TopicAuthorizationFailedError):
            self._ownership.hold_unauthorised(str(error.args[0]))
        elif _passes(error):
            log.warning("fetch.refused", error=type(error).__name__)
            await self.sleep(_BACKOFF_SECONDS)
        elif isinstance(error, GroupAuthorizationFailedError) or type(error) is KafkaError:
            raise error
        elif len(asked) == 1:
            self._suspects = []
            await self._read_leniently(asked[0])
        else:
            log.warning("fetch.undecodable", error=type(error).__name__, partitions=len(asked))
            self._suspects = list(asked)

    async def _lost(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Deal with partitions whose next offset is not in the log."""
        bounds = await self._ownership.bounds(offsets)
        for tp, offset in offsets.items():
            assignment = self._ownership.assignments.get(tp)
            if assignment is not None and assignment.tracker.tail == offset:  # else it was sought since
                self._ownership.check_range(assignment, offset, bounds.get(tp))

    async def _read_leniently(self, tp: TopicPartition) -> None:
        """Read around what the client cannot decode; if that fails, hold this partition alone."""
        assignment = self._ownership.assignments.get(tp)
        if assignment is None:
            return
        tail = assignment.tracker.tail
        try:
            read = await read_leniently(self._consumer, tp, tail)
        except UnreadablePartition as error:
            self._ownership.hold(assignment, "undecodable", str(error))
            return
        except KafkaError as error:
            if not _passes(error):
                raise
            await self.sleep(_BACKOFF_SECONDS)
            return
        if not self._feeding or not assignment.active or assignment.tracker.tail != tail:
            return
        chunks = list(self._chunks(assignment, read.records, read.next_offset, time.monotonic()))
        seek(self._consumer, tp, read.next_offset)
        for chunk in chunks:
            chunk.undecodable = read.undecodable
            await self._feed(chunk)


def _passes(error: Exception) -> bool:
    """Whether asking again later may work, also after an operator gave a permission."""
    return isinstance(error, TopicAuthorizationFailedError) or (isinstance(error, KafkaError) and error.retriable)


def split(
    records: Sequence[RawRecord], sizes: Sequence[int], end: int, most_bytes: int
) -> list[tuple[Sequence[RawRecord], int]]:
    """Cut consecutive records into parts of at most `most_bytes` (or one record), each with the offset behind it."""
    if sum(sizes) <= most_bytes:
        return [(records, end)]
    parts: list[tuple[Sequence[RawRecord], int]] = []
    start = total = 0
    for index, size in enumerate(sizes):
        if total and total + size > most_bytes:
            parts.append((records[start:index], records[index].offset))
            start, total = index, 0
        total += size
    return [*parts, (records[start:], end)]
