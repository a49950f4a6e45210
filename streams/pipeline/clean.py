"""The short way for clean values: a JSON object that a round trip gives back byte for byte.

Then nothing was lost in reading it: no duplicate key, no number that a double cannot hold, no repaired text.
Most records are so, and this is all that is done to decode them; any doubt sends a record the whole way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from orjson import OPT_STRICT_INTEGER, dumps, loads

from streams.dialects.detect import Detector
from streams.settings import Limits
from streams.types import Record, Source
from streams.values.nesting import deeper_than

CleanReader: TypeAlias = Callable[[bytes, str, str, Source], Record | None]
"""(value, event id, observed timestamp, source) to a record, or None when the value must go the whole way."""

_BRACE, _BRACKET = b"{["
_LEVEL_BYTES = len('{"":}')
"""An object nested once more makes its JSON at least so much longer."""


def clean_reader(detector: Detector, limits: Limits) -> CleanReader:
    """Make the reader; a closure, because its variables are found quicker than attributes."""
    most, depth = limits.value_bytes, limits.depth
    plans, learn = detector.plans, detector.learn
    shallow = depth * _LEVEL_BYTES

    def read_clean(value: bytes, event_id: str, observed: str, source: Source) -> Record | None:
        if value[0] != _BRACE or len(value) > most:
            return None
        try:
            document = loads(value)
            # Strict integers keep those apart that are beyond 53 bits and may be beyond 64.
            if dumps(document, None, OPT_STRICT_INTEGER) != value:
                return None
            shape = tuple(document)
            read, key_bytes = plans.get(shape) or learn(shape)
            # Brackets are counted only where there is room for too many.
            if (_BRACKET in value or len(value) - key_bytes > shallow) and deeper_than(value, depth):
                return None
            record = read(document, event_id, observed, source)
        except MemoryError:
            raise
        except Exception:
            return None
        return None if record["trace_id"] is None or record["body"] is None else record

    return read_clean
