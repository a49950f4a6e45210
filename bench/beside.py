"""A sink beside its store's own bulk loader."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple, Self


class Beside(NamedTuple):
    """Records per second of the sink and of the bare loader, medians of the rounds, and the median of their ratios."""

    sink: float
    bare: float
    ratio: float

    @classmethod
    def of(cls, sinks: Sequence[float], bares: Sequence[float]) -> Self:
        """Compare the rates of rounds in which both took turns."""
        return cls(median(sinks), median(bares), median(map(float.__truediv__, sinks, bares)))

    def told(self, store: str, loader: str) -> str:
        """Say it on one line."""
        return f"{store}: sink {self.sink:,.0f}/s, bare {loader} {self.bare:,.0f}/s, ratio {self.ratio:.2f}"
