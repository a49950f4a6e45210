"""`weft retention`: delete what a store has kept for as long as it should."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from streams.cli import console, view

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.settings import Settings
    from streams.sinks.governed import Deletion

Sink = Annotated[str, typer.Option(metavar="NAME", help="Which sink's store.")]
Sinks = Annotated[
    list[str] | None,
    typer.Option("--sink", metavar="NAME", help="Only this sink's store; may be repeated. Default: all with rules."),
]
_LATE: Final = timedelta(hours=1)
"""What comes later than this is merged the next time."""

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


def plan(sinks: Sinks = None, as_json: Json = False) -> None:
    """Show what `weft retention run` would delete now; nothing is touched.

    The rules stand in the settings, under `sinks.NAME.retention`: the first that covers a record counts. A day that is
    old as a whole goes as a whole; else its records go by signal, service and severity.

    Examples:
      weft retention plan
      weft retention plan --sink postgres --json
    """
    from streams.settings import load

    settings, total = load(), 0
    for sink in _chosen(sinks, settings):
        for deletion in asyncio.run(_planned(sink, settings)):
            _show(sink, deletion, "would delete", as_json=as_json)
            total += deletion.records
    console.say(f"{view.amount(total)} would be deleted" if total else "nothing is too old")


def run(
    sinks: Sinks = None,
    archive: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Store what goes as Parquet there first: a folder, or any URL of fsspec."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Delete what the rules of a store do not keep; its sink may be running.

    Each deletion is one line here and one in `audit.ndjson` of the state directory. Look first with
    `weft retention plan`; run it once a day. With --archive a record is in the archive, once, before it is deleted;
    that needs the extra weft[parquet]. A day that still gets records is left for the next run.

    Examples:
      weft retention run
      weft retention run --sink postgres --archive /srv/archive
    """
    from streams.settings import load

    settings = load()
    deleted = sum(asyncio.run(_run(sink, settings, archive, as_json=as_json)) for sink in _chosen(sinks, settings))
    console.say(f"deleted {view.amount(deleted)}" if deleted else "nothing is too old")


def compact(sink: Sink = "parquet") -> None:
    """Make few large files of the many small ones of a Parquet sink; its sink may be running.

    Hours that have been over for an hour are merged. Run it every hour or every day: queries open fewer files then.

    Examples:
      weft retention compact
      weft retention compact --sink archive
    """
    from streams.settings import load

    merged = asyncio.run(_compact(sink, load()))
    console.say(f"merged {merged} files" if merged else "there is nothing to merge")


async def _compact(sink: str, settings: Settings) -> int:
    from streams.governance import keeper_of

    async with keeper_of(sink, settings) as keeper:
        return await keeper.compact(datetime.now(UTC) - _LATE)


def _chosen(sinks: Sequence[str] | None, settings: Settings) -> Sequence[str]:
    """Give the sinks that are meant; each must have rules and a store that can be governed, before anything goes."""
    from streams.governance import ruled_sinks, rules_of

    chosen = sinks or ruled_sinks(settings)
    for sink in chosen:
        rules_of(sink, settings)
    return chosen


async def _planned(sink: str, settings: Settings) -> Sequence[Deletion]:
    from streams.governance import keeper_of, rules_of
    from streams.sinks.governed import plan as plan_for

    rules, today = rules_of(sink, settings), _today()
    async with keeper_of(sink, settings) as keeper:
        return [*plan_for(await keeper.days(today), rules, today)]


async def _run(sink: str, settings: Settings, archive: str | None, *, as_json: bool) -> int:
    from streams.governance import Book, archived, keeper_of

    total, book = 0, Book(settings)
    for deletion in await _planned(sink, settings):
        async with keeper_of(sink, settings) as keeper:
            kept = 0 if archive is None else await archived(archive, sink, deletion, keeper)
            with book.entry("retention", sink, **_said(deletion), archived=kept) as entry:
                deleted = entry["deleted"] = await keeper.delete(deletion)
        _show(sink, deletion, "deleted", as_json=as_json)
        total += deleted
    return total


def _today() -> date:
    return datetime.now(UTC).date()


def _said(deletion: Deletion) -> dict[str, Any]:
    groups = [group._asdict() for group in deletion.groups]
    return {"day": deletion.day.isoformat(), "whole": deletion.whole, "records": deletion.records, "groups": groups}


def _show(sink: str, deletion: Deletion, verb: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(view.printable(json.dumps({"sink": sink, **_said(deletion)}, ensure_ascii=False)))
        return
    head = f"{sink}  {verb} {deletion.day.isoformat()}"
    if deletion.whole:
        typer.echo(f"{head}  all of it  {view.amount(deletion.records)}")
        return
    for signal, service, severity, records in deletion.groups:
        kind = f"{signal} {view.printable(service)} {view.severity_name(severity)}"
        typer.echo(f"{head}  {kind}  {view.amount(records)}")
    sys.stdout.flush()
