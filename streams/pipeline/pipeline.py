"""The way of a chunk from raw records to encoded ones: a pure function of the records and the configuration.

It never awaits and imports no Kafka client. Between the two halves the agent resolves look-ups.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, groupby

from orjson import dumps, loads

from schemas.conform import NonconformingRecord, conform
from streams.dialects.detect import Detector
from streams.dialects.registry import DIALECTS
from streams.errors import RejectedRecord
from streams.pipeline.clean import clean_reader
from streams.pipeline.decode import Arrival, Decoder, Staged
from streams.pipeline.encode import shorten, tidy
from streams.pipeline.hints import read_hints
from streams.pipeline.identity import event_id_prefix, observed_timestamp
from streams.pipeline.layers import Layers
from streams.pipeline.policies import check_dialects, policy_of
from streams.pipeline.provenance import pipeline_hash
from streams.pipeline.reject import UNREADABLE, rejected
from streams.settings import Settings
from streams.types import Answers, Chunk, Counts, DeadLetter, LookupKeys, Outcome, Provenance, RawRecord, Source
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
        chunk.state.staged = self._decode(chunk)
        return frozenset()

    def _decode(self, chunk: Chunk) -> Iterator[Staged]:
        topic, partition = chunk.topic, chunk.partition
        policy = policy_of(topic, self._settings)
        prefix = event_id_prefix(topic, policy.source_epoch, partition)
        fallback, pinned = policy.hint_mismatch == "fallback", policy.dialect
        without_headers = read_hints((), pinned)
        read_clean, decode = self._read_clean, self._decoder.decode
        timestamp, observed = 0, observed_timestamp(0)
        if chunk.undecodable:
            yield from self._decode_around(chunk)
            return
        for raw in chunk.records:
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

    def _decode_around(self, chunk: Chunk) -> Iterator[Staged]:
        """Decode a chunk in which Kafka's own client could not read some records; those die as they are."""
        readable = [raw for raw in chunk.records if raw.offset not in chunk.undecodable]
        decoded = self._decode(replace(chunk, records=readable, undecodable={}))
        by_offset = {offset: list(staged) for offset, staged in groupby(decoded, key=lambda staged: staged[0].offset)}
        for raw in chunk.records:
            if raw.offset in chunk.undecodable:
                letter = DeadLetter(raw, "decode.kafka", UNREADABLE, chunk.undecodable[raw.offset])
                yield raw, letter, None, None
            else:
                yield from by_offset[raw.offset]

    def finish(self, chunk: Chunk, answers: Answers) -> Outcome:
        """Encode what `prepare` staged; what does not fit or conform is a dead letter.

        A few bytes may open to megabytes, so it stops behind the record with which its output passes
        `flow.part_bytes`; `complete_through` tells, and the next call goes on there.
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
        for item in staged:
            raw, record, inner, alone = item
            if size > most_output and raw is not last:
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
                dead.append(rejected(raw, _ENCODE, error, inner, alone() if alone else None))
                continue
            trace_id = record["trace_id"]
            keys.append(trace_id.encode() if trace_id else None)
            values.append(value)
            size += len(value)
            origins.append(raw)
            dialects.append(record["dialect"])
        else:
            raw, chunk.state.staged = None, None
        end = chunk.end if raw is None else raw.offset
        counts = Counts(split=split, enriched=len(values), dead=len(dead))
        return Outcome(keys, values, origins, dead, counts, end - 1, Counter(dialects))


def _check(value: bytes) -> None:
    try:
        conform(loads(value))
    except NonconformingRecord as error:
        raise RejectedRecord("schema.invalid", str(error)) from None
