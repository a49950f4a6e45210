"""`weft dialects`: what Weft can read, how it recognises it, and what becomes of an example."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.errors import ConfigurationError

if TYPE_CHECKING:
    from streams.dialects.base import Dialect

_NAME_WIDTH = 22
_FORM_WIDTH = 18


def dialects(
    name: Annotated[str | None, typer.Argument(help="Show this one with its examples.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a dialect.")] = False,
) -> None:
    """List the dialects that Weft reads, or show one with its rule and examples.

    The dialect of each record is found by itself; header `weft-dialect` or the setting topics.NAME.dialect names one.

    Examples:
      weft dialects
      weft dialects pino
      weft dialects --json
    """
    from streams.dialects.description import describe
    from streams.dialects.registry import DIALECTS

    chosen = DIALECTS if name is None else (_named(name),)
    if as_json:
        for dialect in chosen:
            typer.echo(json.dumps(describe(dialect), ensure_ascii=False))
    elif name is None:
        for dialect in sorted(chosen, key=lambda dialect: dialect.name):
            typer.echo(_line(describe(dialect)))
    else:
        typer.echo(_page(describe(chosen[0])))


def _named(name: str) -> Dialect:
    from streams.dialects.registry import BY_NAME

    if name not in BY_NAME:
        raise ConfigurationError(f"there is no dialect {name!r}", cure="`weft dialects` lists them.")
    return BY_NAME[name]


def _line(described: dict[str, Any]) -> str:
    return f"{described['name']:<{_NAME_WIDTH}} {described['form']:<{_FORM_WIDTH}} {described['summary']}"


def _page(described: dict[str, Any]) -> str:
    lines = [
        f"{described['name']}: {described['summary']}",
        f"form: {described['form']}",
        f"recognised by: {described['recognised_by']}",
        f"source: {described['link']}",
    ]
    for example in described["examples"]:
        lines += ["", example["value"]]
        lines += [f"  {field} = {_text(said)}" for record in example["records"] for field, said in record.items()]
    return "\n".join(lines)


def _text(said: Any) -> str:
    return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
