"""A reader that has seen enough, as `head` or `true`, ends a command silently and with exit code 0."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

WEFT = [sys.executable, "-m", "streams.cli"]
MORE_THAN_A_PIPE_HOLDS = 5_000


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Buffered, so that some output is left to the very end, as it is for everybody."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WEFT_", "PYTHONUNBUFFERED"))}
    return {**kept, "WEFT_STATE_DIR": str(tmp_path)}


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_text("INFO started\n" * MORE_THAN_A_PIPE_HOLDS)
    return path


def run_unread(arguments: Sequence[str], folder: Path, environment: dict[str, str]) -> tuple[int, bytes]:
    """Run a command whose output nobody reads; gives its exit code and what it said on stderr."""
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        ran = subprocess.run([*WEFT, *arguments], stdout=theirs, stderr=subprocess.PIPE, cwd=folder, env=environment)
    finally:
        os.close(theirs)
    return ran.returncode, ran.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("--version",),
        ("explain", "--help"),
        ("schema",),
        ("topics", "acl"),
        ("explain", "app.log"),
        ("explain", "app.log", "--json"),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("log_file")
def test_nobody_reads_from_the_beginning(arguments: Sequence[str], environment: dict[str, str], tmp_path: Path) -> None:
    assert run_unread(arguments, tmp_path, environment) == (0, b"")


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["text", "json"])
def test_the_reader_ends_after_the_first_line(
    options: Sequence[str], environment: dict[str, str], log_file: Path
) -> None:
    command = [*WEFT, "explain", str(log_file), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()

        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""


def test_an_error_keeps_its_exit_code_and_message(environment: dict[str, str], tmp_path: Path) -> None:
    code, said = run_unread(("ledger",), tmp_path, environment)

    assert code == 2
    assert b"WEFT_BROKERS" in said
