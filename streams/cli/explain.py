"""`weft explain`: what each input would become and why, without a broker."""

from __future__ import annotations

import json
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli import console
from streams.cli.explain_view import readable
from streams.cli.lines import LONGEST, STDIN, LineSplitter
from streams.errors import ConfigurationError

if TYPE_CHECKING:
    from streams.pipeline import Pipeline
    from streams.types import Headers, PartitionState

_TOPIC = "raw-logs"
_PIECE = 262_144


class Format(StrEnum):
    """How the input is written."""

    LINES = "lines"
    KAFKA = "kafka"


@dataclass(frozen=True, slots=True)
class Given:
    """A raw record as the input describes it."""

    value: bytes | None
    offset: int
    timestamp: int
    key: bytes | None = None
    headers: Headers = ()
    topic: str = _TOPIC
    partition: int = 0


def explain(
    file: Annotated[Path, typer.Argument(metavar="[FILE|-]", help="`-` is stdin.")] = STDIN,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object an input.")] = False,
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help="`lines`: each line is a value. `kafka`: each line is JSON with value (null is a tombstone) or "
            "value_b64, key, headers [[name, value]...], timestamp_ms, topic, partition, offset; all may be left out.",
        ),
    ] = Format.LINES,
) -> None:
    """Show what each input becomes: its dialect, fields and flags, or why it is a dead letter.

    Needs no broker and writes nothing. Inputs that name no place stand in partition 0 of raw-logs, at the number of
    their line from 0; those that name no time came now.

    Examples:
      weft explain app.log
      kubectl logs my-pod | weft explain
      weft explain records.jsonl --format kafka --json
    """
    from streams.pipeline import Pipeline
    from streams.settings import load

    pipeline = Pipeline(load())
    colour = console.coloured(sys.stdout)
    show = _json if as_json else lambda explained: readable(explained, colour=colour)
    for explained in _explain(pipeline, _records(file, form)):
        typer.echo(show(explained))


def _json(explained: dict[str, Any]) -> str:
    return json.dumps(explained, ensure_ascii=False)


def _explain(pipeline: Pipeline, records: Iterator[Given]) -> Iterator[dict[str, Any]]:
    """Take each input through the real pipeline, as a chunk of its own."""
    from streams.types import Chunk, PartitionState

    states: dict[tuple[str, int], PartitionState] = {}
    for number, raw in enumerate(records):
        place = (raw.topic, raw.partition)
        chunk = Chunk(*place, [raw], raw.offset + 1, states.setdefault(place, PartitionState(*place)))
        pipeline.prepare(chunk)
        outcome = pipeline.finish(chunk, {})
        yield {
            "input": number,
            "records": [json.loads(value) for value in outcome.values],
            "dead": [
                {"reason": letter.reason, "stage": letter.stage, "error": letter.error, "index": letter.inner}
                for letter in outcome.dead
            ],
        }


def _records(file: Path, form: Format) -> Iterator[Given]:
    now = time.time_ns() // 1_000_000
    read: Callable[[bytes, int, int], Given] = _described if form is Format.KAFKA else _plain
    for number, line in enumerate(_lines(file)):
        if line is None:
            raise ConfigurationError(f"line {number + 1} is longer than {LONGEST} bytes")
        yield read(line, number, now)


def _lines(file: Path) -> Iterator[bytes | None]:
    splitter = LineSplitter()
    try:
        with sys.stdin.buffer if file == STDIN else file.open("rb") as stream:
            while piece := stream.read(_PIECE):
                yield from splitter.feed(piece)
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from None
    yield from splitter.finish()


def _plain(line: bytes, number: int, now: int) -> Given:
    return Given(line, number, now)


def _described(line: bytes, number: int, now: int) -> Given:
    try:
        given = json.loads(line)
        return Given(
            value=b64decode(given["value_b64"], validate=True) if "value_b64" in given else _bytes(given["value"]),
            offset=int(given.get("offset", number)),
            timestamp=int(given.get("timestamp_ms", now)),
            key=_bytes(given.get("key")),
            headers=[(str(name), _bytes(value)) for name, value in given.get("headers", ())],
            topic=str(given.get("topic", _TOPIC)),
            partition=int(given.get("partition", 0)),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ConfigurationError(
            f"line {number + 1} does not describe a Kafka record",
            cure="See weft explain --help for the form; without --format kafka each line is a value itself.",
        ) from None


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()
