"""What the commands share: where output goes, how it looks there, and how errors end the process."""

from __future__ import annotations

import contextlib
import io
import os
import select
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

    class Quiet(Console):
        def on_broken_pipe(self) -> None:
            raise  # what rich caught: it would end the process with 1

    width = None if interactive(stream) else _PIPE_COLUMNS
    colours: Literal["auto"] | None = "auto" if coloured(stream) else None
    return Quiet(file=stream, width=width, color_system=colours, highlight=False)


def nobody_reads(stream: TextIO) -> bool:
    """Whether the other end of a pipe is closed, which a write alone would tell, and perhaps too late."""
    with contextlib.suppress(io.UnsupportedOperation):
        poll = select.poll()
        poll.register(stream.fileno(), 0)  # errors and hang-ups are told unasked
        return bool(poll.poll(0))
    return False


def is_closed_pipe(error: BaseException) -> bool:
    """Whether an error, or what made typer end with 1, only says that the reader has seen enough."""
    broken = isinstance(error, BrokenPipeError) or isinstance(error.__context__, BrokenPipeError)
    return broken and (nobody_reads(sys.stdout) or nobody_reads(sys.stderr))


def discard_output() -> None:
    """Let what is still buffered for a closed pipe go nowhere."""
    for stream in (sys.stdout, sys.stderr):
        if nobody_reads(stream):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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
