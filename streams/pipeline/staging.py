"""The first half of the way: what the raw records of a chunk hold, decoded one after the other as it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from streams.dialects.base import add_flags
from streams.dialects.detect import Detector
from streams.dialects.registry import DIALECTS
from streams.pipeline.clean import clean_reader
from streams.pipeline.clean_text import text_reader
from streams.pipeline.decode import Arrival, Decoder, Staged
from streams.pipeline.drained import Ahead
from streams.pipeline.hints import read_hints
from streams.pipeline.identity import event_id_prefix, observed_timestamp
from streams.pipeline.layers import HoldsSeveral, Layers
from streams.pipeline.multiline import Joiner
from streams.pipeline.policies import policy_of
from streams.pipeline.reject import UNREADABLE
from streams.settings import Settings
from streams.types import Chunk, DeadLetter, JoinedRecord, RawRecord, Source
from streams.values.zones import zone_named

_BRACE = ord("{")
_ALIKE_BYTES = 24
"""By so many bytes at their beginning records of one dialect are mostly told from those of others."""
_offset = attrgetter("offset")


class Stager:
    """Decodes chunks with the dialects and limits of one configuration."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._detector = detector = Detector(DIALECTS, zone_named(settings.time_zone))
        layers = Layers(detector, settings.limits)
        self._read_clean = clean_reader(detector, layers, settings.limits)
        self._read_text = text_reader(detector, layers, settings.limits)
        self._decoder = Decoder(detector, layers, settings.limits)
        self.opened = 0
        """How many values went the whole way, on which a few bytes may open to megabytes."""

    def stage(self, chunk: Chunk) -> Iterator[Staged]:
        """Give what a chunk holds, decoded as it is drawn.

        So each record is encoded and forgotten while it is in the processor's cache, and a chunk costs no memory
        but its output.
        """
        chunk.state.ahead = None
        multiline = policy_of(chunk.topic, self._settings).multiline
        if multiline.enabled:
            if chunk.state.joiner is None:
                chunk.state.joiner = Joiner(multiline, self._settings.limits.value_bytes, self._detector)
            return self._decode_joined(chunk)
        if chunk.undecodable:
            undecodable = chunk.undecodable
            return self._decode_around(chunk, ((raw, undecodable.get(raw.offset)) for raw in chunk.records))
        if chunk.state.mixed:
            chunk.state.ahead = Ahead()
            return self._decode_alike(chunk, chunk.state.ahead)
        return self._decode(chunk, chunk.records)

    def _decode_alike(self, chunk: Chunk, ahead: Ahead) -> Iterator[Staged]:
        """Decode records that begin alike one after the other, because code that ran just now runs twice as fast.

        A few bytes may open to megabytes: once a part is full, the others come in their order.
        """
        later: list[RawRecord] = []

        def until_full() -> Iterator[RawRecord]:
            for raw in sorted(chunk.records, key=_beginning):
                if ahead.full:
                    later.append(raw)
                else:
                    yield raw

        yield from self._decode(chunk, until_full())
        later.sort(key=_offset)
        ahead.later = frozenset(raw.offset for raw in later if raw is not chunk.records[0])
        yield from self._decode(chunk, later)

    def _decode(self, chunk: Chunk, records: Iterable[RawRecord]) -> Iterator[Staged]:
        topic, partition = chunk.topic, chunk.partition
        policy = policy_of(topic, self._settings)
        prefix = event_id_prefix(topic, policy.source_epoch, partition)
        fallback, pinned = policy.hint_mismatch == "fallback", policy.dialect
        without_headers = read_hints((), pinned)
        always_plain = without_headers.plain
        read_object, read_text, decode = self._read_clean, self._read_text, self._decoder.decode
        timestamp, observed = 0, observed_timestamp(0)
        for raw in records:
            offset, value = raw.offset, raw.value
            if raw.timestamp != timestamp:
                timestamp = raw.timestamp
                observed = observed_timestamp(timestamp)
            source: Source = {"topic": topic, "partition": partition, "offset": offset}
            event_id = f"{prefix}{offset}"
            hints, plain, record = without_headers, always_plain, None
            if raw.headers:
                hints = read_hints(raw.headers, pinned)
                plain = hints.plain
            if value and plain:
                read_clean = read_object if value[0] == _BRACE else read_text
                try:
                    record = read_clean(value, hints, event_id, observed, source)
                except HoldsSeveral as several:
                    self.opened += 1
                    yield from decode(Arrival(raw, event_id, observed, source, hints, fallback), several.leaves)
                    continue
            if record is not None:
                yield raw, record, None, None
            else:
                self.opened += 1
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
            raw, record, _, _ = staged
            if type(raw) is JoinedRecord and not isinstance(record, DeadLetter):
                add_flags(record, *raw.flags)
            yield staged


def _beginning(raw: RawRecord) -> bytes:
    return (raw.value or b"")[:_ALIKE_BYTES]
