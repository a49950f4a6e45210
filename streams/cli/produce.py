"""`weft produce`: files or stdin to a topic, line by line."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from streams.cli import console
from streams.cli.lines import LONGEST, STDIN, LineSplitter, WholeFile, pieces
from streams.errors import CheckFailed, ConfigurationError

if TYPE_CHECKING:
    from rich.progress import Progress

    from streams.kafka.feeder import Feeder
    from streams.settings import Settings

_TOO_LONG = f"longer than {LONGEST} bytes"
_TRACE = re.compile(rb"""(?i)trace(?:parent|[._-]?id)["']?\s{0,4}[:=]\s{0,4}["']?([0-9a-z-]{16,55})""")


class KeySource(StrEnum):
    """Where a record's key is taken from."""

    TRACE = "trace"


def produce(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files; `-` is stdin.")],
    topic: Annotated[
        str | None, typer.Option(help="Default: the first raw topic that is named in the settings.")
    ] = None,
    key_from: Annotated[
        KeySource | None, typer.Option(help="`trace`: the trace id found in the line, in its canonical form.")
    ] = None,
    header: Annotated[list[str] | None, typer.Option(metavar="K=V", help="Header of every record; may repeat.")] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Kafka timestamp of every record, RFC 3339. Retention deletes old ones."),
    ] = None,
    whole: Annotated[bool, typer.Option("--whole", help="Each file as one record.")] = False,
) -> None:
    r"""Send each line of files or stdin as one record.

    The bytes are untouched: one \n or \r\n is stripped, blank lines are sent. Lines of a file without a key
    go to one partition (chosen by the file's name), which keeps their order. Done means acknowledged by all
    in-sync replicas; exit 1 if a record was refused.

    Examples:
      weft produce app.log
      weft produce app.jsonl --key-from trace --header content-type=application/json
      tail -f app.log | weft produce -
      weft produce report.json --whole --topic raw-logs --at 2026-03-01T12:00:00Z
    """
    from streams.settings import load

    settings = load()
    _require_files(files)
    stamp = _milliseconds(at) if at else None
    job = _Job(topic or _first_named(settings), files, whole, key_from is not None, _headers(header or []), stamp)
    began = time.monotonic()
    feeder = asyncio.run(_send_all(settings, job))
    seconds, refused = time.monotonic() - began, feeder.refused.total()
    console.say(f"{feeder.records} records ({feeder.bytes} bytes) to {job.topic} in {seconds:.1f} s, {refused} refused")
    if refused:
        raise CheckFailed("\n".join(f"{count} refused: {reason}" for reason, count in feeder.refused.most_common()))


def _require_files(files: list[Path]) -> None:
    for path in files:
        if path != STDIN and (not path.exists() or path.is_dir()):
            raise typer.BadParameter(f"{path} is not a file", param_hint="FILE...")


class _Job(NamedTuple):
    topic: str
    files: list[Path]
    whole: bool
    keyed: bool
    headers: list[tuple[str, bytes]]
    timestamp_ms: int | None


async def _send_all(settings: Settings, job: _Job) -> Feeder:
    from streams.kafka import clients
    from streams.kafka.administration import partitions_of
    from streams.kafka.feeder import Feeder

    partitions = len(await partitions_of(settings, job.topic))
    async with clients.producer(settings) as producer:
        feeder = Feeder(producer, job.topic, partitions, headers=job.headers, timestamp_ms=job.timestamp_ms)
        with _progress() as progress:
            for path in job.files:
                task = progress.add_task(str(path), total=path.stat().st_size if path.is_file() else None)
                async for value in _values(path, whole=job.whole, advance=partial(progress.advance, task)):
                    await _send(feeder, value, str(path), keyed=job.keyed)
            await feeder.finish()
    return feeder


async def _send(feeder: Feeder, value: bytes | None, source: str, *, keyed: bool) -> None:
    if value is None:
        feeder.refuse(_TOO_LONG)
    else:
        await feeder.send(value, trace_key(value) if keyed else None, source)


async def _values(path: Path, *, whole: bool, advance: Callable[[int], None]) -> AsyncGenerator[bytes | None]:
    """Give the values to send, None for one that is too long."""
    splitter = WholeFile() if whole else LineSplitter()
    async with aclosing(pieces(path)) as incoming:
        async for piece in incoming:
            for value in splitter.feed(piece):
                yield value
            advance(len(piece))
    for value in splitter.finish():
        yield value


def trace_key(line: bytes) -> bytes | None:
    """Find the trace id that a line names, in its canonical form."""
    from streams.values.trace import read_trace

    found = _TRACE.search(line)
    trace_id = read_trace(found[1].decode()).trace_id if found else None
    return trace_id.encode() if trace_id else None


def _progress() -> Progress:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    shown = console.interactive(sys.stderr)
    return Progress(*columns, console=console.console(sys.stderr), transient=True, disable=not shown)


def _first_named(settings: Settings) -> str:
    from streams.kafka.topics import literal_names

    names = literal_names(settings)
    if not names:
        raise ConfigurationError("WEFT_RAW_TOPICS holds patterns only", cure="Name the topic: --topic NAME")
    return names[0]


def _headers(pairs: list[str]) -> list[tuple[str, bytes]]:
    for pair in pairs:
        if not pair.partition("=")[1]:
            raise typer.BadParameter(f"{pair!r} is not NAME=VALUE", param_hint="--header")
    return [(name, value.encode()) for name, _, value in (pair.partition("=") for pair in pairs)]


def _milliseconds(text: str) -> int:
    """Give the Kafka timestamp of an RFC 3339 time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} is not an RFC 3339 time with a zone", param_hint="--at")
    return int(moment.timestamp() * 1000)
