"""Records to try a sink on, as they stand in `enriched`: traces of every signal on several days, and replays.

Records of one trace have one signal and one hour, so that a store that is laid out by these can be read in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import count, islice
from typing import Any, Final, NamedTuple

import orjson

from schemas.examples import example
from streams.sinks.base import Item

TOPIC: Final = "enriched"
SOURCE: Final = "raw-checks"


class _Kind(NamedTuple):
    example: str
    hour: str
    trace_id: str | None


_KINDS: Final = (
    _Kind("log", "2026-03-01T12", "4bf92f3577b34da6a3ce929d0e0e4736"),
    _Kind("span", "2026-03-02T23", "0af7651916cd43dd8448eb211c80319c"),
    _Kind("log_structured_body", "2026-03-01T12", "0000000000000000a3ce929d0e0e4736"),
    _Kind("span_root", "1991-01-01T00", "0af7651916cd43dd8448eb211c80319d"),
    _Kind("metric_sum", "2026-03-03T00", None),
    _Kind("metric_exponential_histogram", "2026-03-02T23", None),
    _Kind("log_minimal", "2261-12-31T23", None),
)
"""What records alternate between; Kafka's clock may say any time."""

HOSTILE: Final[Mapping[str, Mapping[str, Any]]] = {
    "NUL": {"body": "a\x00b", "attributes": {"\x00": "\x00", "a\x00b": ["\x00"]}},
    "long numbers": {"attributes": {"a": 2**63 - 1, "b": -(2**63), "c": 1.7976931348623157e308, "d": 5e-324}},
    "names": {"attributes": {"": 1, ".": 2, "a.b": 3, "a": {"b": 4}, '"': 5, "'; --": 6, "$a": 7, "_id": 8}},
    "depth": {"attributes": {"a": [[[[[[[[[[[[[[[[{"b": [[[[[[[[[[]]]]]]]]]]}]]]]]]]]]]]]]]]]}},
    "plain body": {"body": 17},
    "no body": {"body": None},
    "lines": {"body": "a\nb\r\nc\u2028d\u0085e\x1ef\\n"},
    "a long text": {"body": "x" * 200_000},
    "characters": {"body": "\ufeff\ufffe\U0010ffff e\u0301 \u202e"},
    "types that change": {"attributes": {"check.version": "one", "status": {"deep": True}, "http": [1, "2", None]}},
}
"""Name to fields that the schema allows and that stores have trouble with."""


def make_items(
    number: int, *, source: str = SOURCE, partition: int = 0, version: int = 1, **changes: Any
) -> list[Item]:
    """Make records of one raw partition; some messages held several, so that ids sort otherwise as text.

    `version` tells replays with another content apart; `changes` are fields that all of them have.
    """
    positions = islice(_positions(), number)
    return [
        make_item(index, f"{source}-{partition}-{position}", partition=partition, version=version, **changes)
        for index, position in enumerate(positions)
    ]


def make_item(offset: int, event_id: str, *, partition: int = 0, version: int = 1, **changes: Any) -> Item:
    """Make one record; the trace, the signal and the time follow from the offset."""
    kind = _KINDS[offset * 5 % len(_KINDS)]
    trace_id = kind.trace_id and f"{partition:02x}{kind.trace_id[2:]}"
    seconds, rest = divmod(offset, 1_000)
    record = example(kind.example, **{
        "event_id": event_id,
        "trace_id": trace_id,
        "observed_timestamp": f"{kind.hour}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:03}000000Z",
        **changes,
    })  # fmt: skip
    record["attributes"] = {**record["attributes"], "check.version": version}
    key = trace_id.encode() if trace_id else None
    return Item(offset, key, orjson.dumps(record), event_id, record)


def changed(item: Item, **changes: Any) -> Item:
    """Give a record with other fields."""
    record = {**item.record, **changes}
    return item._replace(value=orjson.dumps(record), record=record)


def replayed(items: Sequence[Item], *ranges: tuple[int, int]) -> list[Item]:
    """Give what a partition of `enriched` holds after its writer went back several times: parts, at new offsets."""
    again = [item for start, end in ranges for item in items[start:end]]
    return [item._replace(offset=offset) for offset, item in enumerate(again)]


def _positions() -> Iterator[str]:
    """Offsets; every third message held eleven records."""
    for offset in count():
        if offset % 3 == 2:
            yield from (f"{offset}.{inner}" for inner in range(11))
        else:
            yield str(offset)
