"""Sinks in this process, on topics of their own and on stores in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from streams.testing.memory_sink import MemoryStore
from tests.lanes import Lane, until
from tests.stores import STORES


@pytest.fixture(autouse=True)
def own_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def eventually() -> Callable[..., Awaitable[None]]:
    return until


@pytest.fixture
def make_lane(kafka: str, new_topic: Callable[..., Awaitable[str]]) -> Callable[..., Awaitable[Lane]]:
    """Make topics; the enriched one has as many partitions as are asked for."""

    async def make(partitions: int = 1) -> Lane:
        return Lane(kafka, await new_topic(), await new_topic(partitions), await new_topic(2))

    return make


@pytest.fixture
def store_of() -> Callable[[Any], MemoryStore]:
    """Find the store that a lane's memory sink writes to."""
    return lambda lane: STORES[lane.sink_name]
