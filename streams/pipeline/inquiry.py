"""A look-up at its place in the chain: what records ask, and what was answered."""

from __future__ import annotations

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
    """Asks for one record after the other, takes the answers for a chunk, and lets the processor use them.

    `asked` belongs to the record that is processed next.
    """

    def __init__(self, processor: LookupProcessor, wanted: Wanted | None) -> None:
        self.name = processor.name
        self.asked = NOTHING
        self._processor = processor
        self._wanted = wanted
        self._answers: dict[str, Any] = {}
        self._failed: dict[str, str] = {}

    def ask(self, record: Record) -> Asked:
        """Give what the look-up wants to know for a record."""
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

    def use(self, record: Record) -> Acted:
        """Augment the record.

        Raises:
            LookupFailed: something that it asked was not answered.
            Exception: whatever the processor raises.
        """
        keys, error = self.asked
        if error is not None:
            raise error
        for key in self._failed.keys() & keys:
            raise LookupFailed(self._failed[key])
        return self._processor.use(record, self._answers)
