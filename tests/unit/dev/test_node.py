"""One process under its guardian; small Python programs stand in for the broker."""

import contextlib
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from streams.dev.node import BrokerNode

OBEDIENT = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {OBEDIENT}"
FAILING = "import sys; sys.exit('Address already in use')"


@pytest.fixture
def lock_fd(tmp_path: Path) -> Iterator[int]:
    fd = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(fd, fcntl.LOCK_EX)
    yield fd
    with contextlib.suppress(OSError):
        os.close(fd)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[BrokerNode]:
    node = BrokerNode(1, tmp_path)
    yield node
    node.kill()


def _start(node: BrokerNode, program: str, lock_fd: int) -> psutil.Process:
    node.start([sys.executable, "-u", "-c", program], lock_fd)
    return psutil.Process(node.pid)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true within 10 s"
        threading.Event().wait(0.01)


def test_a_started_node_runs_under_the_pid_it_tells(node: BrokerNode, lock_fd: int) -> None:
    process = _start(node, OBEDIENT, lock_fd)
    assert node.running
    _until(lambda: OBEDIENT in process.cmdline())  # it tells its pid before it becomes the program


def test_a_stopped_node_is_gone_and_did_not_fail(node: BrokerNode, lock_fd: int) -> None:
    process = _start(node, OBEDIENT, lock_fd)
    node.request_stop()
    node.wait_ended()
    assert (process.is_running(), node.running, node.failed) == (False, False, False)


def test_a_killed_node_is_gone_at_once_and_can_start_again(node: BrokerNode, lock_fd: int) -> None:
    first = _start(node, STUBBORN, lock_fd)
    node.kill()
    assert not first.is_running()
    _start(node, OBEDIENT, lock_fd)
    assert node.running


def test_a_node_that_ignores_sigterm_is_killed_after_the_grace_time(node: BrokerNode, lock_fd: int) -> None:
    node.grace_seconds = 0.2
    process = _start(node, STUBBORN, lock_fd)
    node.request_stop()
    node.wait_ended()
    assert not process.is_running()


def test_a_suspended_node_does_not_outlive_the_grace_time(node: BrokerNode, lock_fd: int) -> None:
    node.grace_seconds = 0.2
    process = _start(node, OBEDIENT, lock_fd)
    process.suspend()
    node.request_stop()
    node.wait_ended()
    assert not process.is_running()


def test_the_node_dies_with_a_killed_guardian_once_it_is_waited_for(node: BrokerNode, lock_fd: int) -> None:
    process = _start(node, OBEDIENT, lock_fd)
    guardian = process.parent()
    assert guardian is not None
    guardian.kill()
    node.wait_ended()
    process.wait(10)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_guardian_ends_the_node_too(node: BrokerNode, lock_fd: int, number: signal.Signals) -> None:
    process = _start(node, OBEDIENT, lock_fd)
    guardian = process.parent()
    assert guardian is not None
    guardian.send_signal(number)
    process.wait(10)


def test_the_terminals_interrupt_does_not_reach_the_node(node: BrokerNode, lock_fd: int) -> None:
    process = _start(node, OBEDIENT, lock_fd)
    assert os.getpgid(process.pid) != os.getpgid(0)
    assert os.getsid(process.pid) != os.getsid(0)


def test_the_lock_lasts_as_long_as_the_node(node: BrokerNode, lock_fd: int, tmp_path: Path) -> None:
    _start(node, OBEDIENT, lock_fd)
    os.close(lock_fd)
    with (tmp_path / "lock").open("r+") as other:
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
        node.kill()
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_node_that_ends_by_itself_has_failed_and_its_log_says_why(node: BrokerNode, lock_fd: int) -> None:
    node.start([sys.executable, "-c", FAILING], lock_fd)
    _until(lambda: node.failed)
    assert "Address already in use" in node.log_end()
    assert node.port_was_taken()


def test_the_log_of_the_time_before_is_kept(node: BrokerNode, lock_fd: int, tmp_path: Path) -> None:
    for word in ("first", "second"):
        node.start([sys.executable, "-c", f"print('{word}')"], lock_fd)
        _until(lambda: node.failed)
        node.wait_ended()
    logs = [(tmp_path / name).read_text() for name in ("broker.log.1", "broker.log")]
    assert logs == ["first\n", "second\n"]
