"""`weft query`: read what a sink has stored."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from streams.cli import console, view
from streams.cli.moments import moment_of, seconds_of
from streams.cli.texts import utf8
from streams.errors import TemporaryError

if TYPE_CHECKING:
    from streams.query import Bucket, Query, Stored

T = TypeVar("T")

_LIMIT = 100
_LIMIT_OF_A_TRACE = 10_000
_MOST = 1_000_000
_MOST_WORDS = 50
_MINUTE = 60


class Signal(StrEnum):
    """OpenTelemetry's signals."""

    LOG = "log"
    METRIC = "metric"
    SPAN = "span"


def query(
    trace: Annotated[
        str | None, typer.Option(metavar="ID", help="Everything of this trace, in the order of what happened.")
    ] = None,
    service: Annotated[str | None, typer.Option(metavar="NAME", help="Only of this service.name.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Observed from then on: RFC 3339, or 15m, 1h, 2d ago.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Observed before then.")] = None,
    severity: Annotated[
        str | None, typer.Option(metavar="LEVEL", help="At least trace, debug, info, warn, error, fatal, or 1 to 24.")
    ] = None,
    signal: Annotated[Signal | None, typer.Option(help="Only of this signal.")] = None,
    text: Annotated[
        str | None, typer.Option(metavar="WORDS", help="All of these words, in the body or in attributes' values.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=_MOST, metavar="N", help=f"Most records: {_LIMIT}, of a trace {_LIMIT_OF_A_TRACE:,}."),
    ] = None,
    counts: Annotated[
        str | None, typer.Option("--counts", metavar="EVERY", help="Count instead, per 1m, 15m, 1h or 1d.")
    ] = None,
    sink: Annotated[str, typer.Option(metavar="NAME", help="Which sink's store.")] = "sqlite",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Search the records that a sink has stored: the newest first, those of a trace in time order.

    The sink may be writing or not: reading blocks nobody. Times are those at which records reached Kafka. A word is
    found whatever its case; what stands together in it, as in 10.0.0.1, must stand together.

    Examples:
      weft query --since 1h --severity error
      weft query --trace 4bf92f3577b34da6a3ce929d0e0e4736
      weft query --service checkout --text 'payment refused' --limit 20 --json
      weft query --counts 1h --since 1d
    """
    from streams.query import Query

    wanted = Query(
        trace=_trace(trace) if trace is not None else None,
        service=_read("--service", utf8, service),
        since=_read("--since", _moment, since),
        until=_read("--until", _moment, until),
        severity=_read("--severity", _severity, severity),
        signal=signal.value if signal else None,
        text=_read("--text", _words, text),
        limit=limit or (_LIMIT if trace is None else _LIMIT_OF_A_TRACE),
    )
    if counts is not None:
        if trace is not None or text is not None:
            raise typer.BadParameter("counts know no traces and no words", param_hint="--counts")
        _print_counts(asyncio.run(_count(sink, wanted, _read("--counts", _bucket, counts) or _MINUTE)), as_json=as_json)
    else:
        _print_records(asyncio.run(_search(sink, wanted)), wanted, as_json=as_json)


async def _search(sink: str, wanted: Query) -> Sequence[Stored]:
    from streams.query import store_of
    from streams.sinks.base import Unavailable

    async with store_of(sink) as store:
        try:
            return await store.search(wanted)
        except Unavailable as error:
            raise _unavailable(sink, error) from None


async def _count(sink: str, wanted: Query, bucket_seconds: int) -> Sequence[Bucket]:
    from streams.query import store_of
    from streams.sinks.base import Unavailable

    async with store_of(sink) as store:
        try:
            return await store.counts(wanted, bucket_seconds)
        except Unavailable as error:
            raise _unavailable(sink, error) from None


def _unavailable(sink: str, error: Exception) -> TemporaryError:
    return TemporaryError(f"the store of {sink} does not answer: {error}", cure="Try again.")


def _print_records(records: Sequence[Stored], wanted: Query, *, as_json: bool) -> None:
    colour = console.coloured(sys.stdout)
    for record in records:
        line = json.dumps(record, ensure_ascii=False) if as_json else ""
        typer.echo(view.printable(line) if as_json else view.record_line(record, colour=colour))
    if not records:
        console.say("nothing fits")
    elif len(records) == wanted.limit:
        console.say(f"these are {wanted.limit}; there may be more: --limit")


def _print_counts(buckets: Sequence[Bucket], *, as_json: bool) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if as_json:
        for bucket in buckets:
            typer.echo(view.printable(json.dumps(bucket._asdict(), ensure_ascii=False)))
        return
    shown = console.interactive(sys.stdout)
    table = Table(box=box.SIMPLE_HEAD if shown else None, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for name in ("from", "service", "signal", "severity"):
        table.add_column(name, overflow="fold")
    table.add_column("records", justify="right")
    for start, service, signal, severity, records in buckets:
        when = start[:16].replace("T", " ")
        table.add_row(when, Text(view.printable(service)), signal, view.severity_name(severity), str(records))
    console.console(sys.stdout).print(table)


def _read(option: str, read: Callable[[str], T], text: str | None) -> T | None:
    try:
        return None if text is None else read(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _trace(text: str) -> str:
    from streams.values.trace import read_trace

    found = read_trace(text).trace_id
    if found is None:
        raise typer.BadParameter(f"{text!r} is not a trace id", param_hint="--trace")
    return found


def _moment(text: str) -> str:
    return moment_of(text, datetime.now(UTC))


def _severity(text: str) -> int:
    from schemas.severity import HIGHEST, LEVELS

    if text.upper() in LEVELS:
        return 1 + 4 * LEVELS.index(text.upper())
    if text.isdecimal() and 1 <= int(text) <= HIGHEST:
        return int(text)
    raise ValueError(f"{text!r} is none of {', '.join(LEVELS).lower()}, and no number from 1 to {HIGHEST}")


def _words(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise ValueError("there is no word in it")
    if len(text.split()) > _MOST_WORDS:
        raise ValueError(f"it has more than {_MOST_WORDS} words")
    return utf8(text)


def _bucket(text: str) -> int:
    seconds = seconds_of(text)
    if seconds < _MINUTE or seconds % _MINUTE:
        raise ValueError(f"{text!r} is not whole minutes")
    return seconds
