"""How much of what is personal or secret is redacted: `python -m tests.golden.recall` prints a table and each miss."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import unescape
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_plus

from streams.pipeline import Pipeline
from streams.settings import Multiline, ProcessorEntry, Settings, TopicPolicy
from streams.testing import chunk_of
from streams.types import PartitionState
from tests.personal import held_out, keys, numbers, words
from tests.personal.harmless import HARMLESS, Harmless
from tests.personal.hiding import PLACES, Hiding
from tests.personal.made import Kinds, Maker, Secret

SURE: Final[Kinds] = {**numbers.CHECKED, **keys.KEYS}
"""Kinds with a check digit, or a form that their maker gave them."""
LIKELY: Final[Kinds] = {**numbers.FORMED, **words.FORMED}
"""Kinds known by what they look like, or by the words before them."""

_BREAK = re.compile(r"\\+[nrt]")
_ESCAPE = re.compile(r"\\+u([0-9A-Fa-f]{4})")
_OURS = frozenset({"event_id", "timestamp", "observed_timestamp", "source", "provenance", "flags"})
"""What Weft says of a record: numbers in it may be like those of a secret."""
_NO_SIGN = re.compile(r"[\W_]+")


class Miss(NamedTuple):
    """A secret that came out: its kind, where it was hidden, and what was said."""

    kind: str
    place: str
    said: str
    came_out: str


def misses(
    kinds: Kinds, places: Mapping[str, Hiding], seed: int, rounds: int, tried: Counter[str], through: Pipeline
) -> Iterator[Miss]:
    """Hide secrets of each kind in each place, and give those that come out; `tried` counts all by kind."""
    maker = Maker(seed)
    for kind, make in kinds.items():
        for place, hide in places.items():
            for _ in range(rounds):
                secret = make(maker)
                values = hide(maker, secret)
                if values is None:
                    continue
                tried[kind] += 1
                out = came_out(through, values)
                if leaks(secret, out):
                    yield Miss(kind, place, secret.said, out)


def redacting(*processors: str) -> Pipeline:
    """Give a pipeline with processors that joins lines."""
    policy = TopicPolicy(multiline=Multiline(enabled=True))
    entries = tuple(ProcessorEntry(name=name) for name in processors)
    return Pipeline(Settings(processors=entries, topics={"raw-logs": policy}))


def came_out(through: Pipeline, values: Any) -> str:
    """Give all that a pipeline makes of records, as one text."""
    chunk = chunk_of(*values, state=PartitionState("raw-logs", 0, cut=len(values)))
    through.prepare(chunk)
    outcome = through.finish(chunk, {})
    assert not outcome.dead, [letter.error for letter in outcome.dead]
    records = (json.loads(value) for value in outcome.values)
    said = ({name: part for name, part in record.items() if name not in _OURS} for record in records)
    return "\n".join(leaf for part in said for leaf in _leaves(part))


def leaks(secret: Secret, out: str) -> bool:
    """Whether two thirds of a secret can be read, however it is escaped; signs and blanks make no difference."""
    hidden = _NO_SIGN.sub("", secret.hidden)
    window = max(3, len(hidden) * 2 // 3)
    parts = {hidden[place : place + window] for place in range(len(hidden) - window + 1)}
    plain = unquote_plus(unquote_plus(out))
    read = (out, unescape(out), plain, _ESCAPE.sub(_character, out), _ESCAPE.sub(_character, plain))
    plainest = {_NO_SIGN.sub("", text) for every in read for text in (every, _BREAK.sub(" ", every))}
    return any(part in text for text in plainest for part in parts)


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield str(value)


def changed(
    kinds: Harmless, places: Mapping[str, Hiding], seed: int, tried: Counter[str], through: Pipeline
) -> Iterator[Miss]:
    """Put ids, times, versions and hashes in each place, and give those in whose record something was redacted."""
    maker = Maker(seed)
    for kind, make in kinds.items():
        for place, hide in places.items():
            text = make(maker)
            values = hide(maker, Secret(text, text))
            if values is not None:
                tried[kind] += 1
                out = came_out(through, values)
                if "[REDACTED:" in out:
                    yield Miss(kind, place, text, out)


def table(tried: Counter[str], missed: Sequence[Miss]) -> str:
    """Give a line a kind: how many there were, how many went wrong and what share did not; then each that did."""
    by_kind = Counter(miss.kind for miss in missed)
    lines = [f"{'kind':32} {'tried':>7} {'missed':>7} {'right':>8}"]
    for kind, count in (*tried.items(), ("all", tried.total())):
        lost = len(missed) if kind == "all" else by_kind[kind]
        lines.append(f"{kind:32} {count:7} {lost:7} {1 - lost / count:8.2%}")
    return "\n".join([*lines, *(f"{miss.kind}, {miss.place}: {miss.said!r}" for miss in missed), ""])


def main(arguments: list[str]) -> int:
    """Print the tables: of what everybody may look at, or of what is set aside."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden.recall", description=__doc__)
    parser.add_argument("--held-out", action="store_true", help="measure what is set aside")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3, help="secrets of each kind in each place")
    chosen = parser.parse_args(arguments)
    places = held_out.PLACES if chosen.held_out else PLACES
    through = redacting("redact")
    for kinds in (held_out.SURE, held_out.LIKELY) if chosen.held_out else (SURE, LIKELY):
        tried: Counter[str] = Counter()
        missed = list(misses(kinds, places, chosen.seed, chosen.rounds, tried, through))
        sys.stdout.write(f"{table(tried, missed)}\n")
    tried = Counter()
    sys.stdout.write(table(tried, list(changed(HARMLESS, places, chosen.seed, tried, through))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
