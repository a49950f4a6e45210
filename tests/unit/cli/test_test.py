"""`weft test`: what it shows of cases that hold and of those that do not, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Weft

HOLDS = "- {name: holds, input: hello, expected: {records: [{body: hello}]}}\n"
FAILS = "- {name: fails, input: hello, expected: {records: [{body: hullo}], dead: [{}]}}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cases.yaml"


def test_all_hold(weft: Weft, file: Path) -> None:
    file.write_text(f"settings: {{}}\ncases:\n{HOLDS}")
    assert weft("test", str(file)) == (0, "ok    holds\n1 passed, 0 failed\n", "")


def test_one_does_not(weft: Weft, file: Path) -> None:
    file.write_text(f"settings: {{}}\ncases:\n{HOLDS}{FAILS}")
    code, out, _ = weft("test", str(file))
    lines = out.splitlines()
    assert code == 1
    assert lines[:8] == [
        "ok    holds",
        f"FAIL  fails  ({file}:4)",
        "  records[0].body",
        '    expected  "hullo"',
        '    found     "hello"',
        "  dead[0]",
        "    expected  {}",
        "    found     nothing",
    ]
    assert lines[8] == "  what came out:"
    assert lines[9].startswith('    record {"schema_version": 1, ')
    assert lines[10:] == ["1 passed, 1 failed"]


def test_several_files_are_one_run(weft: Weft, file: Path, tmp_path: Path) -> None:
    file.write_text(f"settings: {{}}\ncases:\n{HOLDS}")
    other = tmp_path / "other.yaml"
    other.write_text(f"settings: {{}}\ncases:\n{FAILS}")
    code, out, _ = weft("test", str(file), str(other))
    assert (code, out.splitlines()[-1]) == (1, "1 passed, 1 failed")


def test_the_settings_of_the_command_count_without_any_in_the_file(weft: Weft, file: Path, tmp_path: Path) -> None:
    config = tmp_path / "weft.yaml"
    config.write_text("processors: [{name: stamp, use: 'tests.unit.test_reload:Stamp', options: {word: w}}]\n")
    file.write_text("cases: [{name: a, input: x, expected: {records: [{attributes: {word: w}}]}}]\n")
    assert weft("test", str(file)).code == 1
    assert weft("--config", str(config), "test", str(file)).code == 0


def test_a_topic_that_nobody_reads_here_is_told(weft: Weft, file: Path) -> None:
    file.write_text(
        "settings: {processors: [{name: service_catalog, options: {topic: services}}]}\n"
        "cases: [{name: a, input: x, expected: {records: [{body: x}]}}]\n"
    )
    code, out, err = weft("test", str(file))
    assert (code, out) == (0, "ok    a\n1 passed, 0 failed\n")
    assert err == (
        "service_catalog finds nothing here: only workers read its topic services. "
        "To see what it does, name a file instead of the topic.\n"
    )


def test_a_file_that_is_none_of_cases_is_an_error(weft: Weft, file: Path) -> None:
    file.write_text("cases: 1\n")
    code, out, err = weft("test", str(file))
    assert (code, out) == (2, "")
    assert "docs/howto/pipeline-tests.md" in err
