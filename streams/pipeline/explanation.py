"""Why a raw record became what it became: its layers, each with the rule that claimed it."""

from __future__ import annotations

from typing import Any

from streams.dialects.base import NOBODY
from streams.dialects.detect import Detector
from streams.dialects.evidence import Evidence, of_object, of_text
from streams.dialects.raw import NAME as RAW
from streams.dialects.registry import DIALECTS
from streams.errors import RejectedRecord
from streams.pipeline.content import Batch, Document, open_value, read_json
from streams.pipeline.hints import Hints, read_hints
from streams.pipeline.layers import MOST_LAYERS, Layers
from streams.pipeline.policies import policy_of
from streams.settings import Settings
from streams.types import RawRecord
from streams.values import text as texts
from streams.values.zones import zone_named


class Explainer:
    """Tells of a value, layer by layer, why its dialect was chosen."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._limits = settings.limits
        self._detector = Detector(DIALECTS, zone_named(settings.time_zone))
        self._layers = Layers(self._detector, settings.limits)

    def layers_of(self, raw: RawRecord) -> list[Evidence]:
        """Give the evidence of each layer from the outermost on; none for a value that cannot be opened.

        Of a batch the layers of its first record are given.
        """
        try:
            opened = open_value(raw.value, self._limits).value
        except RejectedRecord:
            return []
        hints = read_hints(raw.headers, policy_of(raw.topic, self._settings).dialect)
        if hints.dialect:
            return [Evidence(hints.dialect.name, "named by its header or its topic's setting", ())]
        decoded = texts.decode(opened)
        if decoded is None:
            return [Evidence(RAW, "bytes that are no text", ())]
        return self._walk(self._content(opened, decoded.text, hints), 0)

    def _content(self, value: bytes, text: str, hints: Hints) -> Any:
        """The object or text that is looked at: of a batch the first."""
        if hints.form == "text" or not text.lstrip().startswith(("{", "[")):
            return text
        try:
            read = read_json(value, hints.form if hints.form == "ndjson" else None, self._limits)
        except (ValueError, RejectedRecord):
            return text
        first = read.inner[0] if isinstance(read, Batch) else read
        parsed = first.parsed if isinstance(first, Document) else first
        return text if isinstance(parsed, RejectedRecord) else parsed.document

    def _walk(self, content: Any, layer: int) -> list[Evidence]:
        if isinstance(content, str):
            parsed = self._layers.json_object(content) if layer else None
            return self._walk(parsed.document, layer) if parsed else self._walk_text(content, layer)
        if not isinstance(content, dict):
            return [Evidence("json", "a JSON value that is no object", ())]
        evidence = of_object(self._detector, DIALECTS, content)
        choice = self._detector.choose(content)
        if choice.read is None or not choice.dialect.envelope or layer >= MOST_LAYERS:
            return [evidence]
        return [evidence, *self._walk_body(choice.read(dict(content), *NOBODY)["body"], layer)]

    def _walk_text(self, text: str, layer: int) -> list[Evidence]:
        evidence = of_text(self._detector, DIALECTS, text)
        dialect, record = self._detector.read_text(text, *NOBODY)
        if not dialect.envelope or layer >= MOST_LAYERS:
            return [evidence]
        return [evidence, *self._walk_body(record["body"], layer)]

    def _walk_body(self, body: Any, layer: int) -> list[Evidence]:
        return [] if body is None else self._walk(body, layer + 1)
