"""A query as a condition of SQL; what a person wrote is always a parameter and never part of the statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from streams.sinks.postgres.rows import json_text, name_key, words_in
from streams.sinks.stores import Query
from streams.sinks.times import nanoseconds

_MINUTE_NS: Final = 60 * 10**9
_MOST_WORDS: Final = 50
_EDGES: Final = re.compile(r"^[\W_]+|[\W_]+$")


class Conditions:
    """Conditions that must all hold, with the values of their parameters."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._all = ["true"]

    @property
    def sql(self) -> str:
        """What stands behind `where`."""
        return " and ".join(self._all)

    def add(self, condition: str, *values: Any) -> None:
        """Add one; each `{}` in it becomes a parameter."""
        first = len(self.values) + 1
        self._all.append(condition.format(*(f"${number}" for number in range(first, first + len(values)))))
        self.values += values


def wanted(query: Query) -> Conditions:
    """Give the condition of a search in `records`.

    Raises:
        ValueError: the trace or a time is not as records write it, or the text holds no word or too many.
    """
    found = Conditions()
    if query.trace is not None:
        trace = _trace_id(query.trace)
        found.add("(trace_id = {} or exemplar_traces @> array[{}::text])", trace, trace)
    if query.since is not None:
        found.add("observed_ns >= {}", nanoseconds(query.since))
    if query.until is not None:
        found.add("observed_ns < {}", nanoseconds(query.until))
    _add_kind(found, query)
    if query.text is not None:
        _add_words(found, query.text.split())
    return found


def counted(query: Query) -> Conditions:
    """Give the condition of a count in `minutes`; one that is partly in the time asked for counts whole.

    Raises:
        ValueError: a time is not as records write it.
    """
    found = Conditions()
    if query.since is not None:
        found.add("minute >= {}", nanoseconds(query.since) // _MINUTE_NS)
    if query.until is not None:
        found.add("minute < {}", -(-nanoseconds(query.until) // _MINUTE_NS))
    _add_kind(found, query)
    return found


def _add_kind(found: Conditions, query: Query) -> None:
    if query.service is not None:
        found.add("service = {}", name_key(query.service))
    if query.signal is not None:
        found.add("signal = {}", query.signal)
    if query.severity is not None:
        found.add(f"severity >= {int(query.severity)}")  # a constant, from which the planner sees which index serves


def _add_words(found: Conditions, asked: Sequence[str]) -> None:
    """What is more than letters and digits, as an address, is found by its parts and must then occur as it is."""
    if not 1 <= len(asked) <= _MOST_WORDS:
        raise ValueError(f"a text is one to {_MOST_WORDS} words")
    words = sorted({word for one in asked for word in words_in(one)})
    found.add("words @@ {}::text::tsquery", " & ".join(f"'{word}'" for word in words))
    for one in asked:
        core = _EDGES.sub("", one)
        if core and not core.isalnum():
            found.add("(body::text || attributes::text) ilike {}", f"%{_as_json(core)}%")


def _as_json(text: str) -> str:
    """How a text stands inside a JSON string, written as a pattern that matches nothing else."""
    return re.sub(r"([\\%_])", r"\\\1", json_text(text)[1:-1])


def _trace_id(text: str) -> str:
    found = bytes.fromhex(text)
    if len(found) != 16:
        raise ValueError("no trace id: it has 32 hexadecimal digits")
    return found.hex()
