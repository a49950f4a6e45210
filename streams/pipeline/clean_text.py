"""The short way for a line of text in which nothing is odd; any doubt sends a value the whole way."""

from __future__ import annotations

import re

from streams.dialects.detect import Detector
from streams.pipeline.clean import CleanReader
from streams.pipeline.hints import Hints
from streams.pipeline.layers import HoldsSeveral, Identity, Layers
from streams.pipeline.trace_sources import complete_trace
from streams.settings import Limits
from streams.types import Record, Source
from streams.values.text import without_line_end

_ODD = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f\ufffd]")
"""Controls that may make a text binary, and what stands for bytes that are no text."""

_ZLIB = b"x^"
"""The header of compressed values that is also text; all others are not."""
_NO_LINE = frozenset("{\x1b\ufeff")
"""What begins an object in JSON, a colour, and a byte order mark."""


def text_reader(  # noqa: C901 - hot path
    detector: Detector, layers: Layers, limits: Limits
) -> CleanReader:
    """Make the reader; a closure, because its variables are found quicker than attributes."""
    most, zone, plan = limits.value_bytes, detector.zone, detector.plan_text

    def read_clean_text(  # noqa: C901 - hot path
        value: bytes, hints: Hints, event_id: str, observed: str, source: Source
    ) -> Record | None:
        if len(value) > most or hints.form:
            return None
        try:
            text = value.decode()
            splitters, grammars, is_line = plan(text, value)
            if (not text.isprintable() and _ODD.search(text)) or not (is_line or _is_line(text, value)):
                return None
            for dialect, split, mark in splitters:
                if mark in text and (parts := split(text, zone)) is not None:
                    raise HoldsSeveral(layers.of_parts(dialect, parts, Identity(event_id, observed, source)))
            line = without_line_end(text) if text[-1] == "\n" else text
            for dialect, reader, mark in grammars:
                if mark in line:
                    record = reader(line, event_id, observed, source)
                    if record is not None:
                        claimed = dialect
                        break
            else:
                return None
            body = record["body"]
            if body is None:
                if record["signal"] == "log":
                    record["body"] = without_line_end(text)
            elif claimed.envelope or claimed.is_head or (body[:1] == "{" and not claimed.opaque):
                record = layers.open_body(claimed, record, Identity(event_id, observed, source))
            if record["trace_id"] is None:
                complete_trace(record, hints)
        except (MemoryError, HoldsSeveral):
            raise
        except Exception:  # noqa: BLE001 - the whole way finds it again and says what it is
            return None
        return record

    return read_clean_text


def _is_line(text: str, value: bytes) -> bool:
    """Whether a text is for sure no JSON, and neither blank nor compressed nor coloured."""
    first, last = text[0], text[-1]
    if first.isspace() or last.isspace():
        bare = text.strip()
        if not bare:
            return False
        first, last = bare[0], bare[-1]
    return first not in _NO_LINE and not (first == "[" and last == "]") and not value.startswith(_ZLIB)
