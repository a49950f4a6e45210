"""Workers in this process, on topics of their own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.lanes import Lane, until


@pytest.fixture(autouse=True)
def own_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def eventually() -> Callable[..., Awaitable[None]]:
    return until


@pytest.fixture
def make_lane(kafka: str, new_topic: Callable[..., Awaitable[str]]) -> Callable[..., Awaitable[Lane]]:
    async def make(partitions: int = 1, *, raw_config: dict[str, str] | None = None, **changes: Any) -> Lane:
        raw = await new_topic(partitions, config=raw_config)
        enriched = await new_topic(3, config=changes.get("enriched_config"))
        dead = await new_topic(2, config=changes.get("dead_config"))
        return Lane(kafka, raw, enriched, dead)

    return make
