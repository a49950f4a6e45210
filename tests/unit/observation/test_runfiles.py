"""How roles on one machine are found, and how the dead are told from the living."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from streams.runfiles import HeldRunFile, RunFile, run_dir, running


def run_file(role: str = "worker", pid: int = 1, socket: str = "/nowhere.sock") -> RunFile:
    return RunFile(
        role=role, pid=pid, group="g", http="http://127.0.0.1:1", socket=socket, started="2026-01-01T00:00:00+00:00"
    )


@pytest.fixture
def held(tmp_path: Path) -> Iterator[HeldRunFile]:
    held = HeldRunFile(tmp_path / "run", run_file())
    held.write()
    yield held
    held.remove()


@pytest.fixture
def stale(tmp_path: Path) -> Path:
    """The run file of a process that was killed: it is whole, but nobody holds it any more."""
    program = (
        "import signal, sys; from pathlib import Path; from streams.runfiles import HeldRunFile, RunFile\n"
        "run = RunFile(role='worker', pid=99, group='g', http='h', socket=sys.argv[2], started='s')\n"
        "HeldRunFile(Path(sys.argv[1]), run).write(); print('written', flush=True); signal.pause()"
    )
    socket = str(tmp_path / "run" / "worker-99.sock")
    child = subprocess.Popen(
        [sys.executable, "-c", program, tmp_path / "run", socket], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "written\n"
        assert [run.pid for run in running(tmp_path / "run")] == [99]
        child.send_signal(signal.SIGKILL)
    return tmp_path / "run" / "worker-99.json"


def test_a_running_role_is_found_with_everything_it_told(held: HeldRunFile) -> None:
    assert running(held.path.parent) == [run_file()]


def test_a_role_that_stopped_leaves_nothing(held: HeldRunFile) -> None:
    held.remove()

    assert list(held.path.parent.iterdir()) == []


def test_no_file_stays_open(tmp_path: Path) -> None:
    before = psutil.Process().num_fds()
    held = HeldRunFile(tmp_path / "run", run_file())
    held.write()
    running(tmp_path / "run")

    held.remove()

    assert psutil.Process().num_fds() == before


def test_nothing_runs_where_no_role_ever_ran(tmp_path: Path) -> None:
    assert running(tmp_path / "run") == []


def test_run_files_are_private(held: HeldRunFile) -> None:
    assert stat.S_IMODE(held.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(held.path.parent.stat().st_mode) == 0o700


def test_a_folder_that_others_could_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o755)

    held = HeldRunFile(tmp_path / "run", run_file())
    held.write()
    held.remove()

    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700


def test_a_role_that_was_killed_is_not_found(stale: Path) -> None:
    assert stale.exists()
    assert running(stale.parent) == []


def test_the_next_role_clears_away_what_a_killed_one_left(stale: Path) -> None:
    socket = stale.with_suffix(".sock")
    subprocess.run(
        [sys.executable, "-c", f"import socket; socket.socket(socket.AF_UNIX).bind({str(socket)!r})"], check=True
    )

    held = HeldRunFile(stale.parent, run_file(pid=2))
    held.write()

    assert [path.name for path in stale.parent.iterdir()] == ["worker-2.json"]
    held.remove()


def test_a_file_that_is_no_socket_is_never_removed_for_a_run_file_that_names_it(stale: Path) -> None:
    named = stale.with_suffix(".sock")
    named.write_text("precious")

    held = HeldRunFile(stale.parent, run_file(pid=2))
    held.write()
    held.remove()

    assert named.read_text() == "precious"


def test_a_role_with_the_number_of_a_dead_one_takes_its_place(stale: Path) -> None:
    held = HeldRunFile(stale.parent, run_file(pid=99))
    held.write()

    assert running(stale.parent) == [run_file(pid=99)]
    held.remove()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"role": "worker"}', '{"unknown": 1}'])
def test_what_is_no_run_file_is_ignored(text: str, held: HeldRunFile) -> None:
    (held.path.parent / "worker-7.json").write_text(text)

    assert [run.pid for run in running(held.path.parent)] == [1]


def test_roles_are_found_by_kind(held: HeldRunFile) -> None:
    sink = HeldRunFile(held.path.parent, run_file("sink", 2))
    sink.write()

    assert [run.role for run in running(held.path.parent)] == ["sink", "worker"]
    assert [run.pid for run in running(held.path.parent, "sink")] == [2]
    sink.remove()


@pytest.mark.parametrize(
    ("chosen", "environment", "expected"),
    [
        pytest.param("/chosen", "/environment", "/chosen/run", id="the settings win"),
        pytest.param(None, "/environment", "/environment/run", id="else the usual state directory"),
    ],
)
def test_run_files_are_in_the_state_directory(
    chosen: str | None, environment: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEFT_STATE_DIR", environment)

    assert run_dir(Path(chosen) if chosen else None) == Path(expected)
