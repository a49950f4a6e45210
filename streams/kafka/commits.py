"""What may be committed: the contiguous prefix of acknowledged work of one partition in one assignment."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from itertools import takewhile
from operator import attrgetter

from streams.errors import UnexpectedState
from streams.types import Counts, RawRecord

_OFFSET = attrgetter("offset")


@dataclass(slots=True)
class Registration:
    """Records fetched together, not yet covered by a bundle; `since` is monotonic seconds."""

    records: Sequence[RawRecord]
    end: int
    since: float


@dataclass(slots=True, eq=False)
class Bundle:
    """Offsets up to `end` with their records and outcome counts; `pending` outputs still wait for acknowledgement."""

    end: int
    counts: Counts
    since: float
    records: Sequence[Sequence[RawRecord]] = ()
    pending: int = 0


class CommitTracker:
    """Keeps every fetched record until all outputs of everything up to it are acknowledged.

    `tail` is the offset that must be fetched next, `latest` the monotonic second at which it moved, `prefix` the
    offset that may be committed and `counts` the cumulative outcomes below it. Records that were processed may still
    be in no bundle: they wait for lines that go on with theirs. Not thread-safe: one event loop owns it.
    """

    def __init__(self, offset: int, counts: Counts | None = None) -> None:
        self.tail = offset
        self.prefix = offset
        self.counts = copy(counts) if counts else Counts()
        self.latest = 0.0
        self._covered = offset
        self._processed = offset
        self._registered: deque[Registration] = deque()
        self._bundles: deque[Bundle] = deque()

    def register(self, records: Sequence[RawRecord], end: int, now: float) -> None:
        """Take note of fetched records, and of offsets up to `end` that hold no record.

        Raises:
            UnexpectedState: the records do not continue behind `tail`.
        """
        if end <= self.tail or (records and not self.tail <= records[0].offset <= records[-1].offset < end):
            raise UnexpectedState(f"fetched records up to {end} do not continue at {self.tail}")
        self._registered.append(Registration(records, end, now))
        self.tail = end
        self.latest = now

    def processed(self, end: int) -> None:
        """Take note that records up to `end` went through the pipeline; they wait only for lines that follow."""
        self._processed = end

    def bundle(self, complete_through: int, counts: Counts) -> Bundle:
        """Close everything up to `complete_through` into a bundle that waits for its acknowledgements.

        Raises:
            UnexpectedState: the outcomes do not balance with the records that were registered.
        """
        end = complete_through + 1
        if not self._covered <= end <= self.tail:
            raise UnexpectedState(f"complete through {complete_through}, outside {self._covered}..{self.tail}")
        since = self._registered[0].since if self._registered else self.latest
        records = self._take(end)
        counts.consumed = sum(map(len, records))
        if counts.balance:
            raise UnexpectedState(f"outcomes up to offset {complete_through} do not balance: {counts}")
        bundle = Bundle(end, counts, since, records)
        self._covered = end
        self._processed = max(self._processed, end)
        self._bundles.append(bundle)
        return bundle

    def _take(self, end: int) -> list[Sequence[RawRecord]]:
        """Give and forget the registered records below `end`."""
        taken: list[Sequence[RawRecord]] = []
        while self._registered and self._registered[0].end <= end:
            taken.append(self._registered.popleft().records)
        if self._registered and self._covered < end:
            first = self._registered[0]
            split = bisect_right(first.records, end - 1, key=_OFFSET)
            taken.append(first.records[:split])
            first.records = first.records[split:]
        return taken

    def settle(self) -> bool:
        """Advance the prefix over finished bundles; True when it moved."""
        before = self.prefix
        while self._bundles and not self._bundles[0].pending:
            bundle = self._bundles.popleft()
            self.prefix = bundle.end
            self.counts.add(bundle.counts)
        return self.prefix != before

    def rewind(self) -> int:
        """Forget what is registered but in no bundle; give the offset to fetch from again."""
        self._registered.clear()
        self.tail = self._processed = self._covered
        return self.tail

    @property
    def idle(self) -> bool:
        """Whether everything registered is processed and every bundle acknowledged."""
        return self._processed == self.tail and not self._bundles

    @property
    def waits_for_lines(self) -> bool:
        """Whether everything registered is processed, but some of it could go on in records that are not there yet."""
        return self._processed == self.tail and bool(self._registered)

    @property
    def in_flight(self) -> int:
        """Number of chunks and bundles that are not finished."""
        unprocessed = takewhile(lambda registration: registration.end > self._processed, reversed(self._registered))
        return sum(1 for _ in unprocessed) + len(self._bundles)

    @property
    def oldest(self) -> float | None:
        """Monotonic second at which the oldest unfinished work was registered."""
        if self._bundles:
            return self._bundles[0].since
        return self._registered[0].since if self._registered else None
