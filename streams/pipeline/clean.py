"""The short way for a JSON object in which nothing is odd; any doubt sends a value the whole way.

That orjson lost nothing in reading it is proved by a round trip that gives back the same bytes: no duplicate key,
no number that a double cannot hold, no repaired text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from orjson import OPT_STRICT_INTEGER, JSONEncodeError, dumps, loads

from streams.dialects.detect import Detector
from streams.pipeline.hints import Hints
from streams.pipeline.layers import HoldsSeveral, Identity, Layers
from streams.pipeline.trace_sources import complete_trace
from streams.settings import Limits
from streams.types import Record, Source
from streams.values.json import has_no_silent_change
from streams.values.nesting import deeper_than
from streams.values.text import without_line_end

CleanReader: TypeAlias = Callable[[bytes, Hints, str, str, Source], Record | None]
"""(value, hints, event id, observed timestamp, source) to a record, or None when the value must go the whole way.

The value is not empty; it begins with a brace where objects are read, and with anything else where texts are. The
hints are plain. Raises HoldsSeveral when the value holds several records.
"""

_BRACKET = ord("[")
_LEVEL_BYTES = len('{"":}')
"""An object nested once more makes its JSON at least so much longer."""


def _packed(json: bytes) -> bytes:
    """Drop the blanks that many writers put behind colons and commas; also in strings, but alike on both sides."""
    return json.replace(b": ", b":").replace(b", ", b",")


def clean_reader(  # noqa: C901 - hot path
    detector: Detector, layers: Layers, limits: Limits
) -> CleanReader:
    """Make the reader; a closure, because its variables are found quicker than attributes."""
    most, depth = limits.value_bytes, limits.depth
    plans, learn = detector.plans, detector.learn
    shallow = depth * _LEVEL_BYTES

    def read_clean(  # noqa: C901 - hot path
        value: bytes, hints: Hints, event_id: str, observed: str, source: Source
    ) -> Record | None:
        if len(value) > most:
            return None
        try:
            document = loads(value)
            shape = tuple(document)
            read, key_bytes, choices = plans.get(shape) or learn(shape)
            try:
                # Strict integers refuse what lies beyond 53 bits, and may lie beyond 64.
                written = dumps(document, None, OPT_STRICT_INTEGER)
            except JSONEncodeError:
                written = b""
            if written != value and _packed(written) != _packed(value) and not has_no_silent_change(value, document):
                return None
            # Brackets are counted only where there is room for too many.
            if (_BRACKET in value or len(value) - key_bytes > shallow) and deeper_than(value, depth):
                return None
            if read is None:
                who = Identity(event_id, observed, source)
                if choices[0].read is None and (leaves := layers.leaves(document, who)):
                    raise HoldsSeveral(leaves)
                record = layers.read_object(document, who)
            else:
                record = read(document, event_id, observed, source)
            body = record["body"]
            if body is None and record["signal"] == "log":
                record["body"] = without_line_end(value.decode())
            elif type(body) is str and body[:1] == "{":
                return None
            if record["trace_id"] is None:
                complete_trace(record, hints)
        except (MemoryError, HoldsSeveral):
            raise
        except Exception:  # noqa: BLE001 - the whole way finds it again and says what it is
            return None
        return record

    return read_clean
