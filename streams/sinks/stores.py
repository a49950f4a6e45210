"""What can be asked of a store that keeps records: by trace, by service and time, by text, counted; and governed.

Time in a question is `observed_timestamp`, when the record reached Kafka: a source's own clock may say anything, and
stores are laid out by the observed day. Records of one trace come in the order of what happened.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from streams.sinks.base import Place

Stored: TypeAlias = dict[str, Any]
"""An enriched record as it was stored, upcast to the current schema version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Which records are wanted; every condition that is given must hold.

    `since` is included and `until` is not, both as `observed_timestamp` writes them. `severity` is the least number.
    `text` is words that must all occur in the body or in values of attributes, whatever their case.
    """

    trace: str | None = None
    service: str | None = None
    since: str | None = None
    until: str | None = None
    severity: int | None = None
    signal: str | None = None
    text: str | None = None
    limit: int = 100


class Bucket(NamedTuple):
    """How many records one service had of a signal and severity from `start` on, for the bucket's length."""

    start: str
    service: str
    signal: str
    severity: int
    records: int


class Store(ABC):
    """Reads what a sink has stored; never blocks its writer."""

    @abstractmethod
    async def search(self, query: Query) -> Sequence[Stored]:
        """Give at most `limit` records, newest first; those of one trace (logs, spans, metrics) in time order.

        Raises:
            ConfigurationError: there is no such store, or it is of another version than this program.
            Unavailable: it does not answer now.
        """

    @abstractmethod
    async def counts(self, query: Query, bucket_seconds: int) -> Sequence[Bucket]:
        """Count by time (whole minutes), service, signal and severity; trace and text are no conditions here.

        Raises:
            ConfigurationError, Unavailable: as `search` does.
        """

    @abstractmethod
    async def stop(self) -> None:
        """Let go of what it holds."""


class Readable(ABC):
    """What a sink is besides, when its store can be asked."""

    @classmethod
    @abstractmethod
    def store(cls, options: Any, place: Place) -> Store:
        """Give a reader of what such a sink has stored, whether or not one runs; it connects when it is first asked."""
