"""Arithmetic of the measurements."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from statistics import linear_regression


def percentile(values: Sequence[float], share: float) -> float:
    """Give the nearest-rank percentile: the smallest value that at least `share` (0 to 1) of all do not exceed.

    Raises:
        ValueError: there are no values, or `share` is outside 0..1.
    """
    if not values or not 0 <= share <= 1:
        raise ValueError("a percentile needs values and a share from 0 to 1")
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def slope_per_minute(seconds: Sequence[float], values: Sequence[float]) -> float:
    """Give the least-squares growth of `values` per minute.

    Raises:
        StatisticsError: fewer than two points, or all at the same second.
    """
    return linear_regression(seconds, values).slope * 60


def rate(records: int, seconds: float) -> float:
    """Give records per second.

    Raises:
        ValueError: no time passed, so nothing was measured.
    """
    if seconds <= 0:
        raise ValueError(f"{records} records in {seconds} s is no measurement")
    return records / seconds
