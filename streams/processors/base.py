"""What a processor is: a declared, versioned step that examines one record and may augment it.

Fields are named by paths: `body`, `severity_number`, `attributes.http.route`, `resource.service.owner`, and
`attributes.*` for any attribute. A read that ends in `?` may be absent; every other one must be a field that each
record has, or be written by a processor that stands before. `flags` is a set that several may add to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from streams.errors import TemporaryError
from streams.types import Record, TopicTable


class Options(BaseModel):
    """The options of a processor: immutable, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Verdict(Enum):
    """What a processor may say instead of whether it acted."""

    SAMPLED = "sampled"
    """The record is not wanted: it counts as sampled and goes nowhere."""


Acted = bool | Literal[Verdict.SAMPLED]


class Cached(NamedTuple):
    """How often a cache had the answer, and how often it had not."""

    hits: int = 0
    misses: int = 0


class Processor(ABC):
    """Examines a record and may augment it in place; made once per configuration, called for every record.

    A processor is a pure function of the record, its options and its snapshot: no clock, no random number, no I/O.
    An exception that it raises is handled by the failure policy of its place in the chain.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    """Raised whenever the output for some record changes; stands in `provenance.applied` as `name@version`."""
    reads: ClassVar[frozenset[str]]
    writes: ClassVar[frozenset[str]]
    overwrites: ClassVar[frozenset[str]] = frozenset()
    """Those of its writes that may replace what another processor wrote."""
    not_idempotent: ClassVar[str] = ""
    """Why a second run over its own output would change that again; empty when it would not."""
    fails_closed: ClassVar[bool] = False
    """Whether a record that it fails on must die, whatever the settings say: it keeps in what must not leave."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Modules of other packages without which it cannot be made; `weft processors` tells whether they are there."""
    Options: ClassVar[type[Options]] = Options

    counts: Mapping[str, int] = MappingProxyType({})
    """What it did so far, by kind; empty where it tells no kinds apart."""

    def __init__(self, options: Any) -> None:
        self.options = options

    def declare(self, reads: Iterable[str], writes: Iterable[str], overwrites: Iterable[str] = ()) -> None:
        """Narrow the declarations of the class, which may be patterns, to the fields that the options name."""
        vars(self).update(reads=frozenset(reads), writes=frozenset(writes), overwrites=frozenset(overwrites))

    @abstractmethod
    def process(self, record: Record) -> Acted:
        """Augment the record; True when something was changed."""

    def process_all(self, records: Sequence[Record]) -> Iterable[Acted]:
        """Augment several records, giving for each what `process` says of it, in their order and one by one.

        To be written anew only where work on many at once is much cheaper. When it raises, the record that is next has
        failed, and it is called again with those behind that.
        """
        return map(self.process, records)

    @property
    def idle(self) -> bool:
        """Whether it would change no record at all, so that it need not be called; known once it is made."""
        return False

    @property
    def blocks(self) -> bool:
        """Whether it may wait for another program, so that a worker must call it in a thread; known once it is made."""
        return False

    def snapshot(self) -> str:
        """Give the hash of the data that it looks things up in, which is part of the provenance; empty without any."""
        return ""

    def files(self) -> tuple[Path, ...]:
        """Give the files that it has read; when one changes, the processor is made again."""
        return ()

    def table(self) -> TopicTable | None:
        """Give the compacted topic that it looks things up in, with an empty table for it; None without one."""
        return None

    def take(self, snapshot: Any) -> None:
        """Look things up in what its table said at one moment; called before the first record, where there is Kafka."""
        raise NotImplementedError(f"{self.name} has no table, or does not say how to take it")

    def cached(self) -> Cached:
        """Give how often its cache was asked since it was made; zeros without one."""
        return Cached()


class LookupProcessor(Processor):
    """A processor that asks something outside: once a chunk for all keys, between the halves of the pipeline.

    Deadline, further tries, circuit breaker and cache are the framework's. What has an answer or is known to have none
    goes to `use`; a record of which a key could not be asked in time is a failure, and the policy of the step decides.
    """

    retriable: ClassVar[tuple[type[Exception], ...]] = (OSError, TemporaryError)
    """Errors that may be gone the next moment (a TimeoutError is an OSError): they are tried again and open the
    breaker. Any other fails the records that asked, no more."""

    @abstractmethod
    def keys(self, record: Record) -> Iterable[str]:
        """Give what must be looked up for a record."""

    @abstractmethod
    async def resolve(self, keys: frozenset[str]) -> Mapping[str, Any]:
        """Look keys up, those of a whole chunk at once; one of which nothing is known is missing from the result.

        It runs in the worker's event loop, so it must await whatever takes time, and it may be cancelled or be asked
        by several chunks at once. What it opens it keeps for the next call; `stop` closes that.
        """

    @abstractmethod
    def use(self, record: Record, answers: Mapping[str, Any]) -> Acted:
        """Augment the record with the answers, which many records share: copy what is put into it and may change."""

    async def stop(self) -> None:
        """Let go of what `resolve` has opened; called once, when nothing will be asked any more."""

    def process(self, record: Record) -> Acted:
        """Augment a record for which nothing could be looked up."""
        return self.use(record, {})
