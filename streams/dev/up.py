"""Everything on this machine: Kafka, topics, worker and sink under one supervisor; one unexpected end ends all."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

from streams.dev import books, lock
from streams.dev.cluster import EmbeddedKafka
from streams.dev.demo import Demo, DemoPlan, open_demo
from streams.dev.errors import RunningAlready
from streams.dev.role_process import RoleProcess
from streams.errors import TemporaryError
from streams.kafka.administration import create_missing
from streams.kafka.clients import explained
from streams.kafka.ledger import read_ledger, read_sink_ledger
from streams.paths import kafka_dir, state_dir
from streams.settings import Settings

_CHECK_SECONDS: Final = 0.1
_CLOSE_SECONDS: Final = 2.0
_CHILDREN_SECONDS: Final = 10.0
_SINK: Final = "sqlite"
_FIRST_RECORD_SECONDS: Final = 3.0
"""After which the sink no longer waits for the first record of the demo to be shown: its start takes a processor."""
_STORED_SECONDS: Final = 10.0
"""How long the sink may take at the end for what it has not stored yet."""
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

Notice = Callable[[str], None]
"""Gets lines for a person: what is going on, and where."""


def up(settings: Settings, *, seconds: float | None, demo: DemoPlan | None, notice: Notice) -> books.Books:
    """Run until SIGINT or SIGTERM, or for `seconds` once all is ready, then stop in order: worker, sink, Kafka.

    Kafka is the embedded one unless the settings name brokers. Returns the books of this run.

    Raises:
        KeyboardInterrupt: a signal came before Kafka answered.
        RunningAlready: another one uses the state directory.
        ChildEnded, BrokerFailed: a child process ended by itself; all others are stopped.
        WeftError: what the start of Kafka, the topics and the demo raise.
    """
    root = state_dir(settings.state_dir)
    with ExitStack() as stack:
        lock_fd = stack.enter_context(_alone(root, settings.timing.stop_deadline_seconds + _CHILDREN_SECONDS, notice))
        stack.enter_context(_interrupted_by_signals())
        kafka = None
        if settings.brokers is None:
            kafka = stack.enter_context(EmbeddedKafka(kafka_dir(root), notice=notice))
            settings = settings.model_copy(update={"brokers": kafka.bootstrap})
        worker = RoleProcess(("worker",), settings, root)
        sink = RoleProcess(("sink", _SINK), settings, root, any_port=True)
        supervisor = Supervisor(settings, kafka, worker, sink, notice)
        try:
            return asyncio.run(supervisor.run(lock_fd, seconds, demo))
        finally:
            _ignore_signals()  # the rest is short and must not be cut


class Supervisor:
    """Starts the worker and then the sink on brokers that answer, watches all and stops both."""

    def __init__(
        self,
        settings: Settings,
        kafka: EmbeddedKafka | None,
        worker: RoleProcess,
        sink: RoleProcess,
        notice: Notice,
    ) -> None:
        self._settings = settings
        self._kafka = kafka
        self._worker = worker
        self._sink = sink
        self._notice = notice
        self._stopping = asyncio.Event()

    async def run(self, lock_fd: int, seconds: float | None, plan: DemoPlan | None) -> books.Books:
        """Live from the creation of topics to the end of both roles; returns the books."""
        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._stopping.set)
        await create_missing(self._settings)
        before, sink_before = await read_ledger(self._settings), await read_sink_ledger(self._settings, _SINK)
        clients = AsyncExitStack()
        try:
            with explained(self._settings):
                demo = await clients.enter_async_context(open_demo(self._settings, plan)) if plan else None
                try:
                    await self._work(lock_fd, seconds, plan, demo)
                    await asyncio.to_thread(self._worker.stop)
                    await self._alongside(self._until_stored())
                    await asyncio.to_thread(self._sink.stop)
                finally:
                    await asyncio.to_thread(self._end_what_runs)
                observed = await demo.finish() if demo else None
        finally:
            # In a task with a bound: clients of brokers that are gone neither hide what happened nor delay its telling.
            await asyncio.wait([asyncio.create_task(clients.aclose())], timeout=_CLOSE_SECONDS)
        stored = books.close(sink_before, await read_sink_ledger(self._settings, _SINK))
        return books.close(before, await read_ledger(self._settings), observed, stored)

    async def _work(self, lock_fd: int, seconds: float | None, plan: DemoPlan | None, demo: Demo | None) -> None:
        self._notice(f"Kafka answers at {self._settings.brokers}; starting the worker")
        self._worker.launch(lock_fd)
        await self._alongside(self._until_ready(), until_stopped=True)
        if self._stopping.is_set():
            return
        self._notice(f"the worker is ready, its log is {self._worker.log}; Ctrl-C stops")
        if plan:
            self._notice(f"feeding sample traffic; --seed {plan.seed} feeds the same again")
        activities = demo.activities() if demo else ()
        await self._alongside(*activities, self._start_sink(lock_fd, demo), until_stopped=True, seconds=seconds)
        self._notice("stopping")
        if not self._sink.running:
            self._sink.launch(lock_fd)
        if demo:
            await self._alongside(demo.settle())

    async def _start_sink(self, lock_fd: int, demo: Demo | None) -> NoReturn:
        """Start the sink once the first record was shown, because that is what a person waits for."""
        deadline, launched = time.monotonic() + _FIRST_RECORD_SECONDS, False
        while True:
            if not launched and (demo is None or demo.shows or time.monotonic() > deadline):
                self._sink.launch(lock_fd)
                launched = True
                self._notice(f"records are stored in SQLite, its log is {self._sink.log}")
            await asyncio.sleep(_CHECK_SECONDS)

    async def _until_stored(self) -> None:
        """Let the sink store what the worker made, for a while."""
        deadline = time.monotonic() + _STORED_SECONDS
        while time.monotonic() < deadline:
            if not any(account.lag for account in await read_sink_ledger(self._settings, _SINK)):
                return
            await asyncio.sleep(_CHECK_SECONDS)

    async def _alongside(
        self, *activities: Coroutine[Any, Any, object], until_stopped: bool = False, seconds: float | None = None
    ) -> None:
        """Watch the children while something goes on, until its first part ends; raises what ended it."""
        parts = [*activities, self._watch()]
        if until_stopped:
            parts.append(self._stopping.wait())
        tasks = [asyncio.create_task(part) for part in parts]
        done, pending = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        self._check()  # first: a child that has ended explains whatever else went wrong
        for task in done:
            task.result()

    async def _watch(self) -> NoReturn:
        while True:
            self._check()
            await asyncio.sleep(_CHECK_SECONDS)

    def _check(self) -> None:
        if self._kafka is not None:
            self._kafka.check()
        self._worker.check()
        self._sink.check()

    async def _until_ready(self) -> None:
        patience = self._settings.timing.start_deadline_seconds * 2  # its own deadline comes first
        deadline = time.monotonic() + patience
        while not self._worker.ready:
            if time.monotonic() > deadline:
                message = f"the worker was not ready within {patience:.0f} s"
                raise TemporaryError(message, cure=self._worker.log_end())
            await asyncio.sleep(_CHECK_SECONDS)

    def _end_what_runs(self) -> None:
        """End roles when something has gone wrong: that is what to tell, and not how they end."""
        for role in (self._worker, self._sink):
            if self._kafka is not None and self._kafka.failed:
                role.kill()  # without Kafka nothing can be drained; what is not committed is done again
            role.request_stop()
        for role in (self._worker, self._sink):
            role.wait_ended()


@contextmanager
def _alone(root: Path, wait_seconds: float, notice: Notice) -> Iterator[int]:
    """Hold the state directory, whose lock the worker inherits. Raises RunningAlready."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock_fd = os.open(root / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not lock.take(
            lock_fd,
            wait_seconds=wait_seconds,
            on_wait=lambda: notice("waiting for the children of a run that was killed"),
        ):
            raise RunningAlready(
                f"another `weft up` runs on {root}", cure="Stop it, or set WEFT_STATE_DIR to another folder."
            )
        yield lock_fd
    finally:
        os.close(lock_fd)


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """Let both signals raise KeyboardInterrupt, until an event loop takes them over."""
    before = [(number, signal.signal(number, _interrupt)) for number in _SIGNALS]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
