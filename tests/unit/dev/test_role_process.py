"""A role as a child: what it says, how it ends; small Python programs stand in for it."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.dev import role_process
from streams.dev.errors import ChildEnded
from streams.dev.role_process import RoleProcess
from streams.settings import Settings

READY = 'import sys, time; print(\'{"event": "ready"}\', file=sys.stderr, flush=True); time.sleep(60)'
OBEDIENT = f"import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); {READY}"
STUBBORN = f"import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(70)); {READY}"
Launch = Callable[[str], RoleProcess]


@pytest.fixture
def launch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Launch]:
    workers = []
    lock_fd = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)

    def start(program: str) -> RoleProcess:
        monkeypatch.setattr(role_process, "_WEFT", (sys.executable, "-c", program))
        worker = RoleProcess(("worker",), Settings(brokers="127.0.0.1:9"), tmp_path)
        workers.append(worker)
        worker.launch(lock_fd)
        return worker

    yield start
    for worker in workers:
        worker.kill()
    os.close(lock_fd)


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true within 10 s"
        threading.Event().wait(0.01)


def test_it_is_told_the_brokers_and_what_it_says_goes_to_its_log(launch: Launch, tmp_path: Path) -> None:
    worker = launch("import os, sys; print('on', os.environ['WEFT_BROKERS'], file=sys.stderr)")
    _until(lambda: worker.failed)
    assert (tmp_path / "logs" / "worker.log").read_text() == "on 127.0.0.1:9\n"


def test_it_is_ready_when_it_says_so(launch: Launch) -> None:
    worker = launch(OBEDIENT)
    _until(lambda: worker.ready)
    worker.check()


@pytest.mark.parametrize("text", ['{"event": "listening"}', "ready", '["ready"]', '{"event": "ready"'])
def test_other_words_are_not_ready(launch: Launch, text: str) -> None:
    worker = launch(f"print({text!r})")
    _until(lambda: worker.failed)
    assert not worker.ready


@pytest.mark.parametrize(
    ("ending", "words", "exit_code"),
    [
        ("sys.exit(2)", "ended with exit code 2", 2),
        ("sys.exit(70)", "ended with exit code 70", 70),
        ("sys.exit(75)", "ended with exit code 75", 75),
        ("sys.exit(0)", "ended with exit code 0", 75),
        ("sys.exit(1)", "ended with exit code 1", 75),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was ended by signal 9", 75),
    ],
)
def test_an_end_by_itself_is_an_error_with_its_last_words_and_its_code(
    launch: Launch, ending: str, words: str, exit_code: int
) -> None:
    worker = launch(f"import os, signal, sys; print('last words', flush=True); {ending}")
    _until(lambda: worker.failed)
    with pytest.raises(ChildEnded) as caught:
        worker.check()
    assert caught.value.message == f"the worker {words}"
    assert caught.value.exit_code == exit_code
    assert caught.value.cure.endswith("last words")


def test_a_stop_that_it_obeys_is_no_error(launch: Launch) -> None:
    worker = launch(OBEDIENT)
    _until(lambda: worker.ready)
    worker.stop()
    assert not worker.running


def test_a_stop_that_goes_wrong_is_an_error(launch: Launch) -> None:
    worker = launch(STUBBORN)
    _until(lambda: worker.ready)
    with pytest.raises(ChildEnded) as caught:
        worker.stop()
    assert caught.value.exit_code == 70


def test_a_stop_of_what_has_ended_already_is_harmless(launch: Launch) -> None:
    worker = launch(f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})")
    _until(lambda: worker.failed)
    with pytest.raises(ChildEnded):
        worker.check()
    worker.stop()


def test_a_stop_before_it_has_begun_is_as_it_was_asked(launch: Launch) -> None:
    launch("import time; time.sleep(60)").stop()


def test_only_one_of_several_gets_the_port_that_is_set(
    launch: Launch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEFT_HTTP_PORT", "9464")
    monkeypatch.setattr(role_process, "_WEFT", (sys.executable, "-c", "import os; print(os.environ['WEFT_HTTP_PORT'])"))
    with (tmp_path / "lock").open("w") as lock:
        for name, any_port in (("worker", False), ("sink", True)):
            role = RoleProcess((name,), Settings(brokers="127.0.0.1:9"), tmp_path, any_port=any_port)
            role.launch(lock.fileno())
            role.wait_ended()
    assert [(tmp_path / "logs" / f"{name}.log").read_text() for name in ("worker", "sink")] == ["9464\n", "0\n"]
