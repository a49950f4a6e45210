"""`weft up` as a process: runs everything, shows it, counts it, and leaves nothing behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

WEFT_UP = [sys.executable, "-m", "streams.cli", "up"]


class Run:
    """A running `weft up` in a state directory of its own, with its output in files."""

    def __init__(self, state: Path, *options: str) -> None:
        self._out, self._err = state.with_suffix(".out"), state.with_suffix(".err")
        own = {"WEFT_STATE_DIR": str(state)}
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [*WEFT_UP, *options],
                stdout=out,
                stderr=err,
                env={name: value for name, value in os.environ.items() if not name.startswith("WEFT_")} | own,
                start_new_session=True,
            )
        self.until(lambda: "records are stored in SQLite" in self.err or self.process.poll() is not None)
        self.children = psutil.Process(self.process.pid).children(recursive=True)

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    @property
    def kafka_port(self) -> int:
        [port] = re.findall(r"Kafka answers at 127\.0\.0\.1:(\d+)", self.err)
        return int(port)

    def child(self, program: str) -> psutil.Process:
        [child] = [child for child in self.children if self._is(child, program)]
        return child

    @staticmethod
    def _is(child: psutil.Process, program: str) -> bool:
        """Whether a process runs that program or role itself, as its guardian does not."""
        words = [Path(word).name for word in child.cmdline()]
        return program in words and "guardian.py" not in words

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not condition():
            assert time.monotonic() < deadline, f"the condition did not come true within 60 s\n{self.err}"
            threading.Event().wait(0.05)

    def end(self, number: signal.Signals) -> int:
        """Send a signal to the process group, as a terminal does, and return the exit code."""
        os.killpg(self.process.pid, number)
        return self.process.wait(60)

    def assert_nothing_is_left(self) -> None:
        assert len(self.children) >= 6  # three guardians, the worker, the sink and the broker
        assert psutil.wait_procs(self.children, timeout=0)[1] == []
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", self.kafka_port), timeout=5)


Start = Callable[..., Run]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory for runs that end in order: each finds what the one before has left."""
    return tmp_path_factory.mktemp("up") / "state"


@pytest.fixture
def start() -> Iterator[Start]:
    runs = []

    def started(state: Path, *options: str) -> Run:
        runs.append(Run(state, *options))
        return runs[-1]

    yield started
    for run in runs:
        run.process.kill()  # its children end with it
        run.process.wait(60)


def _summary(out: str) -> dict[str, int]:
    closing = out[out.index("this run\n") :]
    rows = re.findall(r"^ *([a-z ]+?) +([\d,]+)(?:  |$)", closing, re.MULTILINE)
    return {name: int(number.replace(",", "")) for name, number in rows}


def test_the_demo_ends_by_itself_and_its_summary_balances(start: Start, kept: Path) -> None:
    run = start(kept, "--demo", "--seconds", "8", "--seed", "1")

    assert run.process.wait(60) == 0, run.err
    run.assert_nothing_is_left()

    counted = _summary(run.out)
    assert counted["produced"] == counted["consumed"] > 400
    assert counted["enriched"] + counted["dead"] == counted["consumed"]
    assert counted["dead"] > 4
    assert counted["in flight"] == 0
    assert counted["stored"] == counted["enriched"]
    assert run.out.splitlines()[-1].startswith("balances: ")

    assert "\x1b" not in run.out + run.err
    assert len(re.findall(r"^trace [0-9a-f]{32}\n(?:  2\d{3}-.*\n){3,}", run.out, re.MULTILINE)) >= 3
    assert re.search(r"^dead letter raw-logs-\d-\d+ decode\.json in decode: ", run.out, re.MULTILINE)


def test_ctrl_c_stops_in_order_and_counts_this_run_alone(start: Start, kept: Path) -> None:
    run = start(kept)

    assert run.end(signal.SIGINT) == 0, run.err
    run.assert_nothing_is_left()
    assert _summary(run.out)["consumed"] == 0


@pytest.mark.parametrize(
    ("program", "message"),
    [
        pytest.param("worker", "Error: the worker was ended by signal 9", id="worker"),
        pytest.param("sink", "Error: the sink sqlite was ended by signal 9", id="sink"),
        pytest.param("java", "Error: Kafka broker 1 ended by itself.", id="broker"),
    ],
)
def test_a_killed_child_ends_all_with_its_last_words(start: Start, tmp_path: Path, program: str, message: str) -> None:
    run = start(tmp_path / "state")

    run.child(program).kill()

    assert run.process.wait(60) == 75
    assert f"{message}\nThe end of " in run.err
    run.assert_nothing_is_left()
