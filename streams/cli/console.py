"""What the commands share: where output goes, how it looks there, and how errors end the process."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

import typer

from streams.errors import WeftError

if TYPE_CHECKING:
    from rich.console import Console

_PIPE_COLUMNS = 400
_BUG = 70
_OUT_OF_MEMORY = 75


def interactive(stream: TextIO) -> bool:
    """Whether a person looks at the stream."""
    return stream.isatty()


def coloured(stream: TextIO) -> bool:
    """Whether to colour what goes to the stream (https://no-color.org)."""
    return interactive(stream) and not os.environ.get("NO_COLOR")


def say(line: str) -> None:
    """Tell a person something on stderr; stdout is for data."""
    typer.echo(line, err=True)


def console(stream: TextIO) -> Console:
    """Give a rich console that wraps at the terminal's edge, and nowhere in a pipe."""
    from rich.console import Console  # slow to import, and most commands print plain lines

    width = None if interactive(stream) else _PIPE_COLUMNS
    colours: Literal["auto"] | None = "auto" if coloured(stream) else None
    return Console(file=stream, width=width, color_system=colours, highlight=False)


def report(error: BaseException) -> int:
    """Explain an error on stderr; returns the exit code.

    Of an unexpected one only class and place are told: its message may hold a payload.
    """
    if isinstance(error, WeftError):
        say(f"{typer.style('Error:', fg='red') if coloured(sys.stderr) else 'Error:'} {error.message}")
        if error.cure:
            say(error.cure)
        return error.exit_code
    if isinstance(error, MemoryError):
        say("Error: memory ran out. What was not committed will be processed again.")
        return _OUT_OF_MEMORY
    place = traceback.extract_tb(error.__traceback__)[-1]
    say(f"Error: unexpected {type(error).__name__} in {place.name} ({Path(place.filename).name}:{place.lineno})")
    say("This is a bug in Weft. What was not committed will be processed again.")
    return _BUG
