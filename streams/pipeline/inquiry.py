"""A look-up at its place in the chain: what records ask, and what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from streams.errors import LookupFailed
from streams.pipeline.wanted import Wanted
from streams.processors.base import Acted, LookupProcessor
from streams.types import Answers, Record, Unanswered


class Asked(NamedTuple):
    """The keys of one record; `error` is what went wrong when they were to be told."""

    keys: frozenset[str] = frozenset()
    error: Exception | None = None


NOTHING: Final = Asked()


class Inquiry:
    """Asks for records, takes the answers for a chunk, and lets the processor use them.

    `asked` is what the records that are processed next have asked, by event id.
    """

    def __init__(self, processor: LookupProcessor, wanted: Wanted | None) -> None:
        self.name = processor.name
        self.asked: Mapping[str, Asked] = {}
        self._processor = processor
        self._wanted = wanted
        self._answers: dict[str, Any] = {}
        self._failed: dict[str, str] = {}

    def ask(self, records: Sequence[Record]) -> dict[str, Asked]:
        """Give what the look-up wants to know for records, by event id."""
        return {record["event_id"]: self._ask(record) for record in records}

    def _ask(self, record: Record) -> Asked:
        if self._wanted is not None and not self._wanted(record):
            return NOTHING
        try:
            return Asked(frozenset(self._processor.keys(record)))
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - raised again where the step's policy decides
            return Asked(error=error)

    def take(self, answers: Answers) -> None:
        """Take what was answered for a chunk."""
        self._answers, self._failed = {}, {}
        for (name, key), answer in answers.items():
            if name != self.name:
                continue
            if type(answer) is Unanswered:
                self._failed[key] = answer.error
            else:
                self._answers[key] = answer

    def use_all(self, records: Sequence[Record]) -> Iterator[Acted]:
        """Augment records.

        Raises:
            LookupFailed: something that one of them asked was not answered.
            Exception: whatever the processor raises.
        """
        return map(self._use, records)

    def _use(self, record: Record) -> Acted:
        keys, error = self.asked.get(record["event_id"], NOTHING)
        if error is not None:
            raise error
        for key in self._failed.keys() & keys:
            raise LookupFailed(self._failed[key])
        return self._processor.use(record, self._answers)
