"""The way of a chunk from raw records to encoded ones: a pure function of the records and the configuration.

It never awaits and imports no Kafka client. Between the two halves the agent resolves look-ups.
"""

from __future__ import annotations

from typing import Any

import orjson

from schemas.conform import NonconformingRecord, conform
from streams.dialects.base import add_flags
from streams.dialects.detect import Detector
from streams.dialects.registry import DIALECTS
from streams.errors import RejectedRecord
from streams.pipeline.decode import STAGE, Arrival, Decoder, Staged
from streams.pipeline.encode import encode
from streams.pipeline.hints import NO_HINTS
from streams.pipeline.identity import event_id_prefix, is_observable, observed_timestamp
from streams.pipeline.provenance import pipeline_hash
from streams.pipeline.reject import rejected
from streams.pipeline.trace_sources import complete_trace
from streams.settings import Settings, TopicPolicy
from streams.types import Answers, Chunk, Counts, DeadLetter, LookupKeys, Outcome, Provenance, RawRecord, Record, Source
from streams.values.zones import zone_named

_ENCODE = "encode"
_SAMPLE = 1_000
"""One record in so many offsets is checked against the schema at run time; tests prove the rest."""


class Pipeline:
    """Both halves of the work on a chunk; `provenance` is the hash of what shapes its output."""

    def __init__(self, settings: Settings) -> None:
        self.provenance = pipeline_hash(settings, DIALECTS)
        self._settings = settings
        self._limits = settings.limits
        self._every = 1 if settings.validate_output else _SAMPLE
        self._detector = Detector(DIALECTS, zone_named(settings.time_zone))
        self._decoder = Decoder(self._detector, settings.limits)

    def prepare(self, chunk: Chunk) -> LookupKeys:
        """Decode a chunk into its state and give the keys that it wants looked up."""
        policy = self._settings.topics.get(chunk.topic, TopicPolicy())
        prefix = event_id_prefix(chunk.topic, policy.source_epoch, chunk.partition)
        fallback = policy.hint_mismatch == "fallback"
        staged: list[Staged] = []
        for raw in chunk.records:
            source: Source = {"topic": chunk.topic, "partition": chunk.partition, "offset": raw.offset}
            arrival = Arrival(raw, f"{prefix}{raw.offset}", observed_timestamp(raw.timestamp), source, fallback)
            staged.extend(self._decoder.decode(arrival))
        chunk.state.staged = staged
        return frozenset()

    def finish(self, chunk: Chunk, answers: Answers) -> Outcome:
        """Encode what `prepare` decoded; what does not fit or conform is a dead letter."""
        outcome = Outcome([], [], [], [], Counts(), chunk.end - 1)
        keys, values, origins, dead, counts, _ = outcome
        provenance: Provenance = {"pipeline": self.provenance, "applied": [], "failed": []}
        for item in chunk.state.staged:
            raw, record, inner, alone = item
            if inner:
                counts.split += 1
            if isinstance(record, DeadLetter):
                dead.append(record)
                continue
            try:
                record["provenance"] = provenance
                value = encode(record, self._limits)
                if raw.offset % self._every == 0:
                    _check(value)
            except MemoryError:
                raise
            except Exception as error:
                dead.append(rejected(raw, _ENCODE, error, inner, alone))
                continue
            trace_id = record["trace_id"]
            keys.append(trace_id.encode() if trace_id else None)
            values.append(value)
            origins.append(raw)
        chunk.state.staged = None
        counts.enriched, counts.dead = len(values), len(dead)
        return outcome


def _check(value: bytes) -> None:
    try:
        conform(orjson.loads(value))
    except NonconformingRecord as error:
        raise RejectedRecord("schema.invalid", str(error)) from None
