"""Order per trace where a store answers record by record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from streams.sinks.base import Item, Outcome, Result

_BEHIND: Final = Result(Outcome.RETRY, "behind another of its trace")


def prefix_only(items: Sequence[Item], results: Sequence[Result]) -> Sequence[Result]:
    """Give the results with `retry` for everything that stands behind a `retry` of the same key.

    Some of that may have been stored already: it comes again, which the effect of the sink covers.
    """
    if not any(result.outcome is Outcome.RETRY for result in results):
        return results
    waiting: set[bytes] = set()
    ordered: list[Result] = []
    for item, result in zip(items, results, strict=True):
        if item.key in waiting:
            ordered.append(_BEHIND)
            continue
        if result.outcome is Outcome.RETRY and item.key is not None:
            waiting.add(item.key)
        ordered.append(result)
    return ordered
