"""The short way for a line of text in which nothing is odd; any doubt sends a value the whole way."""

from __future__ import annotations

import re

from streams.dialects.detect import Detector
from streams.pipeline.clean import CleanReader
from streams.pipeline.hints import Hints
from streams.pipeline.layers import Identity, Layers
from streams.pipeline.trace_sources import complete_trace
from streams.settings import Limits
from streams.types import Record, Source
from streams.values.text import without_line_end

_ODD = re.compile("[\x00-\x07\x0e-\x1a\x1c-\x1f\ufeff\ufffd]")
"""Controls that may make a text binary, a byte order mark, and what stands for bytes that are no text."""

_ZLIB = (b"x\x01", b"x^")
"""Headers of compressed values that are also text; those of all others are not."""


def text_reader(detector: Detector, layers: Layers, limits: Limits) -> CleanReader:
    """Make the reader; a closure, because its variables are found quicker than attributes."""
    most = limits.value_bytes

    def read_clean_text(value: bytes, hints: Hints, event_id: str, observed: str, source: Source) -> Record | None:
        if len(value) > most or hints.form:
            return None
        try:
            text = value.decode()
            if (not text.isprintable() and _ODD.search(text)) or not _is_line(text, value):
                return None
            if detector.split_text(text) is not None:
                return None
            record = layers.read_text(text, Identity(event_id, observed, source))
            if record["body"] is None and record["signal"] == "log":
                record["body"] = without_line_end(text)
            if record["trace_id"] is None:
                complete_trace(record, hints)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - the whole way finds it again and says what it is
            return None
        return record

    return read_clean_text


def _is_line(text: str, value: bytes) -> bool:
    """Whether a text is for sure no JSON, and neither blank nor compressed."""
    last = text[-1:]
    if last.isspace():
        last = text.rstrip()[-1:]
    if not last or value.startswith(_ZLIB):
        return False
    first = text.lstrip()[0] if text[0].isspace() else text[0]
    return first != "{" and not (first == "[" and last == "]")
