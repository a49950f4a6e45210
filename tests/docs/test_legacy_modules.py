"""The example of the page on old modules, run as it stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from streams.processors.legacy.processor import Legacy
from streams.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/howto/legacy-modules.md").read_text()
RULES, ACCOUNTS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
IN_PROCESS, SUBPROCESS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
(COMMAND,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = dict(zip(re.findall(r"`(legacy/billing/normalizer/\w+\.py)`", PAGE), (RULES, "", ACCOUNTS), strict=True))
    for name, content in {**files, "weft.yaml": IN_PROCESS}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


def explained(folder: Path) -> dict[str, object]:
    scripts = Path(sys.executable).parent
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WEFT_")}
    environment["PATH"] = f"{scripts}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", COMMAND],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (record,) = json.loads(done.stdout)["records"]
    return dict(record)


def check(folder: Path) -> None:
    record = explained(folder)
    assert record["attributes"]["billing.account"] == "acme"  # type: ignore[index]
    assert record["provenance"]["applied"] == ["legacy.billing@1"]  # type: ignore[index]


def test_the_example_does_what_the_page_says(folder: Path) -> None:
    check(folder)


def test_it_does_the_same_in_a_subprocess(folder: Path) -> None:
    (folder / "weft.yaml").write_text(f"{IN_PROCESS.rstrip()}\n      mode: subprocess\n")
    check(folder)


def test_the_options_of_the_second_example_are_right() -> None:
    (entry,) = Settings(**yaml.safe_load(SUBPROCESS)).processors
    assert Legacy.Options(**entry.options).mode == "subprocess"
