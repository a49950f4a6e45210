"""The way of a chunk from raw records to encoded ones: a pure function of the records and the configuration.

It never awaits and imports no Kafka client. Between the two halves the agent resolves look-ups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import chain
from typing import Any, NamedTuple

from orjson import dumps, loads

from schemas.conform import NonconformingRecord, conform
from streams.dialects.registry import DIALECTS
from streams.errors import RejectedRecord
from streams.pipeline.build import NO_SNAPSHOTS, build_chain
from streams.pipeline.chain import Progress
from streams.pipeline.decode import Staged
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
_SAMPLE = 1_000
"""One record in so many offsets is checked against the schema at run time; tests prove the rest."""


class Prepared(NamedTuple):
    """A record that waits for the answers to its look-ups; `progress` is None when it was sampled out before."""

    record: Record
    progress: Progress | None


class Drained(NamedTuple):
    """What became of staged records, in columns as in `Outcome`; `next` is the first one that was left."""

    keys: list[bytes | None]
    values: list[bytes]
    origins: list[RawRecord]
    dialects: list[str]
    dead: list[DeadLetter]
    sampled: list[RawRecord]
    split: int
    next: RawRecord | None


class Pipeline:
    """Both halves of the work on a chunk; `provenance` is the hash of what shapes its output."""

    def __init__(self, settings: Settings, snapshots: Snapshots = NO_SNAPSHOTS) -> None:
        check_dialects(settings)
        self.chain = build_chain(settings, snapshots)
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
        if not self.chain.asks:
            chunk.state.staged = staged
            return frozenset()
        items = [self._prepared(item) for item in staged]
        chunk.state.staged = iter(items)
        return frozenset().union(*(self.chain.keys(record.progress) for _, record, _, _ in items if _asks(record)))

    def _prepared(self, item: Staged) -> Any:
        """Take a record through the processors that stand before the first look-up."""
        raw, record, inner, alone = item
        if isinstance(record, DeadLetter):
            return item
        try:
            return raw, Prepared(record, self.chain.run_before_lookups(record)), inner, alone
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - one record's failure is its dead letter
            return raw, rejected(raw, _PROCESS, error, inner, alone() if alone else None), inner, alone

    def finish(self, chunk: Chunk, answers: Answers) -> Outcome:
        """Process and encode what `prepare` staged; what fails, does not fit or does not conform is a dead letter.

        A few bytes may open to megabytes, so it stops behind the record with which its output passes
        `flow.part_bytes`; `more` tells, and the next call goes on there.
        """
        self._refresh()
        self.chain.begin(self.provenance, answers)
        joiner: Joiner | None = chunk.state.joiner
        done = self._drain(chunk.state, joiner)
        dead = [letter._replace(pipeline=self.provenance) for letter in done.dead]
        more = done.next is not None
        end = done.next.offset if done.next is not None else joiner.complete(chunk.end) if joiner else chunk.end
        counts = Counts(
            split=done.split,
            enriched=len(done.values),
            dead=len(dead),
            sampled=len(done.sampled),
            joined=_joined(chain(done.origins, done.sampled, (letter.raw for letter in dead))) if joiner else 0,
        )
        return Outcome(done.keys, done.values, done.origins, dead, counts, end - 1, Counter(done.dialects), more=more)

    def _drain(self, state: PartitionState, joiner: Joiner | None) -> Drained:  # noqa: C901 - hot path
        """Draw what is staged until it is through or a part is full; one loop, because a call a record costs much."""
        keys: list[bytes | None] = []
        values: list[bytes] = []
        origins: list[RawRecord] = []
        dialects: list[str] = []
        dead: list[DeadLetter] = []
        sampled: list[RawRecord] = []
        split, size, last, every = 0, 0, None, self._every
        most_output, most_attributes, most_bytes = self._part_bytes, self._limits.attributes, self._limits.record_bytes
        staged, unprocessed = state.staged, self.chain.unprocessed
        for raw, record, inner, alone in staged:
            if size > most_output and raw is not last and (joiner is None or raw.offset == joiner.run_start):
                state.staged = chain(((raw, record, inner, alone),), staged)
                return Drained(keys, values, origins, dialects, dead, sampled, split, raw)
            last = raw
            if inner:
                split += 1
            if type(record) is DeadLetter:
                dead += refused(record)
                size += _DEAD_BYTES
                continue
            stage = _PROCESS
            try:
                if unprocessed is not None:
                    record["provenance"] = unprocessed
                elif (record := self._process(record)) is None:
                    sampled.append(raw)
                    continue
                stage = _ENCODE
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
                dead += refused(rejected(raw, stage, error, inner, alone() if alone else None))
                continue
            trace_id = record["trace_id"]
            keys.append(trace_id.encode() if trace_id else None)
            values.append(value)
            size += len(value)
            origins.append(raw)
            dialects.append(record["dialect"])
        state.staged = None
        return Drained(keys, values, origins, dialects, dead, sampled, split, None)

    def _process(self, record: Any) -> Record | None:
        """Take a record through its processors; None when it was sampled out."""
        if type(record) is Prepared:
            record, progress = record
            return record if progress is not None and self.chain.run(record, progress) else None
        return record if self.chain.run(record) else None


def _asks(record: object) -> bool:
    return type(record) is Prepared and record.progress is not None


def _joined(events: Iterable[RawRecord]) -> int:
    """Count the records that went into the outputs of others."""
    return sum(len(event.lines) - 1 for event in {raw for raw in events if type(raw) is JoinedRecord})


def _check(value: bytes) -> None:
    try:
        conform(loads(value))
    except NonconformingRecord as error:
        raise RejectedRecord("schema.invalid", str(error)) from None
