"""Records of the bench's job as they stand in `enriched`, for what reads that topic."""

from __future__ import annotations

from itertools import islice

import orjson

from bench.generate import samples
from streams.pipeline import Pipeline
from streams.settings import Settings
from streams.sinks.base import Item
from streams.testing import FakeRecord, chunk_of

_CHUNK = 500


def enriched(number: int, *, first_ms: int, step_ms: int = 1) -> list[Item]:
    """Give records as they come out of the pipeline, observed one step after the other; each is its own trace."""
    pipeline, items = Pipeline(Settings(processors=())), list[Item]()
    source = (sample for sample in samples() if not sample.broken)
    while len(items) < number:
        start = len(items)
        raw = [
            FakeRecord(one.value, start + at, one.key, timestamp=first_ms + (start + at) * step_ms)
            for at, one in enumerate(islice(source, _CHUNK))
        ]
        chunk = chunk_of(*raw, start=start)
        pipeline.prepare(chunk)
        outcome = pipeline.finish(chunk, {})
        for key, value in zip(outcome.keys, outcome.values, strict=True):
            record = orjson.loads(value)
            items.append(Item(len(items), key, value, record["event_id"], record))
    return items[:number]
