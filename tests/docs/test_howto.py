"""What the how-tos tell to write and to type, written and typed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES = re.compile(r"^`([\w.-]+)`:\n\n```\w+\n(.*?)^```", re.DOTALL | re.MULTILINE)
COMMANDS = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


def follow(page: str, folder: Path) -> str:
    """Write the files of a page into a folder and run its commands there; gives what they print."""
    text = (ROOT / "docs/howto" / page).read_text("utf-8")
    files = FILES.findall(text)
    assert files
    for name, content in files:
        (folder / name).write_text(content, "utf-8")
    ran = run("".join(COMMANDS.findall(text)), folder)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def run(commands: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run commands in a folder, without settings from outside."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WEFT_", "PYTEST_"))}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=folder,
        env=kept | {"PATH": f"{Path(sys.executable).parent}:{kept['PATH']}", "WEFT_STATE_DIR": str(folder / "state")},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_processor_of_ones_own(tmp_path: Path) -> None:
    told = follow("write-a-processor.md", tmp_path)
    assert "3 passed" in told
    assert "signature   tenant(domain: text" in told
    assert "processor   tenant@1" in told
    assert "1 passed, 0 failed" in told


def test_a_sink_of_ones_own(tmp_path: Path) -> None:
    told = follow("write-a-sink.md", tmp_path)
    assert "6 passed" in told
    assert "sink        files  one_file_each, keyed" in told


def test_a_pipeline_as_a_test(tmp_path: Path) -> None:
    assert "2 passed, 0 failed" in follow("pipeline-tests.md", tmp_path)


def test_a_catalogue_of_services(tmp_path: Path) -> None:
    told = follow("service-catalog.md", tmp_path)
    assert "processor   service_catalog@1" in told
    assert "1 passed, 0 failed" in told
    (tmp_path / "weft.yaml").write_text((tmp_path / "weft.yaml").read_text().replace(".csv", ".yaml"))
    ran = run("weft --config weft.yaml test cases.yaml", tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_shown_difference_is_what_is_shown(tmp_path: Path) -> None:
    text = (ROOT / "docs/howto/pipeline-tests.md").read_text("utf-8")
    (shown,) = re.findall(r"^```text\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    (_, cases), = FILES.findall(text)  # fmt: skip
    (tmp_path / "cases.yaml").write_text(cases.replace("processors: [redact, http]", "processors: [http]"), "utf-8")
    ran = run("weft test cases.yaml", tmp_path)
    assert ran.returncode == 1
    assert ran.stdout.startswith(shown)
