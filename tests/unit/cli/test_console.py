"""Colour is for a terminal whose owner wants it; a pipe gets plain text."""

from __future__ import annotations

import io

import pytest
from rich.table import Table

from streams.cli.console import coloured, console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "no_color", "expected"),
    [
        (Terminal(), None, True),
        (Terminal(), "", True),
        (Terminal(), "1", False),
        (io.StringIO(), None, False),
        (io.StringIO(), "1", False),
    ],
)
def test_what_is_coloured(
    monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, no_color: str | None, expected: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)

    console(stream).print("[red]text")

    assert coloured(stream) is expected
    assert ("\x1b[" in stream.getvalue()) is expected


def test_a_pipe_gets_long_lines_whole() -> None:
    table = Table("name")
    table.add_row("x" * 300)
    pipe = io.StringIO()

    console(pipe).print(table)

    assert "x" * 300 in pipe.getvalue()
