"""Real PostgreSQL servers for tests: throwaway clusters of the server that is installed, or a skip that says why.

postgres       one server, shared by the session
postgres_dsn   an empty database in it: the DSN of its owner, who is no superuser
own_postgres   starts servers of a test's own, which may be stopped and killed
"""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from streams.dev.guarded import GuardedProcess
from streams.dev.ports import HOST, free_ports

OWNER: Final = "weft_sink"
_ADMINISTRATOR: Final = "postgres"
_PACKAGES: Final = Path("/usr/lib/postgresql")
_UNPRIVILEGED: Final = ("postgres", "nobody")
_START_SECONDS: Final = 60
_GRACE_SECONDS: Final = 20
_names = itertools.count()
_emptied: list[str] = []
"""Databases of the shared server that a test has left."""


class PostgresServer:
    """A server on a free port of 127.0.0.1 and on a Unix socket in its folder; it ends with this process.

    Its data survives `stop`, `crash` and `start`. Only `durable` ones ask the disk at each commit.
    """

    def __init__(self, binaries: Path, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="weft-postgres-"))
        self.port = next(free_ports())
        self._binaries = binaries
        self._user = _user_of_servers()
        self._settings = {"track_commit_timestamp": "on", "deadlock_timeout": "100ms"}
        if not durable:
            self._settings |= {"fsync": "off", "full_page_writes": "off"}
        self._process = GuardedProcess(
            "PostgreSQL", folder=self.folder, log=self.folder / "server.log", grace_seconds=_GRACE_SECONDS
        )
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run(
            "initdb", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C", f"--username={_ADMINISTRATOR}"
        )

    def start(self, **settings: object) -> None:
        """Start it and wait until it answers; `settings` are those of `postgresql.conf`, for this time."""
        chosen = {**self._settings, "listen_addresses": HOST, "unix_socket_directories": self.folder, **settings}
        options = [f"--{name}={value}" for name, value in chosen.items()]
        command = self._command("postgres", "-p", str(self.port), *options)
        with (self.folder / "lock").open("wb") as lock:
            self._process.start(command, lock.fileno())
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            assert self._process.running, self._process.log_end()
            assert time.monotonic() < deadline, self._process.log_end()

    def stop(self) -> None:
        """Shut it down at once: clients are cut off, and what they had not committed is undone."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """End it as `pg_ctl stop -m immediate` does: the next start recovers from the write-ahead log."""
        self._end(signal.SIGQUIT)

    def remove(self) -> None:
        """Stop it and delete its data."""
        self.stop()
        shutil.rmtree(self.folder)

    def dsn(self, database: str = "postgres", *, user: str = _ADMINISTRATOR, port: int | None = None) -> str:
        """How clients reach a database; `port` may be that of a proxy."""
        return f"postgresql://{user}@{HOST}:{port or self.port}/{database}"

    async def new_database(self, *, tablespace: str = "pg_default") -> str:
        """Create an empty database and give the DSN of its owner, who is no superuser."""
        name = f"weft_{os.getpid()}_{next(_names)}"
        async with connected(self.dsn()) as admin:
            if not await admin.fetchval("select 1 from pg_roles where rolname = $1", OWNER):
                await admin.execute(f"create role {OWNER} login")
            await admin.execute(f"create database {name} owner {OWNER} tablespace {tablespace}")
        return self.dsn(name, user=OWNER)

    def _end(self, how: signal.Signals) -> None:
        if self._process.running:
            os.kill(self._process.pid, how)
        self._process.wait_ended()

    def _answers(self) -> bool:
        asked = [str(self._binaries / "pg_isready"), "--quiet", f"--host={HOST}", f"--port={self.port}"]
        return subprocess.run(asked).returncode == 0

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(self._command(program, *arguments), cwd=self.folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def _command(self, program: str, *arguments: str) -> list[str]:
        """The servers of PostgreSQL refuse to run as root."""
        command = [str(self._binaries / program), "-D", str(self.folder / "data"), *arguments]
        if not self._user:
            return command
        group = str(pwd.getpwnam(self._user).pw_gid)
        return ["setpriv", f"--reuid={self._user}", f"--regid={group}", "--clear-groups", "--", *command]


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Give a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


def missing() -> str:
    """Why there can be no server here; empty when there can."""
    if _binaries() is None:
        return "no PostgreSQL server is installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and (_user_of_servers() is None or shutil.which("setpriv") is None):
        return "PostgreSQL does not run as root, and there is no unprivileged account or no setpriv"
    return ""


def server(*, durable: bool = False) -> PostgresServer:
    """Make a server that is not started; skips the test where there can be none."""
    if reason := missing():
        pytest.skip(reason)
    binaries = _binaries()
    assert binaries
    return PostgresServer(binaries, durable=durable)


@cache
def shared() -> PostgresServer:
    """Give the running server that tests share as long as they leave it running; it ends with the session."""
    chosen = server()
    chosen.start()
    return chosen


def pytest_sessionfinish() -> None:
    if shared.cache_info().currsize:
        shared().remove()


@pytest.fixture
def postgres() -> PostgresServer:
    return shared()


@pytest.fixture
async def postgres_dsn(postgres: PostgresServer) -> AsyncIterator[str]:
    dsn = _emptied.pop() if _emptied else await postgres.new_database()
    yield dsn
    await _empty(postgres, dsn.rpartition("/")[2])
    _emptied.append(dsn)


@pytest.fixture
def own_postgres() -> Iterator[Callable[..., PostgresServer]]:
    made: list[PostgresServer] = []

    def make(**options: Any) -> PostgresServer:
        made.append(server(**options))
        made[-1].start()
        return made[-1]

    yield make
    for one in made:
        one.remove()


@contextmanager
def small_disk(size_bytes: int) -> Iterator[Path]:
    """Mount a file system of so many bytes; in it is a folder `data` for a tablespace."""
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("mounting a small disk needs root on Linux")
    folder = Path(tempfile.mkdtemp(prefix="weft-disk-"))
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", folder], capture_output=True)
    if mounted.returncode != 0:
        folder.rmdir()
        pytest.skip("a small disk cannot be mounted here")
    try:
        (folder / "data").mkdir()
        for path in (folder, folder / "data"):
            shutil.chown(path, _user_of_servers())
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)
        folder.rmdir()


async def _empty(server: PostgresServer, name: str) -> None:
    """Give a database back as it was, which takes less time than to make another."""
    async with connected(server.dsn(name)) as admin:
        others = "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = $1 and pid <> $2"
        await admin.fetch(others, name, admin.get_server_pid())
        await admin.execute(f"alter database {name} connection limit -1")
        await admin.execute(f"alter database {name} reset all")
        for (schema,) in await admin.fetch("select nspname from pg_namespace where oid >= 16384 and nspname !~ '^pg_'"):
            await admin.execute(f'drop schema "{schema}" cascade')


def _binaries() -> Path | None:
    """The folder of the newest server in Debian's layout, else of the one in PATH."""
    versions = sorted(_PACKAGES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which("initdb")
    return Path(found).parent if found else None


def _user_of_servers() -> str | None:
    """Whom servers run as when this process is root's; None when it is not."""
    if os.geteuid() != 0:
        return None
    accounts = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in _UNPRIVILEGED if name in accounts), None)
