"""The whole vocabulary on one page: what flows through the rooms, and in which shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NotRequired, Protocol, TypeAlias, TypedDict

Headers: TypeAlias = Sequence[tuple[str, bytes | None]]
"""Kafka record headers in their order; a name may repeat."""


def header_bytes(headers: Headers) -> int:
    """Give the size of names and values together."""
    return sum(len(name) + len(value or b"") for name, value in headers)


class RawRecord(Protocol):
    """What a Kafka consumer hands over; aiokafka's ConsumerRecord is one as it is, so nothing is copied."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


@dataclass(frozen=True, slots=True, eq=False)
class JoinedRecord:
    """Raw records as one: the first one's coordinates, key and headers, and a value made of all of theirs.

    `flags` are remarks on the record that it becomes.
    """

    lines: tuple[RawRecord, ...]
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    flags: tuple[str, ...]


def lines_of(raw: RawRecord) -> Sequence[RawRecord]:
    """Give the raw records that one was joined from, or itself."""
    return raw.lines if type(raw) is JoinedRecord else (raw,)


class Source(TypedDict):
    """Coordinates of the first input record."""

    topic: str
    partition: int
    offset: int


class Provenance(TypedDict):
    """Which configuration produced the bytes, which processors acted and which failed and were skipped."""

    pipeline: str
    applied: list[str]
    failed: list[str]


class Scope(TypedDict, total=False):
    """Logger or instrumentation scope."""

    name: str
    version: str
    attributes: dict[str, Any]


class Record(TypedDict):
    """One normalised record inside the pipeline; `schemas.record.EnrichedRecord` is its border model."""

    schema_version: int
    event_id: str
    signal: str
    timestamp: str | None
    observed_timestamp: str
    trace_id: str | None
    span_id: str | None
    trace_flags: NotRequired[int]
    severity_number: int
    severity_text: str | None
    body: Any
    resource: dict[str, Any]
    scope: NotRequired[Scope]
    attributes: dict[str, Any]
    dropped_attributes_count: NotRequired[int]
    event_name: NotRequired[str]
    metric: NotRequired[dict[str, Any]]
    span: NotRequired[dict[str, Any]]
    source: Source
    dialect: str
    envelopes: NotRequired[list[str]]
    flags: NotRequired[list[str]]
    provenance: Provenance
    original: NotRequired[str]


@dataclass(slots=True)
class Counts:
    """Outcomes of consumed records; `consumed + split = enriched + dead + sampled + joined` always holds."""

    consumed: int = 0
    split: int = 0
    enriched: int = 0
    dead: int = 0
    sampled: int = 0
    joined: int = 0

    def add(self, other: Counts) -> None:
        """Add another count to this one, field by field."""
        self.consumed += other.consumed
        self.split += other.split
        self.enriched += other.enriched
        self.dead += other.dead
        self.sampled += other.sampled
        self.joined += other.joined

    @property
    def balance(self) -> int:
        """0 when every record has an outcome; positive when some are missing, negative when some are extra."""
        return self.consumed + self.split - self.enriched - self.dead - self.sampled - self.joined


class DeadLetter(NamedTuple):
    """A record that could not pass: the raw record with the reason, never a copy of its text in the error."""

    raw: RawRecord
    reason: str
    stage: str
    error: str
    inner: int | None = None
    """Position of the inner record in its batch, from 0."""
    value: bytes | None = None
    """What replaces the raw value when one inner record of a batch is bad alone; None keeps the original bytes."""
    pipeline: str = ""
    """Hash of the pipeline that rejected it."""
    outage: bool = False
    """It died of something outside that did not answer; once that is back, it passes."""
    sink: str | None = None
    """The sink whose store refused it, and to which alone it may return."""
    event_id: str | None = None
    """From a sink: the record's identity, as far as it could be read."""


class Outcome(NamedTuple):
    """What `finish` makes of a chunk or of its next part, in order of first offsets.

    `keys`, `values` and `origins` are parallel: trace id (or None), encoded record, and the raw record it
    came from. They are columns, not objects, because the publisher partitions and packs them as columns.
    `counts` covers exactly the offsets after the previous `complete_through` up to this one; its `consumed`
    stays 0 because the source counts that independently. `dialects` counts the records by dialect. `more` says
    that the chunk has another part: `finish` is to be called again.
    """

    keys: list[bytes | None]
    values: list[bytes]
    origins: list[RawRecord]
    dead: list[DeadLetter]
    counts: Counts
    complete_through: int
    dialects: Mapping[str, int]
    more: bool = False


LookupKeys: TypeAlias = frozenset[tuple[str, str]]
"""(look-up name, key) pairs that a chunk wants answered before it can be finished."""


class Unanswered(NamedTuple):
    """Stands for the answer to a key whose look-up failed; `error` is the class of what went wrong."""

    error: str


Answers: TypeAlias = Mapping[tuple[str, str], Any]
"""Answers to look-up keys: an Unanswered where the look-up failed; a key that is missing is one of which nothing is
known there."""


class Table(Protocol):
    """What a compacted topic says now, key by key."""

    def put(self, key: bytes | None, value: bytes | None) -> None:
        """Take a record up; a null value forgets its key.

        Raises:
            ValueError: it cannot be read; the message tells nothing of its content.
        """

    def snapshot(self) -> Any:
        """Give what is known now; what changes later does not reach it."""


class TopicTable(NamedTuple):
    """A compacted topic, and the table that its records make."""

    topic: str
    table: Table


Snapshots: TypeAlias = Mapping[str, Any]
"""What the tables of processors say at one moment, by the processor's name."""


@dataclass(slots=True)
class PartitionState:
    """What the pipeline remembers of one partition between chunks; it lives and dies with the assignment."""

    topic: str
    partition: int
    cut: int | None = None
    """The offset before which all open groups of lines close; forgotten once that is done."""
    staged: Any = None
    """What `prepare` decoded and `finish` of the same chunk takes."""
    mixed: bool = False
    """Whether the last records were of several dialects: then those of the next chunk are not read in their order."""
    ahead: Any = None
    """Of a chunk that is not read in order, how far it is."""
    joiner: Any = None
    """Open groups of lines, and what waits behind them."""


@dataclass(slots=True)
class Chunk:
    """Consecutive records of one partition, all registered with the partition's commit tracker.

    `end` is the offset after the last one, behind any control or compacted records that gave nothing.
    `undecodable` maps the offset of each record that Kafka's own client could not read to what was wrong.
    """

    topic: str
    partition: int
    records: Sequence[RawRecord]
    end: int
    state: PartitionState
    undecodable: Mapping[int, str] = field(default_factory=dict)
