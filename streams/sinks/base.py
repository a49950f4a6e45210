"""What a sink is: something that stores batches of enriched records and says what became of each.

Retries, circuit breakers, batch sizes, dead letters, metrics and logs are the framework's: a sink holds none of them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple, TypeAlias

from pydantic import BaseModel, ConfigDict

SourcePartition: TypeAlias = tuple[str, int]
"""A raw partition as event ids name it: topic with its `@epoch`, if it has one, and number."""

Position: TypeAlias = tuple[int, int]
"""Where a record stands in a raw partition: offset, and its number inside that message (-1 when it was alone)."""

Marks: TypeAlias = Mapping[SourcePartition, Position]
"""Of one enriched partition: the highest position of each raw partition that is stored, as numbers, not as text."""


class SinkOptions(BaseModel):
    """The options of a sink: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Effect(StrEnum):
    """What a store holds after records were delivered to it more than once."""

    KEYED = "keyed"
    """One version of each event id: the first, unless the sink was started to rewrite."""
    DEDUPLICATED = "deduplicated"
    """One of each event id, because replays are filtered by marks that it stores with the records."""
    AT_LEAST_ONCE = "at_least_once"
    """Possibly several of each; every one carries its event id."""


class Outcome(StrEnum):
    """What became of one record."""

    OK = "ok"
    """It is stored for good."""
    RETRY = "retry"
    """It may be stored later; nothing is known about now."""
    REJECTED = "rejected"
    """The store will never take it."""


class Result(NamedTuple):
    """An outcome with the reason, which never repeats the record's text."""

    outcome: Outcome
    reason: str = ""


OK: Final = Result(Outcome.OK)
"""Shared by all records that are stored."""


class Unavailable(Exception):
    """The store does not answer, or not now: all of the batch may be tried again.

    `retry_after` is the seconds that the store itself asked to wait.
    """

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Refused(Exception):
    """The store refused the batch for good without telling which record is to blame: it is tried in halves."""


class Item(NamedTuple):
    """One enriched record; `offset` and `key` are those in the topic it came by, `value` its bytes there."""

    offset: int
    key: bytes | None
    value: bytes
    event_id: str
    record: dict[str, Any]
    """The value, decoded and upcast to the current schema version; sinks do not change it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition in its order, at least one.

    `marks` is what a deduplicating sink stores together with the records: the marks after this batch. `before` are
    those before it, from which the marks of a part are made.
    """

    topic: str
    partition: int
    items: Sequence[Item]
    marks: Marks = field(default_factory=dict)
    before: Marks = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sink works: its own name, the folder for its local files, and whether stored versions are replaced."""

    name: str
    directory: Path
    rewrite: bool = False


class BatchBounds(NamedTuple):
    """What a batch has at most, and how many seconds its first record waits for more; settings may say otherwise."""

    records: int = 2_000
    bytes: int = 4_194_304
    seconds: float = 0.2


class Sink(ABC):
    """Writes batches to one store. Batches of different partitions may be written at the same time."""

    name: ClassVar[str]
    effect: ClassVar[Effect]
    needs: ClassVar[tuple[str, ...]] = ()
    """Modules of other packages without which it cannot be made."""
    extra: ClassVar[str] = ""
    """The extra of this distribution that installs them, as in `weft[postgres]`."""
    batch: ClassVar[BatchBounds] = BatchBounds()
    """What suits the store."""
    Options: ClassVar[type[SinkOptions]] = SinkOptions

    def __init__(self, options: Any, place: Place) -> None:
        self.options = options
        self.place = place

    async def start(self) -> None:  # noqa: B027 - not every sink has something to open
        """Open what it needs; called again after it raised Unavailable.

        Raises:
            ConfigurationError: it can never work like this.
            Unavailable: the store does not answer now.
        """

    @abstractmethod
    async def write(self, batch: Batch) -> Sequence[Result]:
        """Store a batch; gives one result for each item, in their order, once what is `ok` is durable.

        Of one key (a trace) `ok` and `rejected` are only a prefix: behind a `retry` everything of that key is `retry`.
        It may be called again with the same records, together with others or alone. It may be cancelled at any time,
        and is over when it ends: what a thread of it still does, it waits for.

        Raises:
            Unavailable: nothing is known of any of them; they are tried again.
            Refused: something in the batch is wrong, and the store does not tell which.
        """

    async def stop(self) -> None:  # noqa: B027 - nor to close
        """Let go of what it holds; called once, also when `start` did not get far, and never during a write."""


class DeduplicatedSink(Sink):
    """A sink for a store that only appends: it stores each batch's marks in the same atomic step as its records.

    So it stores a batch as a whole or not at all. If it rejects a record, all others of that batch are `retry`: they
    come again once its dead letter is safe, because marks that stand behind it would hide it from a replay.
    """

    effect = Effect.DEDUPLICATED

    @abstractmethod
    async def take(self, topic: str, partition: int) -> Marks:
        """Begin with a partition of `enriched` that was newly assigned: give its stored marks.

        What a crashed writer left behind them is removed before. It is called again after a write that was cancelled
        or raised Unavailable: what turns out to be stored is not written a second time.

        Raises:
            Unavailable: the store does not answer now.
        """
