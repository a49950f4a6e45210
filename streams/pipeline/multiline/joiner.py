"""Joins the records of one partition into events: a function of the records and of the cut alone.

Neither a clock nor how the records were split into chunks decides anything, so a replay from any offset that no
event has lines on both sides of gives the same events again.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from streams.dialects.detect import Detector
from streams.pipeline.multiline.chain import Chain
from streams.pipeline.multiline.groups import Group, Key
from streams.pipeline.multiline.lines import follow
from streams.pipeline.multiline.piece import Piece
from streams.pipeline.multiline.pieces import Pieces, alone
from streams.settings import Multiline
from streams.types import Chunk, PartitionState, RawRecord

Run: TypeAlias = Sequence[Group]
"""Closed events in the order of their first offsets, with no other event's lines among theirs."""


class Joiner:
    """The open events of one partition, and the closed ones that wait behind them.

    `run_starts` are the first offsets of the runs that a chunk has given; what was given before one of them is
    complete, and a replay may begin there.
    """

    def __init__(self, bounds: Multiline, most_value_bytes: int, detector: Detector) -> None:
        self.run_starts: set[int] = set()
        self._bounds = bounds
        self._most_bytes = min(bounds.event_bytes, most_value_bytes)
        self._pieces = Pieces(detector, self._most_bytes)
        self._chain = Chain(bounds)
        self._open: dict[Key, Group] = {}
        self._parts: dict[tuple[bytes | None, bytes], Group] = {}
        self._earliest: int | None = None
        self._passed: list[Group] = []
        self._waiting: deque[Group] = deque()
        self._reach = -1

    def runs(self, chunk: Chunk) -> Iterator[Run]:
        """Take a chunk in and give what is complete, run by run; at the offset of a cut everything open closes."""
        self.run_starts.clear()
        for run in self._runs(chunk):
            self.run_starts.add(run[0].first.offset)
            yield run

    def _runs(self, chunk: Chunk) -> Iterator[Run]:
        for raw in chunk.records:
            yield from self._obey_cut(chunk.state, raw.offset)
            self._add(raw, chunk.undecodable.get(raw.offset))
            yield from self._complete(raw.offset + 1)
            if self._chain.is_full(raw.timestamp):
                yield self._end_chain()
        yield from self._obey_cut(chunk.state, chunk.end)

    def _obey_cut(self, state: PartitionState, offset: int) -> Iterator[Run]:
        if state.cut is not None and offset >= state.cut:
            state.cut = None
            yield from self._close_all()

    def _end_chain(self) -> Run:
        """Close everything open for a bound and give it as one run.

        Not run by run: a replay from between two of them would count a shorter chain, and not end it here.
        """
        return [group for run in self._close_all(partial=True) for group in run]

    def _close_all(self, *, partial: bool = False) -> Iterator[Run]:
        for group in list(self._open.values()):
            self._close(group, partial=partial)
        last = max((self._reach, *(group.last_offset for group in self._waiting)))
        yield from self._complete(last + 1)

    def complete(self, end: int) -> int:
        """Give the offset before which everything has been given, when records up to `end` were taken in."""
        group = next(iter(self._passed), None) or next(iter(self._waiting), None)
        return group.first.offset if group else end

    def _add(self, raw: RawRecord, error: str | None) -> None:
        piece = self._pieces.read(raw) if error is None else alone(raw)
        self._chain.add(raw)
        self._end_part_of_other_stream(piece)
        key = (piece.source, piece.stream)
        group = self._open.get(key)
        if group is None or not self._continue(group, raw, piece):
            self._begin(key, raw, piece, error)
        self._expire(raw.timestamp)

    def _begin(self, key: Key, raw: RawRecord, piece: Piece, error: str | None) -> None:
        group = Group.of(raw, piece, error)
        self._waiting.append(group)
        if group.is_open:
            self._open[key] = group
            self._note_part(group)
            self._earliest = raw.timestamp if self._earliest is None else min(self._earliest, raw.timestamp)

    def _continue(self, group: Group, raw: RawRecord, piece: Piece) -> bool:
        """Add a piece to an open event if it belongs to it; else the event is over."""
        after = group.after if group.unfinished else None if piece.alone else follow(group.after, piece.text)
        if after is None:
            self._close(group)
            return False
        if not self._fits(group, raw):
            self._close(group, partial=True)
            return False
        if piece.is_blank and not group.unfinished:
            self._waiting.append(group.keep_blank(raw, piece))
            return True
        finishes = group.unfinished and piece.ends
        group.add(raw, piece, after)
        self._note_part(group)
        if finishes and group.is_document:
            self._close(group)
        return True

    def _fits(self, group: Group, raw: RawRecord) -> bool:
        bounds = self._bounds
        return (
            len(group.lines) + len(group.blanks) < bounds.event_lines
            and group.size + len(raw.value or b"") <= self._most_bytes
            and raw.timestamp - group.first.timestamp <= bounds.event_milliseconds
        )

    def _note_part(self, group: Group) -> None:
        source, _ = group.key
        if group.unfinished:
            self._parts[source] = group
        elif self._parts.get(source) is group:
            del self._parts[source]

    def _end_part_of_other_stream(self, piece: Piece) -> None:
        part = self._parts.get(piece.source) if piece.stream else None
        if part is not None and part.key[1] != piece.stream:
            self._close(part)

    def _expire(self, timestamp: int) -> None:
        """Close every event that began too long before this time for any line of now."""
        limit = self._bounds.event_milliseconds
        if self._earliest is None or timestamp - self._earliest <= limit:
            return
        for group in [group for group in self._open.values() if timestamp - group.first.timestamp > limit]:
            self._close(group)
        self._earliest = min((group.first.timestamp for group in self._open.values()), default=None)

    def _close(self, group: Group, *, partial: bool = False) -> None:
        group.close(partial=partial)
        source, _ = key = group.key
        del self._open[key]
        if self._parts.get(source) is group:
            del self._parts[source]

    def _complete(self, end: int) -> Iterator[Run]:
        """Give every run that is closed, up to `end`."""
        while self._waiting and not self._waiting[0].is_open:
            group = self._waiting.popleft()
            if group.absorbed:
                continue
            self._passed.append(group)
            self._reach = max(self._reach, group.last_offset)
            following = next((g.first.offset for g in self._waiting if not g.absorbed), end)
            if following > self._reach:
                run, self._passed = self._passed, []
                self._chain.forget(following)
                yield run
