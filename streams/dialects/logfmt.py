"""logfmt: `key=value key="quoted value"` lines, as Go's loggers write them.

Written here because the kept parsers refuse or split the broken lines that real programs write: a value with
blanks but without quotes, which runs until the next `key=`.
"""

from __future__ import annotations

import re
from datetime import tzinfo
from functools import lru_cache
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader, TextReader, add_flags
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS
from streams.types import Record, Source
from streams.values.go_strings import unescaped

_KEYS = KEYS._replace(
    time=("ts", "time", "t", *KEYS.time), severity=("level", "lvl", *KEYS.severity), body=("msg", "message")
)
_SURE_SIGNS = frozenset({"ts", "time", "t", "level", "lvl", "msg", "caller", "severity"})
_TOKEN = re.compile(
    r"[ \t]*+(?:(?P<key>[A-Za-z_@][A-Za-z0-9_.\-/@]{0,99})="
    r'(?:"(?P<quoted>(?>(?:[^"\\]++|\\.)*))"(?=[ \t]|$)|(?P<bare>[^ \t]*+))|(?P<loose>[^ \t]++))'
)
_MOST_SHAPES = 1_024


def parse(line: str) -> list[tuple[str, str]] | None:
    """Split a line into its pairs, loose words joined to the value before them; None when it is no logfmt.

    A line is logfmt when it starts with a pair, has two or more, and either no loose words or a tell-tale key.
    """
    pairs: list[tuple[str, list[str]]] = []
    loose = False
    for match in _TOKEN.finditer(line.rstrip(" \t")):
        key, quoted, bare, word = match.groups()
        if key is not None:
            pairs.append((key, [bare if quoted is None else unescaped(quoted)]))
        elif pairs:
            pairs[-1][1].append(word)
            loose = True
        else:
            return None
    if len(pairs) < 2 or (loose and not any(key in _SURE_SIGNS for key, _ in pairs)):
        return None
    return [(key, " ".join(words)) for key, words in pairs]


def _compile_text(zone: tzinfo) -> TextReader:
    compile_objects = keyed("logfmt", Reading(_KEYS))

    @lru_cache(maxsize=_MOST_SHAPES)
    def reader_of(shape: tuple[str, ...]) -> ObjectReader:
        return compile_objects(shape, zone)

    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        if "=" not in text[:100] or "\n" in text:
            return None
        parsed = parse(text)
        if parsed is None:
            return None
        document: dict[str, Any] = dict(parsed)
        has_duplicates = len(document) != len(parsed)
        record = reader_of(tuple(document))(document, event_id, observed, source)
        if has_duplicates:
            add_flags(record, "json.duplicate_keys")
        return record

    return read


DIALECT = Dialect(
    name="logfmt",
    summary="lines of key=value pairs",
    link="https://brandur.org/logfmt",
    compile_text=_compile_text,
    holds=("=",),
    examples=(
        Example(
            'ts=2024-03-10T14:13:06.719Z caller=cluster.go:683 level=info msg="Waiting for \\"gossip\\"" interval=2s',
            {
                "timestamp": "2024-03-10T14:13:06.719000000Z",
                "severity_number": 9,
                "severity_text": "info",
                "body": 'Waiting for "gossip"',
                "attributes": {"caller": "cluster.go:683", "interval": "2s"},
            },
        ),
    ),
)
