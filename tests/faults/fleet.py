"""Real worker processes that are started, asked to stop, killed and frozen."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from streams.dev.guarded import GuardedProcess
from tests.faults.evidence import Lane

SESSION_SECONDS = 3.0
_GRACE_SECONDS = 40.0
_WATCH_SECONDS = 0.1
_TEMPORARY = 75
_TERMINATED = 128 + signal.SIGTERM
"""What SIGTERM does to a process that has only just begun, and has done nothing that it could leave behind."""
_WORKER = (sys.executable, "-P", "-m", "streams.cli", "worker")


class WorkerEnded(Exception):
    """A worker ended by itself, or not as it was asked to, in a way that no fault explains."""


class Worker:
    """One process from start to end; its log holds JSON lines."""

    def __init__(
        self,
        folder: Path,
        name: str,
        lane: Lane,
        command: Sequence[str] = _WORKER,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        state = folder / name
        state.mkdir()
        self._command = command
        self._lock = (state / "lock").open("w")
        self._process = GuardedProcess(
            name,
            folder=folder,
            log=self.log,
            grace_seconds=_GRACE_SECONDS,
            environment={**environment(lane, state), **settings},
        )

    async def start(self) -> None:
        """Start it and return at once."""
        await asyncio.to_thread(self._process.start, self._command, self._lock.fileno())

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._process.failed

    async def wait(self) -> int:
        """Wait until it is gone; gives its exit code, 128 and the signal's number for a signal."""
        code = await asyncio.to_thread(self._process.wait_ended)
        self._lock.close()
        return code

    async def kill(self) -> None:
        """End it as `kill -9` does."""
        await asyncio.to_thread(self._process.kill)
        self._lock.close()

    async def stop(self) -> int:
        """Send SIGTERM and wait for the end; gives the exit code."""
        self._process.request_stop()
        return await self.wait()

    def freeze(self) -> None:
        """Send SIGSTOP: it holds everything and does nothing."""
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Send SIGCONT: it goes on where it was and does not know how long that took."""
        os.kill(self._process.pid, signal.SIGCONT)

    def events(self, name: str) -> list[dict[str, Any]]:
        """Give the log lines of one event."""
        return [
            event for event in map(_event, self.log.read_text(errors="replace").splitlines()) if event["event"] == name
        ]


def _event(line: str) -> dict[str, Any]:
    try:
        event = json.loads(line)
    except ValueError:
        return {"event": None}
    return event if isinstance(event, dict) and "event" in event else {"event": None}


def environment(lane: Lane, state: Path) -> dict[str, str]:
    """Give the environment of a worker: the lane, a state directory of its own, and quick deadlines."""
    inherited: Mapping[str, str] = {name: value for name, value in os.environ.items() if not name.startswith("WEFT_")}
    return {
        **inherited,
        "WEFT_BROKERS": lane.bootstrap,
        "WEFT_RAW_TOPICS": lane.raw,
        "WEFT_ENRICHED_TOPIC": lane.enriched,
        "WEFT_DEAD_TOPIC": lane.dead,
        "WEFT_GROUP": lane.group,
        "WEFT_STATE_DIR": str(state),
        "WEFT_TIMING__SESSION_TIMEOUT_SECONDS": str(SESSION_SECONDS),
        "WEFT_TIMING__REBALANCE_TIMEOUT_SECONDS": "20",
        "WEFT_TIMING__COMMIT_INTERVAL_SECONDS": "0.2",
        "WEFT_FLOW__CHUNK_RECORDS": "200",
    }


class Fleet:
    """The workers of a run; one that ends by itself with the code for `replay is safe` is started again."""

    def __init__(self, folder: Path, lane: Lane) -> None:
        self.running: list[Worker] = []
        self.all: list[Worker] = []
        self.restarts = 0
        self._folder = folder
        self._lane = lane

    async def add(self) -> Worker:
        """Start one more worker."""
        worker = Worker(self._folder, f"worker-{len(self.all)}", self._lane)
        self.all.append(worker)
        await worker.start()
        self.running.append(worker)
        return worker

    async def kill(self, worker: Worker) -> None:
        """Kill a worker."""
        self.running.remove(worker)
        await worker.kill()

    async def stop(self, worker: Worker) -> None:
        """Ask a worker to stop.

        Raises:
            WorkerEnded: it did not end in order.
        """
        self.running.remove(worker)
        code = await worker.stop()
        if code and not (code == _TERMINATED and not worker.log.read_bytes()):
            raise WorkerEnded(f"{worker.name} answered SIGTERM with exit code {code}: {_tail(worker)}")

    async def watch(self) -> None:
        """Look after workers that end by themselves, until cancelled.

        Raises:
            WorkerEnded: one ended with another code than `replay is safe`.
        """
        while True:
            while worker := next((worker for worker in self.running if worker.ended), None):
                self.running.remove(worker)
                if (code := await worker.wait()) != _TEMPORARY:
                    raise WorkerEnded(f"{worker.name} ended by itself with exit code {code}: {_tail(worker)}")
                self.restarts += 1
                await self.add()
            await asyncio.sleep(_WATCH_SECONDS)

    async def end(self) -> None:
        """Kill whatever still runs."""
        for worker in list(self.running):
            await self.kill(worker)

    @property
    def generations(self) -> int:
        """How many generations of the group had partitions, as the workers' logs tell."""
        return len({event["generation"] for worker in self.all for event in worker.events("assigned")})


def _tail(worker: Worker) -> str:
    return "\n".join(worker.log.read_text(errors="replace").splitlines()[-15:])
