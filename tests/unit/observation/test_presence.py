"""A role appears on its machine whole, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession

from streams.control import ask
from streams.errors import ConfigurationError
from streams.health import Identity
from streams.monitor import Monitor
from streams.presence import Presence
from streams.runfiles import running
from streams.settings import Settings


async def _nothing(request: Mapping[str, Any]) -> Mapping[str, Any]:
    return {}


async def test_a_role_is_found_and_answers_where_its_run_file_says(
    identity: Identity, monitor: Monitor, tmp_path: Path
) -> None:
    presence = Presence(Settings(state_dir=tmp_path), identity, monitor, {"nothing": _nothing})
    await presence.start()

    [run] = running(tmp_path / "run")

    assert (run.role, run.pid, run.group) == ("worker", os.getpid(), "weft-worker")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(run.started)).total_seconds()) < 60
    async with ClientSession() as session, session.get(f"{run.http}/health/live") as response:
        assert response.status == 200
    await presence.stop()


async def test_commands_reach_the_role(identity: Identity, monitor: Monitor, tmp_path: Path) -> None:
    presence = Presence(Settings(state_dir=tmp_path), identity, monitor, {"nothing": _nothing})
    await presence.start()
    [run] = running(tmp_path / "run", "worker")

    assert await asyncio.to_thread(ask, run.socket, {"command": "nothing"}) == {"ok": True}
    await presence.stop()


async def test_an_orderly_end_leaves_nothing(identity: Identity, monitor: Monitor, tmp_path: Path) -> None:
    presence = Presence(Settings(state_dir=tmp_path), identity, monitor, {})
    await presence.start()
    [run] = running(tmp_path / "run")

    await presence.stop()

    assert list((tmp_path / "run").iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((urlsplit(run.http).hostname, urlsplit(run.http).port))


async def test_a_role_that_cannot_listen_is_not_announced(identity: Identity, monitor: Monitor, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(state_dir=tmp_path, http_port=taken.getsockname()[1])
        presence = Presence(settings, identity, monitor, {})

        with pytest.raises(ConfigurationError):
            await presence.start()
        await presence.stop()

    assert running(tmp_path / "run") == []
