"""An old function in its own process: deadlines, deaths, restarts, limits, and an end with its parent."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from streams.errors import ConfigurationError
from streams.processors.legacy import failures, server
from streams.processors.legacy.child import Child
from streams.processors.legacy.processor import Legacy
from streams.processors.legacy.remote import Program, Remote
from tests.legacy import PACKAGES, attributes_after, eventually, legacy, odd, recovered
from tests.processors import record_with

MOST = 8_388_608


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def program(function: str, folder: Path = PACKAGES / "odd", module: str = "odd", **limits: Any) -> Program:
    limits = {"call_seconds": 5, "output_bytes": MOST, **limits}
    return Program(Path(sys.executable), folder, module, function, **limits)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def started(clock: Clock) -> Iterator[Any]:
    """Starts functions in processes, which end with the test."""
    remotes: list[Remote] = []

    def start(function: str, **limits: Any) -> Remote:
        remotes.append(Remote(program(function, **limits), clock))
        return remotes[-1]

    yield start
    for remote in remotes:
        remote.close()


@pytest.fixture
def made() -> Iterator[Any]:
    processors: list[Legacy] = []

    def make(*args: Any, **options: Any) -> Legacy:
        processors.append(legacy(*args, mode="subprocess", **options))
        return processors[-1]

    yield make
    for processor in processors:
        processor.close()


def question(body: str = "") -> dict[str, Any]:
    return {"body": body, "attributes": {}}


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def test_packages_of_one_name_and_of_ours_run_beside_each_other(made: Any) -> None:
    billing = made("billing", "normalizer")
    assert attributes_after(made("shipping", "normalizer.rules"))["team"] == "shipping"
    assert attributes_after(made("platform", "streams.normalise"))["names"][0] == "streams of the platform team"
    assert attributes_after(billing)["team"] == "billing"


@pytest.mark.parametrize(
    ("folder", "function", "expected"),
    [("billing", "lazy", {"tier": "gold", "same": True}), ("shipping", "pickled", {"same": True, "typed": True})],
)
def test_imports_and_pickle_work_as_always(made: Any, folder: str, function: str, expected: dict[str, Any]) -> None:
    assert attributes_after(made(folder, "normalizer.rules", function)) == expected


def test_what_it_writes_to_stdout_does_not_reach_the_protocol(started: Any) -> None:
    remote = started("writes_to_stdout")
    assert [remote(question())["attributes"] for _ in range(3)] == [{"team": "x"}] * 3


def test_it_finds_nothing_on_stdin(started: Any) -> None:
    assert started("reads_input")(question())["attributes"] == {"team": "x"}


def test_it_inherits_no_variable_of_ours(started: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEFT_SECURITY__PASSWORD", "secret")
    assert started("tells_its_process")(question())["attributes"]["secret"] == []


def test_threads_take_turns(started: Any) -> None:
    remote = started("tells_its_process")
    with ThreadPoolExecutor(8) as pool:
        bodies = [str(number) for number in range(200)]
        answers = list(pool.map(lambda body: remote(question(body)), bodies))
    assert [answer["body"] for answer in answers] == bodies
    assert len({answer["attributes"]["team"] for answer in answers}) == 1


def test_a_large_record_passes(started: Any) -> None:
    body = "é" * 1_000_000
    assert started("prints")(question(body))["body"] == body


def test_an_answer_that_is_too_large_is_a_failure_of_its_record_only(started: Any) -> None:
    remote = started("floods", output_bytes=5_000)
    for _ in range(2):
        with pytest.raises(server.OutputTooLarge):
            remote(question())


@pytest.mark.parametrize(
    ("function", "body", "failure"),
    [("hangs", "hang", failures.DeadlineExceeded), ("dies", "die", failures.ProcessEnded)],
)
def test_a_process_that_hangs_or_dies_is_replaced(
    started: Any, clock: Clock, function: str, body: str, failure: type[Exception]
) -> None:
    remote = started(function, call_seconds=1)
    with pytest.raises(failure):
        remote(question(body))
    with pytest.raises(failures.Unavailable, match="waits for its next start"):
        remote(question())
    clock.now += 1
    eventually(lambda: _ready(remote))
    assert remote(question())["attributes"] == {"team": "x"}


def test_each_death_doubles_the_delay_until_one_has_lived_long(started: Any, clock: Clock) -> None:
    remote = started("dies")

    def delay_after_death() -> float:
        """Kill the process that there is and measure until the next is started."""
        eventually(lambda: _lost(remote))
        died = clock.now
        while remote._child is None:
            clock.now += 0.5
            with pytest.raises(failures.Unavailable):
                remote(question())
        return clock.now - died

    assert [delay_after_death() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    eventually(lambda: _ready(remote))
    clock.now += 60
    assert delay_after_death() == 1


def _ready(remote: Remote) -> bool:
    try:
        return bool(remote(question()))
    except failures.Unavailable:
        return False


def _lost(remote: Remote) -> bool:
    """Ask the process to die; whether it did, which it cannot before it is ready."""
    try:
        remote(question("die"))
    except failures.ProcessEnded:
        return True
    except failures.Unavailable:
        return False
    raise AssertionError("it lives")


def test_a_process_that_does_not_get_ready_again_is_replaced(
    clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "old.py").write_text("import os\nwhile os.path.exists('hold'): pass\ndef normalize(r): os._exit(1)\n")
    monkeypatch.chdir(tmp_path)
    remote = Remote(program("normalize", tmp_path, "old"), clock)
    with pytest.raises(failures.ProcessEnded):
        remote(question())
    Path("hold").touch()
    clock.now += 1
    with pytest.raises(failures.Unavailable, match="being started"):
        remote(question())
    waiting = remote._child
    assert waiting is not None
    clock.now += 11
    with pytest.raises(failures.Unavailable):
        remote(question())
    assert remote._child is None
    remote.close()


def test_other_code_is_not_started_again(clock: Clock, tmp_path: Path) -> None:
    old = tmp_path / "old.py"
    old.write_text("import os\ndef normalize(r): os._exit(1)\n")
    processor = legacy(tmp_path, "old", mode="subprocess")
    remote = processor._caller
    assert isinstance(remote, Remote)
    remote._clock = clock
    with pytest.raises(failures.ProcessEnded):
        processor.process(record_with())
    old.write_text("def normalize(r): return r\n")
    clock.now += 1
    with pytest.raises(failures.Unavailable, match="not the code that was loaded"):
        processor.process(record_with())
    processor.close()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("def normalize(:", "SyntaxError"),
        ("import no_such_module", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("", "AttributeError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("import os; os._exit(3)", "it writes no more"),
    ],
)
def test_what_cannot_be_loaded_ends_the_start(tmp_path: Path, code: str, told: str) -> None:
    (tmp_path / "old.py").write_text(code)
    with pytest.raises(ConfigurationError, match=told) as caught:
        legacy(tmp_path, "old", mode="subprocess")
    assert caught.value.cure


@pytest.mark.parametrize(
    ("interpreter", "told"), [("/nowhere/python", "No such file"), ("/bin/true", "ProcessEnded"), ("/", "Permission")]
)
def test_an_interpreter_that_is_none_ends_the_start(interpreter: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        odd("prints", mode="subprocess", interpreter=interpreter)


@pytest.mark.parametrize(
    ("script", "failure"),
    [
        pytest.param("print('no json', flush=True)", failures.ProcessEnded, id="a line that is no JSON"),
        pytest.param("print('[1]', flush=True)", failures.ProcessEnded, id="a line that is no object"),
        pytest.param('print(\'{"id": 7, "result": {}}\', flush=True)', failures.ProcessEnded, id="another's answer"),
        pytest.param("print('{\"id\": 1}', flush=True)", failures.ProcessEnded, id="an answer without a result"),
        pytest.param('print(\'{"id": 1, "result": 1}\', flush=True)', failures.ProcessEnded, id="a result of no kind"),
        pytest.param("print('x' * 100_000, flush=True)", failures.ProcessEnded, id="a line that is too long"),
        pytest.param("while True: print('x' * 10_000, end='')", failures.ProcessEnded, id="a line without an end"),
        pytest.param("sys.stdin.close(); sys.stdout.close(); sys.exit()", failures.ProcessEnded, id="silence"),
    ],
)
def test_a_process_that_breaks_the_protocol_is_killed(
    monkeypatch: pytest.MonkeyPatch, script: str, failure: type[Exception]
) -> None:
    """The script stands for a function that has found our pipe."""
    code = f"import sys; print('{{\"ready\": true}}', flush=True); sys.stdin.readline(); {script}"
    if script.startswith("while"):
        code = code.replace("; while", "\nwhile")
    monkeypatch.setattr(Program, "command", lambda self: [sys.executable, "-c", code])
    remote = Remote(program("prints", output_bytes=1_024))
    assert remote._child is not None
    pid = remote._child._process.pid
    with pytest.raises(failure):
        remote(question())
    assert remote._child is None
    assert not alive(pid)


def test_a_process_that_does_not_read_meets_the_deadline() -> None:
    child = Child([sys.executable, "-c", "import time; time.sleep(60)"], MOST)
    with pytest.raises(failures.DeadlineExceeded):
        child.send(b"x" * MOST, deadline=0)
    child.kill()


def test_a_closed_processor_says_so_and_its_process_is_gone(made: Any) -> None:
    processor = made("odd", "odd", "tells_its_process")
    pid = attributes_after(processor)["team"]
    processor.close()
    assert not alive(pid)
    with pytest.raises(failures.Closed):
        processor.process(record_with())


def test_the_process_goes_with_the_last_user() -> None:
    processor = odd("tells_its_process", mode="subprocess")
    pid = attributes_after(processor)["team"]
    del processor
    assert not alive(pid)


def test_what_it_has_started_goes_with_it(tmp_path: Path, made: Any) -> None:
    (tmp_path / "old.py").write_text(
        "import subprocess, sys\n"
        "def normalize(record):\n"
        "    child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "    record['attributes']['child'] = child.pid\n"
        "    return record\n"
    )
    processor = made(tmp_path, "old")
    pid = attributes_after(processor)["child"]
    assert alive(pid)
    processor.close()
    eventually(lambda: not alive(pid))


PARENT = """
import sys
from pathlib import Path
from tests.legacy import attributes_after, odd
processor = odd("tells_its_process", mode="subprocess", timeout_seconds=1)
print(attributes_after(processor)["team"], flush=True)
if sys.argv[1] == "busy":
    processor._caller._program = processor._caller._program._replace(call_seconds=600)
    attributes_after(processor, body="hang")
sys.stdin.read()
"""


@pytest.mark.parametrize("state", ["idle", "busy"])
def test_it_ends_when_its_parent_is_killed(state: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, state],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PACKAGES.parents[1],
        start_new_session=True,
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert alive(pid)
        os.kill(parent.pid, signal.SIGKILL)
        eventually(lambda: not alive(pid))


def test_a_reload_while_eight_threads_call(made: Any) -> None:
    options = ("billing", "normalizer")
    active = [made(*options)]
    stop = threading.Event()

    def call(_: int) -> int:
        calls = 0
        while not stop.is_set():
            calls += attributes_after(active[0])["team"] == "billing"
        return calls

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(call, number) for number in range(8)]
        for _ in range(3):
            active[0] = made(*options)
        stop.set()
        assert sum(one.result() for one in running) > 0


def test_a_failure_is_over_with_the_process(made: Any) -> None:
    processor = made("odd", "odd", "dies")
    with pytest.raises(failures.ProcessEnded):
        processor.process(record_with(body="die"))
    eventually(lambda: recovered(processor, record_with()))


def test_the_server_can_be_read_by_python_3_8() -> None:
    ast.parse(Path(server.__file__).read_text(), feature_version=(3, 8))
