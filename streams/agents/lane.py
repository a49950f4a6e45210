"""One partition on its way into a store: its records are gathered into batches, which are written one after another."""

from __future__ import annotations

import asyncio
import contextlib
import time
from bisect import bisect_left
from collections import deque
from collections.abc import Sequence
from operator import attrgetter
from typing import NamedTuple

from streams.agents.gathered import Gathered, Slice
from streams.agents.items import read_item
from streams.agents.outlet import Outlet
from streams.agents.seen import Everything
from streams.agents.settling import Settling
from streams.errors import TemporaryError
from streams.kafka.assignment import Assignment, FetchedChunk
from streams.resilience.parcel import Delivered
from streams.sinks.base import Item
from streams.types import Counts, DeadLetter, Outcome, RawRecord

_END_SECONDS = 5.0
_UNSETTLED_BATCHES = 8
"""Batches that may wait for dead letters to be acknowledged; beyond that only their partition waits."""

_OFFSET = attrgetter("offset")


class Part(NamedTuple):
    """What a batch's worth of records comes to: `items` are to be written, each with its record in `raws`."""

    raws: list[RawRecord]
    items: list[Item]
    dead: list[DeadLetter]
    filtered: int


class Lane:
    """Lives and ends with an assignment; `bytes` are those of records that it holds until they may be committed."""

    def __init__(self, assignment: Assignment, outlet: Outlet, settling: Settling) -> None:
        self.assignment = assignment
        self._outlet = outlet
        self._settling = settling
        self._gathered = Gathered()
        self._writing = 0
        self._unsettled: deque[tuple[int, int]] = deque()
        self._hurried = False
        self._began = time.monotonic()
        self._changed = asyncio.Event()
        tp = assignment.tp
        self.task = asyncio.create_task(self._run(), name=f"lane {tp.topic}-{tp.partition}")

    @property
    def bytes(self) -> int:
        """Bytes of records that are gathered, being written, or behind a dead letter that is not acknowledged."""
        self._forget_settled()
        return self._gathered.bytes + self._writing + sum(size for _, size in self._unsettled)

    @property
    def has_room(self) -> bool:
        """Whether more may be fetched: one batch may wait behind the one that is being written."""
        bounds = self._outlet.bounds
        self._forget_settled()
        if len(self._unsettled) >= _UNSETTLED_BATCHES:
            return False
        return self._gathered.records < 2 * bounds.records and self._gathered.bytes < 2 * bounds.bytes

    @property
    def has_work(self) -> bool:
        """Whether something waits to be written, or is being written."""
        return bool(self._gathered or self._writing)

    def _forget_settled(self) -> None:
        while self._unsettled and self._unsettled[0][0] <= self.assignment.tracker.prefix:
            self._unsettled.popleft()

    @property
    def heard(self) -> float:
        """Monotonic second of its last sign of life: a batch may wait, and a write has a deadline of its own."""
        if self._writing:
            return max(self._began, self._outlet.last_attempt)
        return self._gathered.since + self._outlet.bounds.seconds if self._gathered else self._began

    def put(self, chunk: FetchedChunk) -> None:
        """Add what was fetched."""
        self._gathered.put(chunk, time.monotonic())
        self._changed.set()

    def look(self) -> None:
        """Look again whether it is time to write."""
        self._changed.set()

    def hurry(self) -> None:
        """Write what is there: nothing more comes."""
        self._hurried = True
        self._changed.set()

    async def abandon(self) -> None:
        """End, and wait until no write goes on; what was not written is somebody else's.

        Raises:
            TemporaryError: the sink goes on writing all the same.
        """
        self.task.cancel()
        done, _ = await asyncio.wait([self.task], timeout=_END_SECONDS)
        if not done:
            raise TemporaryError(f"{self.task.get_name()}: a write did not end within {_END_SECONDS:.0f} s")
        self._gathered = Gathered()
        self._unsettled.clear()
        self._writing = 0

    async def _run(self) -> None:
        tp = self.assignment.tp
        seen = await self._outlet.begin(tp.topic, tp.partition)
        while True:
            await self._until_due()
            bounds = self._outlet.bounds
            slices, self._writing = self._gathered.take(bounds.records, bounds.bytes)
            self._began = time.monotonic()
            await self._store(slices, seen)
            self._unsettled.append((slices[-1].end, self._writing))
            self._writing = 0

    async def _until_due(self) -> None:
        """Wait until there is a batch: enough, or old enough, or no more to be had now."""
        while (seconds := self._wait_seconds()) is None or seconds > 0:
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._changed.wait()

    def _wait_seconds(self) -> float | None:
        """Give the seconds that a batch may still wait for more, None while there is nothing."""
        gathered, bounds = self._gathered, self._outlet.bounds
        if not gathered:
            return None
        full = gathered.records >= bounds.records or gathered.bytes >= bounds.bytes
        if full or self._hurried or self._outlet.congested():
            return 0.0
        return gathered.since + bounds.seconds - time.monotonic()

    async def _store(self, slices: Sequence[Slice], seen: Everything) -> None:
        """Write what is new, and settle all of it: stored, dead or filtered."""
        part = await self._read(slices, seen)
        buried: set[int] = set()

        async def bury(item: Item, fate: Delivered) -> None:
            raw = part.raws[bisect_left(part.raws, item.offset, key=_OFFSET)]
            await self._settling.bury(self.assignment, self._outlet.rejected(raw, item, fate))
            buried.add(item.offset)

        delivered = await self._outlet.deliver(seen.batch(part.items), bury) if part.items else ()
        dead = part.dead + [
            self._outlet.rejected(raw, item, fate)
            for raw, item, fate in zip(part.raws, part.items, delivered, strict=True)
            if fate.dead
        ]
        dead.sort(key=lambda letter: letter.raw.offset)
        stored = len(part.raws) + len(part.dead) - len(dead)
        self._outlet.count(stored=stored, rejected=len(dead), filtered=part.filtered)
        self._settle(slices, Counts(enriched=stored, dead=len(dead), sampled=part.filtered), dead, buried)

    async def _read(self, slices: Sequence[Slice], seen: Everything) -> Part:
        """Decode and filter, with a pause for others after each slice."""
        part, filtered = Part([], [], [], 0), 0
        for chunk, records, _ in slices:
            began = time.perf_counter()
            for raw in records:
                item = read_item(raw, chunk.undecodable.get(raw.offset))
                if isinstance(item, DeadLetter):
                    part.dead.append(item._replace(sink=self._outlet.name))
                elif seen.is_new(item):
                    part.raws.append(raw)
                    part.items.append(item)
                else:
                    filtered += 1
            self._outlet.spent("decode", time.perf_counter() - began)
            await asyncio.sleep(0)
        return part._replace(filtered=filtered)

    def _settle(self, slices: Sequence[Slice], counts: Counts, dead: list[DeadLetter], buried: set[int]) -> None:
        records = [raw for piece in slices for raw in piece.records]
        unburied = [letter for letter in dead if letter.raw.offset not in buried]
        outcome = Outcome([], [], [], unburied, counts, slices[-1].end - 1, {})
        covered = self._settling.publish(self.assignment, outcome, records)
        if self._settling.guard(self.assignment, covered, dict.fromkeys((d.raw.offset for d in dead), True)):
            self._gathered = Gathered()
