"""`weft tail`: follow the enriched records or the dead letters."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli import console

if TYPE_CHECKING:
    from streams.settings import Settings
    from streams.types import RawRecord


class Output(StrEnum):
    """A topic that Weft writes."""

    ENRICHED = "enriched"
    DEAD = "dead"


def tail(
    output: Annotated[Output, typer.Argument(help="Enriched records or dead letters.")] = Output.ENRICHED,
    trace: Annotated[str | None, typer.Option(metavar="ID", help="Only records of this trace (enriched only).")] = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="Everything that is there, then what comes.")
    ] = False,
    most: Annotated[int | None, typer.Option("--max", min=1, metavar="N", help="End after N records.")] = None,
    idle_exit: Annotated[
        float | None, typer.Option(min=0, metavar="S", help="End when nothing came for S seconds.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Print records as they arrive, until Ctrl-C.

    Reads without a consumer group and commits nothing. Control characters are shown escaped. With --json
    dead letters have the reason, where they came from and the original's key, value and headers, redacted as
    the settings say; what is not UTF-8 stands as base64 under a name ending in _b64.

    Examples:
      weft tail
      weft tail dead --from-beginning --idle-exit 2
      weft tail --trace 4bf92f3577b34da6a3ce929d0e0e4736 --from-beginning
      weft tail --json --max 10
    """
    from streams.settings import load

    settings = load()
    trace_id = _trace_id(trace, output) if trace is not None else None
    show = _formatter(settings, output, as_json=as_json)
    asyncio.run(_print(_records(settings, output, trace_id, from_beginning, idle_exit), show, most))


async def _print(batches: AsyncGenerator[list[RawRecord]], show: Callable[[RawRecord], str], most: int | None) -> None:
    left = sys.maxsize if most is None else most
    async with aclosing(batches):
        async for batch in batches:
            for record in batch[:left]:
                sys.stdout.write(show(record) + "\n")
            sys.stdout.flush()
            left -= len(batch)
            if left <= 0 or console.nobody_reads(sys.stdout):
                return


async def _records(
    settings: Settings, output: Output, trace_id: str | None, from_beginning: bool, idle_seconds: float | None
) -> AsyncGenerator[list[RawRecord]]:
    from streams.kafka import clients
    from streams.kafka.administration import partitions_of
    from streams.kafka.partitioner import assign
    from streams.kafka.reader import follow

    topic = settings.enriched_topic if output is Output.ENRICHED else settings.dead_topic
    partitions = await partitions_of(settings, topic)
    key = trace_id.encode() if trace_id else None
    if key:
        partitions = [partitions[assign([key], len(partitions), 0)[0]]]
    async with clients.consumer(settings) as consumer:
        following = follow(consumer, partitions, from_beginning=from_beginning, idle_seconds=idle_seconds)
        async with aclosing(following):
            async for records in following:
                yield [record for record in records if key is None or record.key == key]


def _trace_id(text: str, output: Output) -> str:
    from streams.values.trace import read_trace

    if output is Output.DEAD:
        raise typer.BadParameter("dead letters have the original's key, not a trace", param_hint="--trace")
    found = read_trace(text).trace_id
    if found is None:
        raise typer.BadParameter(f"{text!r} is not a trace id", param_hint="--trace")
    return found


def _formatter(settings: Settings, output: Output, *, as_json: bool) -> Callable[[RawRecord], str]:
    from streams.cli import view
    from streams.cli.redacted import display_of

    colour = console.coloured(sys.stdout)
    if as_json:
        display = display_of(settings)
        if output is Output.ENRICHED:
            return lambda raw: view.enriched_json(raw, display)
        return lambda raw: view.printable(json.dumps(view.dead_letter(raw, display), ensure_ascii=False))
    if output is Output.DEAD:
        return lambda raw: view.dead_line(view.dead_reasons(raw), colour=colour)
    return lambda raw: view.enriched_line(raw, colour=colour)
