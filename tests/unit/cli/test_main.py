"""What every command has in common: exit codes, messages, help, and a fast start."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from streams import settings
from streams.cli import build
from streams.errors import CheckFailed, ConfigurationError, TemporaryError, UnexpectedState

Weft = Callable[..., Any]
SECRET = "card 4111111111111111"


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    children = getattr(command, "commands", {})
    if not children:
        yield path, command
    for name, child in children.items():
        yield from _commands(child, (*path, name))


COMMANDS = list(_commands(get_command(build()), ()))


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
    """Makes every command fail where it loads its settings."""

    def fail(error: BaseException) -> None:
        def load() -> None:
            raise error

        monkeypatch.setattr(settings, "load", load)

    return fail


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CheckFailed("no"), 1),
        (ConfigurationError("no"), 2),
        (UnexpectedState("no"), 70),
        (TemporaryError("no"), 75),
        (ValueError("no"), 70),
        (MemoryError(), 75),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_kind_of_error_has_its_exit_code(
    weft: Weft, failing: Callable[[BaseException], None], error: BaseException, code: int
) -> None:
    failing(error)

    assert weft("topics", "check").code == code


def test_an_error_is_told_on_stderr_with_its_cure(weft: Weft, failing: Callable[[BaseException], None]) -> None:
    failing(ConfigurationError("the door is shut", cure="Open it."))

    assert weft("topics", "check") == (2, "", "Error: the door is shut\nOpen it.\n")


def test_an_unexpected_error_is_told_without_its_text_which_may_hold_a_payload(
    weft: Weft, failing: Callable[[BaseException], None]
) -> None:
    failing(ValueError(SECRET))

    ran = weft("topics", "check")

    assert "ValueError" in ran.err
    assert "test_main.py" in ran.err
    assert SECRET not in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("bogus",),
        ("topics", "bogus"),
        ("tail", "nothing"),
        ("tail", "--max", "0"),
        ("tail", "--trace", "xyz"),
        ("tail", "dead", "--trace", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ("produce",),
        ("produce", "no-such-file"),
        ("produce", "/"),
        ("produce", "-", "--header", "no-equals-sign"),
        ("produce", "-", "--at", "yesterday"),
        ("produce", "-", "--at", "2026-03-01T12:00:00"),
        ("produce", "-", "--key-from", "nowhere"),
        ("topics", "create", "--partitions", "0"),
        ("worker", "--accept-gap", "raw-logs"),
        ("worker", "--resume-partition", "raw-logs:x"),
        ("--config", "no-such-file", "ledger"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_so(weft: Weft, arguments: tuple[str, ...]) -> None:
    ran = weft(*arguments)

    assert ran.code == 2
    assert ran.out == ""
    assert "Error: " in ran.err or "Usage: " in ran.err


@pytest.mark.parametrize("arguments", [("topics", "check"), ("ledger",), ("tail",), ("produce", __file__), ("worker",)])
def test_without_brokers_the_cure_names_the_variable(weft: Weft, arguments: tuple[str, ...]) -> None:
    ran = weft(*arguments)

    assert ran.code == 2
    assert "WEFT_BROKERS" in ran.err


@pytest.mark.parametrize("arguments", [("topics", "check"), ("ledger",), ("tail",), ("produce", __file__)])
def test_brokers_that_do_not_answer_are_temporary_and_named(
    weft: Weft, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("WEFT_BROKERS", "127.0.0.1:1")

    ran = weft(*arguments)

    assert ran.code == 75
    assert "127.0.0.1:1" in ran.err
    assert "weft kafka" in ran.err


def test_a_settings_file_is_read_by_the_command_and_by_its_children(
    weft: Weft, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WEFT_CONFIG", "")
    file = tmp_path / "weft.yaml"
    file.write_text("raw_topics: [orders]\n")

    assert "--topic orders" in weft("--config", str(file), "topics", "acl").out
    assert os.environ["WEFT_CONFIG"] == str(file)


def test_the_version_is_printed(weft: Weft) -> None:
    assert weft("--version")[:2] == (0, "weft 0.1.0\n")


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS])
class TestEachCommand:
    def test_has_help_with_an_example_that_names_it(self, weft: Weft, path: tuple[str, ...], command: Any) -> None:
        ran = weft(*path, "--help")

        assert ran.code == 0
        assert f"Examples:\n    weft {' '.join(path)}" in ran.out

    def test_has_a_short_line_in_the_list(self, path: tuple[str, ...], command: Any) -> None:
        assert 0 < len(command.short_help) <= 100

    def test_says_what_each_option_does(self, path: tuple[str, ...], command: Any) -> None:
        assert [parameter.name for parameter in command.params if not getattr(parameter, "help", None)] == []

    def test_stands_on_the_reference_page(self, path: tuple[str, ...], command: Any) -> None:
        page = Path(__file__).parents[3].joinpath("docs/reference/cli.md").read_text("utf-8")

        assert f"## `weft {' '.join(path)}`" in page


def test_help_for_a_terminal_keeps_what_stands_in_brackets() -> None:
    command = get_command(build(decorated=True)).commands["kafka"]  # type: ignore[attr-defined]

    assert r"weft\[dev]" in command.help


def test_commands_are_listed_without_importing_what_is_heavy() -> None:
    heavy = {"aiokafka", "faust", "numpy", "pydantic", "rich", "structlog", "yaml", "orjson", "aiohttp"}
    program = "import sys; from streams.cli import build; build(); print(*sys.modules)"

    listed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    assert heavy & set(listed.split()) == set()
