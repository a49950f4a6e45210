"""The way of a chunk from raw records to encoded ones: a pure function of the records and the configuration.

It never awaits and imports no Kafka client. Between the two halves the agent resolves look-ups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, count
from typing import TypeAlias

from orjson import dumps, loads

from schemas.conform import NonconformingRecord, conform
from streams.dialects.registry import DIALECTS
from streams.errors import RejectedRecord
from streams.pipeline.batch import Batch
from streams.pipeline.build import NO_SNAPSHOTS, build_chain
from streams.pipeline.decode import Alone, Staged
from streams.pipeline.drained import Ahead, Drained
from streams.pipeline.encode import shorten, tidy
from streams.pipeline.multiline import Joiner
from streams.pipeline.policies import check_dialects
from streams.pipeline.provenance import pipeline_hash, with_snapshots
from streams.pipeline.reject import refused, rejected
from streams.pipeline.staging import Stager
from streams.settings import Settings
from streams.types import (
    Answers,
    Chunk,
    Counts,
    DeadLetter,
    JoinedRecord,
    LookupKeys,
    Outcome,
    PartitionState,
    RawRecord,
    Record,
    Snapshots,
)
from streams.values.json import plain_float

_PROCESS, _ENCODE = "process", "encode"
_DEAD_BYTES = 1_000
"""What a dead letter counts as output beside its value, which is the input's."""
_BATCH = 32
"""Records that the processors see together: enough to share the cost of a look, few enough to stay in the caches."""
_MOST_OPENED = 4
"""Values that go the whole way and wait together, because a few bytes of such may open to megabytes."""
_MOSTLY = 0.9
"""The share of one dialect from which on the order of reading makes no difference."""
_SAMPLE = 1_000
"""One record in so many offsets is checked against the schema at run time; tests prove the rest."""


Processed: TypeAlias = tuple[RawRecord, Record | DeadLetter | None, int | None, Alone | None]
"""As what is staged; None stands for a record that was sampled out."""


class Pipeline:
    """Both halves of the work on a chunk; `provenance` is the hash of what shapes its output.

    When it `blocks`, a processor may wait for another program: call it in a thread, from one thread at a time.
    """

    def __init__(self, settings: Settings, snapshots: Snapshots = NO_SNAPSHOTS) -> None:
        check_dialects(settings)
        self.chain = build_chain(settings, snapshots)
        self.blocks = any(step.processor.blocks for step in self.chain.steps)
        self._limits = settings.limits
        self._part_bytes = settings.flow.part_bytes
        self._every = 1 if settings.validate_output else _SAMPLE
        self._stager = Stager(settings)
        self._hash = pipeline_hash(settings, DIALECTS, self.chain)
        self._snapshots: tuple[str, ...] = ()
        self.provenance = ""
        self._refresh()

    def _refresh(self) -> None:
        """Make the hash again when a processor looks things up in other data than before."""
        snapshots = self.chain.snapshots()
        if snapshots != self._snapshots or not self.provenance:
            self._snapshots = snapshots
            self.provenance = with_snapshots(self._hash, snapshots)

    def prepare(self, chunk: Chunk) -> LookupKeys:
        """Stage the decoding of a chunk and give the keys that it wants looked up.

        While nothing asks, decoding waits until `finish` draws from it; else the whole chunk is decoded here.
        """
        staged = self._stager.stage(chunk)
        if not self.chain.steps:
            chunk.state.staged = staged
            return frozenset()
        batches = self._batches(staged)
        if not self.chain.asks:
            chunk.state.staged = self._processed(batches)
            return frozenset()
        waiting = list(batches)
        chunk.state.staged = self._processed(waiting)
        return frozenset().union(*(self.chain.keys(batch) for _, batch in waiting))

    def _batches(self, staged: Iterable[Staged]) -> Iterator[tuple[list[Staged], Batch]]:
        """Take records through the processors that stand before the first look-up, a few at a time."""
        stager = self._stager
        items: list[Staged] = []
        most_opened = stager.opened + _MOST_OPENED
        for item in staged:
            items.append(item)
            if len(items) == _BATCH or stager.opened >= most_opened:
                yield items, self._begun(items)
                items, most_opened = [], stager.opened + _MOST_OPENED
        if items:
            yield items, self._begun(items)

    def _begun(self, items: Iterable[Staged]) -> Batch:
        batch = Batch([record for _, record, _, _ in items if not isinstance(record, DeadLetter)])
        self.chain.run_before_lookups(batch)
        return batch

    def _processed(self, batches: Iterable[tuple[list[Staged], Batch]]) -> Iterator[Processed]:
        """Take records through the other processors; gives what becomes of each."""
        for items, batch in batches:
            self.chain.run(batch)
            yield from _settled(items, batch.ended) if batch.ended else items

    def finish(self, chunk: Chunk, answers: Answers) -> Outcome:
        """Process and encode what `prepare` staged; what fails, does not fit or does not conform is a dead letter.

        A few bytes may open to megabytes, so it stops behind the record with which its output passes
        `flow.part_bytes`; `more` tells, and the next call goes on there.
        """
        self._refresh()
        self.chain.begin(self.provenance, answers)
        joiner: Joiner | None = chunk.state.joiner
        done = self._drain(chunk.state, joiner)
        if chunk.state.ahead is not None:
            done = done.in_order()
            if done.next is not None:
                end = done.next.offset
                chunk.state.ahead.kept, done = done.behind(end), done.before(end)
        dead = [letter._replace(pipeline=self.provenance) for letter in done.dead]
        more = done.next is not None
        end = done.next.offset if done.next is not None else joiner.complete(chunk.end) if joiner else chunk.end
        counts = Counts(
            split=len(done.further),
            enriched=len(done.values),
            dead=len(dead),
            sampled=len(done.sampled),
            joined=_joined(chain(done.origins, done.sampled, (letter.raw for letter in dead))) if joiner else 0,
        )
        dialects = Counter(done.dialects)
        chunk.state.mixed = max(dialects.values(), default=0) < _MOSTLY * len(done.dialects)
        return Outcome(done.keys, done.values, done.origins, dead, counts, end - 1, dialects, more=more)

    def _drain(self, state: PartitionState, joiner: Joiner | None) -> Drained:  # noqa: C901 - hot path
        """Draw what is staged until it is through or a part is full; one loop, because a call a record costs much."""
        ahead: Ahead | None = state.ahead
        done = (ahead and ahead.kept) or Drained()
        keys, values, origins, dialects, dead = done.keys, done.values, done.origins, done.dialects, done.dead
        size, last, every = 0, None, self._every
        most_output, most_attributes, most_bytes = self._part_bytes, self._limits.attributes, self._limits.record_bytes
        staged, unprocessed = state.staged, self.chain.unprocessed
        for raw, record, inner, alone in staged:
            if size > most_output and raw is not last and _may_begin_part(raw, ahead, joiner):
                state.staged = chain(((raw, record, inner, alone),), staged)
                done.next = raw
                return done
            last = raw
            if inner:
                done.further.append(raw)
            if type(record) is DeadLetter:
                dead += refused(record)
                size += _DEAD_BYTES
                continue
            if record is None:
                done.sampled.append(raw)
                continue
            try:
                if unprocessed is not None:
                    record["provenance"] = unprocessed
                if "flags" in record or len(record["attributes"]) > most_attributes:
                    tidy(record, most_attributes)
                # A joined copy, because orjson's own bytes keep a buffer for the worst case: kept, they fault pages.
                value = b"".join((dumps(record, plain_float), b""))
                if len(value) > most_bytes:
                    value = shorten(record, most_bytes)
                if raw.offset % every == 0:
                    _check(value)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - one record's failure is its dead letter
                dead += refused(rejected(raw, _ENCODE, error, inner, alone() if alone else None))
                continue
            trace_id = record["trace_id"]
            keys.append(trace_id.encode() if trace_id else None)
            values.append(value)
            size += len(value)
            origins.append(raw)
            dialects.append(record["dialect"])
        state.staged = None
        return done


def _may_begin_part(raw: RawRecord, ahead: Ahead | None, joiner: Joiner | None) -> bool:
    """Whether all that stands before a record has been drained; if not, those that are left come in order now."""
    if ahead is not None:
        ahead.full = True
        return raw.offset in ahead.later
    return joiner is None or raw.offset in joiner.run_starts


def _settled(items: Iterable[Staged], ended: Mapping[int, Exception | None]) -> Iterator[Processed]:
    """Give staged records with those that ended as what they are now: dead letters, or None."""
    places = count()
    for raw, record, inner, alone in items:
        place = -1 if type(record) is DeadLetter else next(places)
        if place not in ended:
            yield raw, record, inner, alone
            continue
        error = ended[place]
        letter = None if error is None else rejected(raw, _PROCESS, error, inner, alone() if alone else None)
        yield raw, letter, inner, alone


def _joined(events: Iterable[RawRecord]) -> int:
    """Count the records that went into the outputs of others."""
    return sum(len(event.lines) - 1 for event in {raw for raw in events if type(raw) is JoinedRecord})


def _check(value: bytes) -> None:
    try:
        conform(loads(value))
    except NonconformingRecord as error:
        raise RejectedRecord("schema.invalid", str(error)) from None
