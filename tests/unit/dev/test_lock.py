"""Who has a lock, and whether waiting for it makes sense."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.dev import lock

LEFT_BEHIND = "import time; print('up', flush=True); time.sleep(60)"


@pytest.fixture
def fds(tmp_path: Path) -> Iterator[list[int]]:
    """Two openings of one file: a lock through one of them keeps the other out."""
    opened = [os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT) for _ in range(2)]
    yield opened
    for fd in opened:
        os.close(fd)


def test_a_free_lock_is_taken_and_says_by_whom(fds: list[int]) -> None:
    assert lock.take(fds[0], wait_seconds=0)
    assert os.pread(fds[1], 20, 0) == b"%d" % os.getpid()


def test_a_living_owner_is_not_waited_for(fds: list[int]) -> None:
    waited = threading.Event()
    lock.take(fds[0], wait_seconds=0)
    assert not lock.take(fds[1], wait_seconds=5, on_wait=waited.set)
    assert not waited.is_set()


@pytest.fixture
def left_behind(fds: list[int]) -> Iterator[subprocess.Popen[str]]:
    """A child that keeps the lock of an owner that is gone."""
    lock.take(fds[0], wait_seconds=0)
    child = subprocess.Popen([sys.executable, "-c", LEFT_BEHIND], stdout=subprocess.PIPE, text=True, pass_fds=fds[:1])
    assert child.stdout is not None
    with child.stdout as stdout:
        stdout.readline()
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    os.truncate(fds[0], 0)
    os.pwrite(fds[0], b"%d" % gone.pid, 0)
    os.close(fds[0])
    fds[0] = os.dup(fds[1])
    yield child
    child.kill()
    child.wait()


def test_the_children_of_a_dead_owner_are_waited_for(fds: list[int], left_behind: subprocess.Popen[str]) -> None:
    calls = []

    def end_it() -> None:
        calls.append("waiting")
        left_behind.kill()

    assert lock.take(fds[1], wait_seconds=30, on_wait=end_it)
    assert calls == ["waiting"]


def test_the_wait_for_them_has_an_end(fds: list[int], left_behind: subprocess.Popen[str]) -> None:
    assert not lock.take(fds[1], wait_seconds=0.1)
