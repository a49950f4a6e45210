"""A role's presence on its machine: HTTP, control socket and run file, which come and go together."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog

from streams.control import Command, ControlServer
from streams.health import Identity
from streams.http import HttpServer
from streams.monitor import Monitor
from streams.runfiles import HeldRunFile, RunFile, run_dir
from streams.settings import Settings

log = structlog.get_logger()


class Presence:
    """Makes a role findable and answerable; `commands` are what its control socket does."""

    def __init__(
        self, settings: Settings, identity: Identity, monitor: Monitor, commands: Mapping[str, Command]
    ) -> None:
        self._identity = identity
        self._directory = run_dir(settings.state_dir)
        self._http = HttpServer(settings.http_host, settings.http_port, monitor.metrics.registry, monitor)
        self._control = ControlServer(self._directory, f"{identity.role}-{os.getpid()}", commands)
        self._run_file: HeldRunFile | None = None

    async def start(self) -> None:
        """Listen, then tell where; call it before the role joins its group, so that a slow start is visible.

        Raises:
            ConfigurationError: the address or the socket cannot be had.
        """
        await self._http.start()
        await self._control.start()
        self._run_file = HeldRunFile(self._directory, self._content())
        self._run_file.write()
        log.info("listening", http=self._http.address)

    async def stop(self) -> None:
        """Disappear first, then stop answering; harmless when the start did not get far."""
        if self._run_file is not None:
            self._run_file.remove()
        await self._control.stop()
        await self._http.stop()

    def _content(self) -> RunFile:
        return RunFile(
            role=self._identity.role,
            pid=os.getpid(),
            group=self._identity.group,
            http=self._http.address,
            socket=str(self._control.path),
            started=datetime.now(UTC).isoformat(timespec="seconds"),
        )
