"""The reference page of the command line, made from the commands' own help."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from typer.main import get_command

from streams.cli import build

_COLUMNS: Final = 100
_HEAD: Final = """\
# Command line

Made from `weft --help` by `python -m streams.reference --write`; do not edit.

Exit codes: 0 done, 1 a check failed, 2 usage or configuration, 70 a bug, 75 temporary (trying again is safe),
130 Ctrl-C.
Data goes to stdout, everything else to stderr; a pipe gets neither colours nor progress, and `NO_COLOR` is respected.
Settings come from `--config FILE` or `WEFT_CONFIG`, then from `WEFT_*` variables.

"""


def cli_page() -> str:
    """Give the page as Markdown: each command's help as it is in a pipe."""
    return _HEAD + "\n".join(_sections(get_command(build()), "weft", None))


def _sections(command: Any, name: str, parent: Any) -> Iterator[str]:
    context = command.context_class(command, info_name=name, parent=parent, terminal_width=_COLUMNS)
    yield f"## `{context.command_path}`\n\n```text\n{command.get_help(context)}\n```\n"
    for child in getattr(command, "commands", {}):
        yield from _sections(command.commands[child], child, context)
