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
from streams.cli.explain_events import events
from streams.cli.explain_view import readable
from streams.cli.lines import LONGEST, STDIN, LineSplitter
from streams.errors import ConfigurationError

if TYPE_CHECKING:
    from streams.pipeline import Pipeline
    from streams.pipeline.explanation import Explainer
    from streams.settings import Settings
    from streams.types import Headers, Outcome, RawRecord

_TOPIC = "raw-logs"
_PIECE = 262_144
_MOST_EXPLAINED, _LONGEST_EXPLAINED = 16, 65_536
"""Records of one input, and bytes of it, up to which the origin of each field is told."""


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
    """Show what each input becomes and why: dialect, fields with their origin, flags, or the dead letter.

    Needs no broker and writes nothing; what only a worker knows, from topics or by asking, is missing, and stderr says
    so. Inputs that name no place stand in partition 0 of raw-logs, at the number of
    their line from 0; those that name no time came now.

    Examples:
      weft explain app.log
      kubectl logs my-pod | weft explain
      weft explain records.jsonl --format kafka --json
    """
    from streams.settings import load

    settings = load()
    colour = console.coloured(sys.stdout)
    show = _json if as_json else lambda explained: readable(explained, colour=colour)
    for explained in _explain(settings, _records(file, form)):
        typer.echo(show(explained))


def _json(explained: dict[str, Any]) -> str:
    return json.dumps(explained, ensure_ascii=False)


def _explain(settings: Settings, records: Iterator[Given]) -> Iterator[dict[str, Any]]:
    """Explain inputs in their order; what was joined is explained with the first of its inputs."""
    from streams.cli.unread import tell_unasked, tell_unread
    from streams.pipeline import Pipeline
    from streams.pipeline.explanation import Explainer

    pipeline, explainer = Pipeline(settings), Explainer(settings)
    tell_unread(pipeline)
    tell_unasked(pipeline)
    ready: dict[int, dict[str, Any]] = {}
    following = 0
    for (first, *others), raw in events(settings, records):
        ready[first] = _explain_one(first, raw, pipeline, explainer)
        for number in others:
            ready[number] = {"input": number, "records": [], "dead": [], "why": [], "origins": [], "joined": first}
        while following in ready:
            yield ready.pop(following)
            following += 1


def _explain_one(number: int, raw: RawRecord, pipeline: Pipeline, explainer: Explainer) -> dict[str, Any]:
    """Take an event through the real pipeline, as a chunk of its own."""
    outcome = _take(pipeline, raw)
    found = [json.loads(value) for value in outcome.values]
    return {
        "input": number,
        "records": found,
        "dead": [
            {"reason": letter.reason, "stage": letter.stage, "error": letter.error, "index": letter.inner}
            for letter in outcome.dead
        ],
        "why": [layer.as_dict() for layer in explainer.layers_of(raw)],
        "origins": _origins(pipeline, raw, found),
    }


def _take(pipeline: Pipeline, raw: RawRecord) -> Outcome:
    from streams.types import Chunk, PartitionState

    end = raw.offset + 1
    chunk = Chunk(raw.topic, raw.partition, [raw], end, PartitionState(raw.topic, raw.partition, cut=end))
    pipeline.prepare(chunk)
    return pipeline.finish(chunk, {})


def _origins(pipeline: Pipeline, raw: RawRecord, found: list[dict[str, Any]]) -> list[dict[str, str]]:
    from streams.pipeline.origins import origins

    value = raw.value
    if value is None or not 0 < len(found) <= _MOST_EXPLAINED or len(value) > _LONGEST_EXPLAINED:
        return [{} for _ in found]

    def make(changed: bytes, headers: Headers) -> list[dict[str, Any]]:
        given = Given(changed, raw.offset, raw.timestamp, raw.key, headers, raw.topic, raw.partition)
        return [json.loads(encoded) for encoded in _take(pipeline, given).values]

    return origins(value, raw.headers, found, make)


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
