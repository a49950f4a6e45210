"""`weft new processor`: what it writes passes at once, and nothing is overwritten."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Weft

FILES = ["region_code.md", "region_code.py", "test_region_code.py"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_is_written_passes_its_test_and_the_projects_own_checks(weft: Weft, tmp_path: Path) -> None:
    code, out, _ = weft("new", "processor", "region_code", "--folder", str(tmp_path))
    assert (code, names(tmp_path)) == (0, FILES)
    assert f"next: pytest {tmp_path / 'test_region_code.py'}" in out
    for command in (
        ["pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "-p", "no:asyncio"],
        ["ruff", "check", "--isolated", "--select", "E,F,I,D,B,UP", "--config", "lint.pydocstyle.convention='google'"],
        ["ruff", "format", "--isolated", "--check"],
        ["mypy", "--strict"],
    ):
        ignored = ["--ignore", "D103"] if "check" in command else []
        ran = subprocess.run(
            [Path(sys.executable).parent / command[0], *command[1:], *ignored, "."],
            cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("existing", FILES)
def test_nothing_is_overwritten(weft: Weft, tmp_path: Path, existing: str) -> None:
    (tmp_path / existing).write_text("mine")
    code, _, err = weft("new", "processor", "region_code", "--folder", str(tmp_path))
    assert (code, names(tmp_path)) == (2, [existing])
    assert (tmp_path / existing).read_text() == "mine"
    assert f"{existing} exists" in err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Region", "cannot name a processor"),
        ("2nd", "cannot name a processor"),
        ("a-b", "cannot name a processor"),
        ("../x", "cannot name a processor"),
        ("a__b", "cannot name a processor"),
        ("x" * 65, "cannot name a processor"),
        ("class", "cannot name a processor"),
        ("redact", "there is a processor 'redact' already"),
        ("json", "there is a Python module 'json' already"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused(weft: Weft, tmp_path: Path, name: str, told: str) -> None:
    code, _, err = weft("new", "processor", name, "--folder", str(tmp_path))
    assert (code, names(tmp_path)) == (2, [])
    assert told in err
