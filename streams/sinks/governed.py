"""What a store does for those who answer for its content: days grow old and are deleted, a person's records are erased.

A day is that of `observed_timestamp`. Records are told apart by signal, service and severity, because those are what
stores count; so a plan is made without reading any record.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, NamedTuple

import orjson

from streams.sinks.base import Place
from streams.sinks.stores import Stored


class Group(NamedTuple):
    """Records of one day that are kept equally long."""

    signal: str
    service: str
    severity: int
    records: int


class Day(NamedTuple):
    """What a store holds of one day; `alone` says whether a place of its own, which can be dropped at once."""

    day: date
    alone: bool
    groups: Sequence[Group]


class Rule(NamedTuple):
    """How many days records are kept, today not counted; `below` is the severity from which it does not hold."""

    days: int
    signal: str | None = None
    service: str | None = None
    below: int | None = None

    def covers(self, group: Group) -> bool:
        """Whether the records of a group are this rule's."""
        return (
            self.signal in (None, group.signal)
            and self.service in (None, group.service)
            and (self.below is None or group.severity < self.below)
        )


class Deletion(NamedTuple):
    """What is to go of one day: all that it holds, or some groups of it."""

    day: date
    whole: bool
    groups: Sequence[Group]

    @property
    def records(self) -> int:
        """How many records that is."""
        return sum(group.records for group in self.groups)


def plan(days: Iterable[Day], rules: Sequence[Rule], today: date) -> Iterator[Deletion]:
    """Say what is older than its rule allows: of each group the first rule that covers it counts, none keeps it.

    Days come in the order of the calendar.
    """
    for held in sorted(days):
        old = [group for group in held.groups if _is_over(group, held.day, rules, today)]
        if old:
            yield Deletion(held.day, held.alone and len(old) == len(held.groups), old)


def _is_over(group: Group, day: date, rules: Sequence[Rule], today: date) -> bool:
    rule = next((rule for rule in rules if rule.covers(group)), None)
    return rule is not None and day < today - timedelta(days=rule.days)


class Subject(ABC):
    """Whose records are to be erased."""

    @property
    @abstractmethod
    def needles(self) -> Sequence[bytes]:
        """Bytes of which the first stand in every record of the subject, and none may be left in a file."""

    @abstractmethod
    def owns(self, value: bytes, record: Mapping[str, Any]) -> bool:
        """Whether a record, given as its bytes and decoded, is the subject's."""


@dataclass(frozen=True, slots=True)
class OfTrace(Subject):
    """Everything that names a trace, wherever: `trace` is 32 small hexadecimal digits."""

    trace: str

    @property
    def needles(self) -> Sequence[bytes]:
        """The id as text, and as stores index it."""
        return self.trace.encode(), bytes.fromhex(self.trace)

    def owns(self, value: bytes, record: Mapping[str, Any]) -> bool:
        """Whether the id stands in it."""
        return self.trace.encode() in value


@dataclass(frozen=True, slots=True)
class WithAttribute(Subject):
    """Everything that has this value, or a number written like it, as an attribute of its own or of its resource."""

    key: str
    text: str

    @property
    def needles(self) -> Sequence[bytes]:
        """The value as it stands in JSON."""
        return (orjson.dumps(self.text)[1:-1],)

    def owns(self, value: bytes, record: Mapping[str, Any]) -> bool:
        """Whether the attribute is there and says so."""
        return any(self.key in part and self._is(part[self.key]) for part in (record["attributes"], record["resource"]))

    def _is(self, found: Any) -> bool:
        return found == self.text or (not isinstance(found, str) and orjson.dumps(found) == self.text.encode())


class Erased(NamedTuple):
    """What was erased, by the day it was observed."""

    day: date
    records: int


class Keeper(ABC):
    """Deletes from a store, also while its sink writes; what it erased does not come back by a replay."""

    note: ClassVar[str] = ""
    """What a report on an erasure must say of this kind of store."""

    @abstractmethod
    async def days(self, before: date) -> Sequence[Day]:
        """Give what the store holds of the days before a date.

        Raises:
            ConfigurationError: there is no such store, or it may not be read.
            Unavailable: it does not answer now.
        """

    @abstractmethod
    def records(self, deletion: Deletion) -> AsyncIterator[Stored]:
        """Give the records that a deletion would delete, in the order of the store."""

    @abstractmethod
    async def delete(self, deletion: Deletion) -> int:
        """Delete; gives how many records went.

        Raises:
            ConfigurationError, Unavailable: as `days` does.
        """

    @abstractmethod
    async def erase(self, subject: Subject) -> Sequence[Erased]:
        """Erase a subject's records, so that their bytes are nowhere in the store's files; gives what went.

        Raises:
            ConfigurationError, Unavailable: as `days` does.
        """

    async def compact(self, before: datetime) -> int:
        """Make few files of the many that were written before a time, where a store needs that; gives how many went.

        Raises:
            ConfigurationError, Unavailable: as `days` does.
            TemporaryError: somebody else does so now.
        """
        return 0

    @abstractmethod
    async def stop(self) -> None:
        """Let go of what it holds."""


class Governed(ABC):
    """What a sink is besides, when its store can be governed."""

    @classmethod
    @abstractmethod
    def keeper(cls, options: Any, place: Place) -> Keeper:
        """Give the keeper of what such a sink has stored, whether or not one runs."""
