"""The README's commands, copied literally, and its links."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
DOCUMENTS = sorted(path for path in ROOT.glob("**/*.md") if not {".venv", "node_modules"} & set(path.parts))


def block(start: str) -> str:
    (found,) = [text for text in BLOCKS if text.startswith(start)]
    return found


def shell(commands: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("WEFT_")}
    return kept | {"WEFT_STATE_DIR": str(tmp_path / "state")}


def until_ready(process: subprocess.Popen[str], log: Path, word: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while word not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, f"no {word!r} within {seconds} s:\n{log.read_text()}"
        time.sleep(0.05)  # another process: there is nothing to wait on


@pytest.fixture
def background(tmp_path: Path, environment: dict[str, str]) -> Iterator[object]:
    started: list[subprocess.Popen[str]] = []

    def start(commands: str, ready: str) -> None:
        log = tmp_path / f"log-{len(started)}"
        with log.open("w") as output:
            process = subprocess.Popen(
                [
                    "bash",
                    "-ec",
                    commands.rstrip().replace("\n.venv", "\nexec .venv", 1) if "\n" in commands else commands,
                ],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        started.append(process)
        until_ready(process, log, ready)

    yield start
    for process in reversed(started):
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.kafka
def test_the_commands_piece_by_piece(background: object, environment: dict[str, str]) -> None:
    port = str(free_port())

    def on_port(text: str) -> str:
        return text.replace("9092", port)

    background(on_port(block(".venv/bin/weft kafka")), "ready 127.0.0.1")  # type: ignore[operator]
    setup, _, worker = block("export WEFT_BROKERS=127.0.0.1:9092\n.venv/bin/weft topics").rpartition(
        ".venv/bin/weft worker"
    )
    created = shell(on_port(setup), environment)
    assert created.returncode == 0, created.stderr
    exports = setup.splitlines()[0]
    background(on_port(f"{exports}\nexec .venv/bin/weft worker{worker}"), '"event": "ready"')  # type: ignore[operator]

    used = shell(on_port(block("export WEFT_BROKERS=127.0.0.1:9092\necho")), environment)

    assert used.returncode == 0, used.stdout + used.stderr
    assert "card declined" in used.stdout
    assert "HEALTHY" in used.stdout


def test_the_line_without_a_broker(environment: dict[str, str]) -> None:
    explained = shell(block("echo 'level=error"), environment)

    assert explained.returncode == 0, explained.stderr
    assert "disk full" in explained.stdout
    assert "logfmt" in explained.stdout


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", document.read_text()):
        if "://" not in target:
            assert (document.parent / target).exists(), target


def test_every_make_target_named_in_the_documents_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    for document in DOCUMENTS:
        assert set(re.findall(r"`make ([a-z-]+)", document.read_text())) <= targets, document
