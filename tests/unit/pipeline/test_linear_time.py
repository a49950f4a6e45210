"""No input, however it is made, costs more than time linear in its length."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

from streams.pipeline import Pipeline
from streams.settings import Limits, Settings
from streams.testing import FakeRecord, chunk_of

SMALL, FACTOR = 25_000, 8
TOO_MUCH = 2.5 * FACTOR
"""Between what is linear (8 times as long) and what is quadratic (64 times)."""

ATTEMPTS = 6

BAITS: dict[str, Callable[[int], str]] = {
    "plain text": lambda size: "x" * size,
    "blanks in text": lambda size: "x" + " " * size + "x",
    "brackets in text": lambda size: "[" * size,
    "words in brackets": lambda size: "x " + "[a," * (size // 3),
    "escape codes that do not end": lambda size: "\x1b[" + "1;" * (size // 2),
    "starts of trace ids": lambda size: "trace_id=" * (size // 9),
    "half trace ids": lambda size: "trace_id=0123456789abcdef0123 " * (size // 30),
    "zero trace ids": lambda size: f"trace_id={'0' * 32} " * (size // 42),
    "Datadog ids that are none": lambda size: "dd.trace_id=a " * (size // 14),
    "many places of a trace": lambda size: '{"Scopes":[' + '{"TraceId":"x"},' * (size // 16) + "{}]}",
    "digits": lambda size: "1" * size,
    "pairs": lambda size: "a=1 " * (size // 4),
    "pairs of one key and loose words": lambda size: "level=x " + "word " * (size // 5),
    "quotes that do not close": lambda size: 'a="x ' * (size // 5),
    "escaped quotes in a pair": lambda size: 'a=1 b="' + '\\"' * (size // 2),
    "equals signs": lambda size: "a=1 " + "=" * size,
    "open arrays": lambda size: "[" * size,
    "alternating brackets": lambda size: "[{" * (size // 2),
    "empty arrays": lambda size: "[" + "[]," * (size // 3) + "[]]",
    "open objects": lambda size: '{"a":' * (size // 5),
    "a string that does not end": lambda size: '{"a":"' + "x" * size,
    "escapes in a string that does not end": lambda size: '["' + '\\"' * (size // 2),
    "blanks before colons": lambda size: '{"a"' + " " * size + ':1,"b":2}',
    "quotes and blanks": lambda size: '{"a":"' + '\\" ' * (size // 3) + '"}',
    "closing brackets and blanks": lambda size: '{"a":1} ' + "} " * (size // 2),
    "many documents": lambda size: '{"a":1} ' * (size // 8),
    "many documents and a broken one": lambda size: '{"a":1} ' * (size // 8) + "{",
    "many elements": lambda size: "[" + '{"a":1},' * (size // 8) + "1]",
    "many odd elements": lambda size: "[" + '{"a":1,"a":2},' * (size // 14) + "1]",
    "many deep elements": lambda size: "[" + ("[" * 70 + "]" * 70 + ",") * (size // 141) + "1]",
    "duplicate keys": lambda size: "{" + '"a":1,' * (size // 6) + '"a":1}',
    "many keys": lambda size: "{" + ",".join(f'"{number}":1' for number in range(size // 9)) + "}",
    "a long integer": lambda size: '{"a":' + "9" * size + "}",
    "a long fraction": lambda size: '{"a":0.' + "9" * size + "}",
    "a long exponent": lambda size: '{"a":1e' + "9" * size + "}",
    "surrogates": lambda size: '["' + "\\ud800" * (size // 6) + '"]',
    "a long time": lambda size: '{"timestamp":"' + "2026-" * (size // 5) + '"}',
    "a long trace id": lambda size: '{"trace_id":"' + "0" * size + '"}',
    "a long severity": lambda size: '{"level":"' + "INFO+" * (size // 5) + '"}',
    "quotes to be escaped in a body that is cut": lambda size: '{"message":"' + '\\"' * (size // 2) + '"}',
}


@pytest.mark.parametrize("bait", BAITS)
def test_time_grows_with_length_and_not_with_its_square(bait: str) -> None:
    """The best of several attempts counts, so that another process's load does not fail it."""
    short, long = BAITS[bait](SMALL), BAITS[bait](SMALL * FACTOR)
    ratios = []
    for _ in range(ATTEMPTS):
        ratios.append(seconds(long) / seconds(short))
        if ratios[-1] < TOO_MUCH:
            return
    pytest.fail(f"{FACTOR} times the length takes {min(ratios):.1f} times as long")


def seconds(value: str) -> float:
    """The time of one value alone, without the collector's walks over all else, which a worker has frozen too."""
    pipeline = Pipeline(Settings(limits=Limits(records=1_000_000, record_bytes=20_000)))
    chunk = chunk_of(FakeRecord(value.encode()))
    gc.freeze()
    try:
        began = time.process_time()
        pipeline.prepare(chunk)
        pipeline.finish(chunk, {})
        return time.process_time() - began
    finally:
        gc.unfreeze()
