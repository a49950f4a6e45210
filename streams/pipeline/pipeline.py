"""The way of a chunk from raw records to encoded ones: a pure function of the records and the configuration.

It never awaits and imports no Kafka client. Between the two halves the agent resolves look-ups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from orjson import dumps, loads

from schemas.conform import NonconformingRecord, conform
from streams.dialects.base import add_flags
from streams.dialects.detect import Detector
from streams.dialects.registry import DIALECTS
from streams.errors import RejectedRecord
from streams.pipeline.clean import clean_reader
from streams.pipeline.decode import Arrival, Decoder, Staged
from streams.pipeline.encode import shorten, tidy
from streams.pipeline.hints import read_hints
from streams.pipeline.identity import event_id_prefix, observed_timestamp
from streams.pipeline.layers import Layers
from streams.pipeline.multiline import Joiner
from streams.pipeline.policies import check_dialects, policy_of
from streams.pipeline.provenance import pipeline_hash
from streams.pipeline.reject import UNREADABLE, refused, rejected
from streams.settings import Settings
from streams.types import (
    Answers,
    Chunk,
    Counts,
    DeadLetter,
    JoinedRecord,
    LookupKeys,
    Outcome,
    Provenance,
    RawRecord,
    Source,
)
from streams.values.json import plain_float
from streams.values.zones import zone_named

_ENCODE = "encode"
_DEAD_BYTES = 1_000
"""What a dead letter counts as output beside its value, which is the input's."""
_SAMPLE = 1_000
"""One record in so many offsets is checked against the schema at run time; tests prove the rest."""


class Pipeline:
    """Both halves of the work on a chunk; `provenance` is the hash of what shapes its output."""

    def __init__(self, settings: Settings) -> None:
        check_dialects(settings)
        self.provenance = pipeline_hash(settings, DIALECTS)
        self._settings = settings
        self._limits = settings.limits
        self._every = 1 if settings.validate_output else _SAMPLE
        self._detector = Detector(DIALECTS, zone_named(settings.time_zone))
        layers = Layers(self._detector, settings.limits.depth)
        self._read_clean = clean_reader(self._detector, layers, settings.limits)
        self._decoder = Decoder(self._detector, layers, settings.limits)

    def prepare(self, chunk: Chunk) -> LookupKeys:
        """Stage the decoding of a chunk and give the keys that it wants looked up.

        Nothing wants a look-up yet, so the staged records are an iterator that `finish` draws from: each is
        decoded, encoded and forgotten while it is in the processor's cache, and a chunk costs no memory but its output.
        """
        multiline = policy_of(chunk.topic, self._settings).multiline
        if multiline.enabled:
            if chunk.state.joiner is None:
                chunk.state.joiner = Joiner(multiline, self._limits.value_bytes)
            chunk.state.staged = self._decode_joined(chunk)
        elif chunk.undecodable:
            undecodable = chunk.undecodable
            chunk.state.staged = self._decode_around(chunk, ((r, undecodable.get(r.offset)) for r in chunk.records))
        else:
            chunk.state.staged = self._decode(chunk, chunk.records)
        return frozenset()

    def _decode(self, chunk: Chunk, records: Iterable[RawRecord]) -> Iterator[Staged]:
        topic, partition = chunk.topic, chunk.partition
        policy = policy_of(topic, self._settings)
        prefix = event_id_prefix(topic, policy.source_epoch, partition)
        fallback, pinned = policy.hint_mismatch == "fallback", policy.dialect
        without_headers = read_hints((), pinned)
        read_clean, decode = self._read_clean, self._decoder.decode
        timestamp, observed = 0, observed_timestamp(0)
        for raw in records:
            offset, value = raw.offset, raw.value
            if raw.timestamp != timestamp:
                timestamp = raw.timestamp
                observed = observed_timestamp(timestamp)
            source: Source = {"topic": topic, "partition": partition, "offset": offset}
            event_id = f"{prefix}{offset}"
            hints = read_hints(raw.headers, pinned) if raw.headers else without_headers
            record = read_clean(value, hints, event_id, observed, source) if value else None
            if record is not None:
                yield raw, record, None, None
            else:
                yield from decode(Arrival(raw, event_id, observed, source, hints, fallback))

    def _decode_around(self, chunk: Chunk, records: Iterable[tuple[RawRecord, str | None]]) -> Iterator[Staged]:
        """Decode records of which some come with the reason why Kafka's own client could not read them: they die."""
        unreadable: list[Staged] = []

        def readable() -> Iterator[RawRecord]:
            for raw, error in records:
                if error is None:
                    yield raw
                else:
                    unreadable.append((raw, DeadLetter(raw, "decode.kafka", UNREADABLE, error), None, None))

        for staged in self._decode(chunk, readable()):
            if unreadable:
                yield from unreadable
                unreadable.clear()
            yield staged
        yield from unreadable

    def _decode_joined(self, chunk: Chunk) -> Iterator[Staged]:
        """Decode what the chunk completes, also of earlier chunks; a joined event is decoded as one record."""
        events = (group for run in chunk.state.joiner.runs(chunk) for group in run)
        for staged in self._decode_around(chunk, ((group.record(), group.error) for group in events)):
            if type(staged[0]) is JoinedRecord:
                yield from _remarked(staged[0], staged)
            else:
                yield staged

    def finish(self, chunk: Chunk, answers: Answers) -> Outcome:
        """Encode what `prepare` staged; what does not fit or conform is a dead letter.

        A few bytes may open to megabytes, so it stops behind the record with which its output passes
        `flow.part_bytes`; `more` tells, and the next call goes on there.
        """
        keys: list[bytes | None] = []
        values: list[bytes] = []
        origins: list[RawRecord] = []
        dialects: list[str] = []
        dead: list[DeadLetter] = []
        split, every = 0, self._every
        most_attributes, most_bytes = self._limits.attributes, self._limits.record_bytes
        provenance: Provenance = {"pipeline": self.provenance, "applied": [], "failed": []}
        staged, size, last, most_output = chunk.state.staged, 0, None, self._settings.flow.part_bytes
        joiner: Joiner | None = chunk.state.joiner
        for item in staged:
            raw, record, inner, alone = item
            if size > most_output and raw is not last and (joiner is None or raw.offset == joiner.run_start):
                chunk.state.staged = chain((item,), staged)
                break
            last = raw
            if inner:
                split += 1
            if type(record) is DeadLetter:
                dead.append(record)
                size += _DEAD_BYTES
                continue
            try:
                record["provenance"] = provenance
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
        else:
            raw, chunk.state.staged = None, None
        end = raw.offset if raw is not None else joiner.complete(chunk.end) if joiner else chunk.end
        joined = _joined(origins, dead) if joiner else 0
        counts = Counts(split=split, enriched=len(values), dead=len(dead), joined=joined)
        return Outcome(keys, values, origins, dead, counts, end - 1, Counter(dialects), more=raw is not None)


def _remarked(event: JoinedRecord, staged: Staged) -> Iterator[Staged]:
    """Put the remarks of a joined event on its records; one that could not be decoded dies line by line."""
    _, record, inner, _ = staged
    if isinstance(record, DeadLetter):
        yield from ((letter.raw, letter, inner, None) for letter in refused(record))
    else:
        add_flags(record, *event.flags)
        yield staged


def _joined(origins: Sequence[RawRecord], dead: Sequence[DeadLetter]) -> int:
    """Count the records that went into the outputs of others."""
    events = {raw for raw in chain(origins, (letter.raw for letter in dead)) if type(raw) is JoinedRecord}
    return sum(len(event.lines) - 1 for event in events)


def _check(value: bytes) -> None:
    try:
        conform(loads(value))
    except NonconformingRecord as error:
        raise RejectedRecord("schema.invalid", str(error)) from None
