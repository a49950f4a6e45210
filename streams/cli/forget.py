"""`weft forget`: erase what stores hold of one trace or one person."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli import console, view
from streams.cli.texts import utf8
from streams.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.settings import Settings
    from streams.sinks.governed import Subject


_NOT_YET = (
    "What sinks have not stored yet is not erased: it waits in Kafka, or in a sink that is gathering a batch. "
    "Run it again when `weft ledger --sink NAME` shows no lag."
)


def forget(
    trace: Annotated[
        str | None, typer.Option(metavar="ID", help="Every record that names this trace, wherever in it.")
    ] = None,
    attribute: Annotated[
        str | None, typer.Option(metavar="KEY=VALUE", help="Every record with this attribute, or of such a resource.")
    ] = None,
    sink: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only this sink's store; may be repeated. Default: all.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a store.")] = False,
) -> None:
    """Erase records from every store that can be governed, so that their bytes are in no file of it.

    Sinks may be running. Event ids are all that is kept, so that a replay does not bring the records back. Kafka's own
    topics hold theirs until their retention is over. Each erasure is a line in `audit.ndjson` of the state directory,
    which does not say who was erased.

    Examples:
      weft forget --attribute user.id=42
      weft forget --trace 4bf92f3577b34da6a3ce929d0e0e4736 --sink sqlite --yes
    """
    from streams.governance import governed_sinks
    from streams.settings import load

    subject = _subject(trace, attribute)
    settings = load()
    sinks = sink or governed_sinks(settings)
    if not sinks:
        raise ConfigurationError("no store is there to erase from", cure="--sink NAME names one of the settings.")
    if not yes:
        _ask(sinks)
    asyncio.run(_reach(sinks, settings))
    for name in sinks:
        asyncio.run(_erase(name, subject, settings, as_json=as_json))
    console.say(_NOT_YET)


def _subject(trace: str | None, attribute: str | None) -> Subject:
    from streams.sinks.governed import OfTrace, WithAttribute
    from streams.values.trace import read_trace

    if (trace is None) == (attribute is None):
        raise typer.BadParameter("give one of them: whose records are to be erased?", param_hint="--trace, --attribute")
    if trace is not None:
        found = read_trace(trace).trace_id
        if found is None:
            raise typer.BadParameter(f"{trace!r} is not a trace id", param_hint="--trace")
        return OfTrace(found)
    try:
        key, equals, value = utf8(attribute or "").partition("=")
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--attribute") from None
    if not key or not equals or not value:
        raise typer.BadParameter("write it as KEY=VALUE", param_hint="--attribute")
    return WithAttribute(key, value)


def _ask(sinks: Sequence[str]) -> None:
    if not console.interactive(sys.stdin):
        raise ConfigurationError("nobody can be asked whether this is meant", cure="Say so with --yes.")
    typer.confirm(f"Erase records for good from {', '.join(sinks)}?", abort=True, err=True)


async def _reach(sinks: Sequence[str], settings: Settings) -> None:
    """Ask every store for something before anything is erased, so that none is left out for a wrong setting."""
    from streams.governance import keeper_of

    for name in sinks:
        async with keeper_of(name, settings) as keeper:
            await keeper.days(date.min)


async def _erase(sink: str, subject: Subject, settings: Settings, *, as_json: bool) -> None:
    from streams.governance import Book, keeper_of

    book, kind = Book(settings), type(subject).__name__
    async with keeper_of(sink, settings) as keeper:
        with book.entry("forget", sink, kind=kind) as entry:
            by_day = {one.day.isoformat(): one.records for one in await keeper.erase(subject)}
            total = sum(by_day.values())
            entry.update(erased=total, days=by_day)
    if as_json:
        typer.echo(json.dumps({"sink": sink, "erased": total, "days": by_day, "note": keeper.note}))
        return
    for day, records in by_day.items():
        typer.echo(f"{sink}  {day}  {view.amount(records)} erased")
    typer.echo(f"{sink}  {view.amount(total)} erased" if total else f"{sink}  nothing is there")
    if keeper.note:
        console.say(keeper.note)
