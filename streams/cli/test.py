"""`weft test`: cases of what goes in and what must come out, run through the real pipeline."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli import console

if TYPE_CHECKING:
    from streams.cases.run import Result


def test(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of cases (YAML).")],
) -> None:
    """Run the cases in files through the pipeline that the settings make, and show what differs.

    Needs no broker and writes nothing. A file with settings of its own is run with these alone.
    docs/howto/pipeline-tests.md tells how cases are written. Exit code 0 when all hold, 1 when one does not, 2 when a
    file is none of cases.

    Examples:
      weft test cases.yaml
      weft --config weft.yaml test tests/*.yaml
    """
    from streams.cases.model import read_cases
    from streams.cases.run import run_cases
    from streams.cli.unread import tell_unread
    from streams.settings import load

    settings, read = load(), [read_cases(file) for file in files]
    passed = failed = 0
    for cases in read:
        for result in run_cases(cases, settings, tell_unread):
            typer.echo("\n".join(_told(result, cases.path)))
            passed, failed = passed + (not result.differences), failed + bool(result.differences)
    typer.echo(f"{passed} passed, {failed} failed")
    raise typer.Exit(1 if failed else 0)


def _told(result: Result, path: Path) -> Iterator[str]:
    if not result.differences:
        yield f"{_coloured('ok', 'green')}    {result.case.name}"
        return
    yield f"{_coloured('FAIL', 'red')}  {result.case.name}  ({path}:{result.line})"
    for difference in result.differences:
        yield f"  {difference.path}"
        yield f"    expected  {difference.expected}"
        yield f"    found     {difference.found}"
    yield "  what came out:"
    for name, found in zip(("record", "dead"), (result.got.records, result.got.dead), strict=True):
        yield from (f"    {name} {json.dumps(one, ensure_ascii=False)}" for one in found)


def _coloured(word: str, colour: str) -> str:
    return typer.style(word, fg=colour, bold=True) if console.coloured(sys.stdout) else word
