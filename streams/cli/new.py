"""`weft new processor`: a processor of your own to begin with, its test and its page, which pass as they are."""

from __future__ import annotations

import keyword
import re
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from streams.errors import ConfigurationError

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+){0,9}")
_LONGEST = 64
_TEMPLATES = {"{name}.py": "processor.py.txt", "test_{name}.py": "test.py.txt", "{name}.md": "page.md.txt"}


def processor(
    name: Annotated[str, typer.Argument(help="Its name: small letters, digits and underscores.")],
    folder: Annotated[Path, typer.Option(help="Where it is written.", exists=True, file_okay=False)] = Path(),
) -> None:
    """Write a processor, its test and its page, which pass as they are and are yours to change.

    Nothing is ever overwritten. docs/howto/write-a-processor.md goes on from there.

    Examples:
      weft new processor region
      weft new processor region --folder src
    """
    _check(name)
    words = {"name": name, "kind": "".join(part.capitalize() for part in name.split("_"))}
    texts = {folder / file.format(**words): _filled(template, words) for file, template in _TEMPLATES.items()}
    there = [str(path) for path in texts if path.exists()]
    if there:
        raise ConfigurationError(f"{', '.join(there)} exists", cure="Choose another name or folder.")
    for path, text in texts.items():
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
        typer.echo(f"wrote {path}")
    typer.echo(f"next: pytest {folder / f'test_{name}.py'}")


def _check(name: str) -> None:
    """Refuse what cannot name a processor and its module.

    Raises:
        ConfigurationError: it cannot.
    """
    from streams.processors.registry import BUILTIN

    if not _NAME.fullmatch(name) or len(name) > _LONGEST or keyword.iskeyword(name):
        raise ConfigurationError(
            f"{name!r} cannot name a processor", cure="Take small letters, digits and single underscores."
        )
    if name in {kind.name for kind in BUILTIN}:
        raise ConfigurationError(f"there is a processor {name!r} already", cure="`weft processors` lists them.")
    if find_spec(name) is not None:
        raise ConfigurationError(f"there is a Python module {name!r} already", cure="Choose another name.")


def _filled(template: str, words: dict[str, str]) -> str:
    return Template((files("streams.cli") / "templates" / template).read_text("utf-8")).substitute(words)
