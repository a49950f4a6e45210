"""An OTLP request as a tree in its two encodings: entries of resources, in them those of scopes, in them records.

In protobuf the three signals have one outline (the field numbers of logs.proto, metrics.proto and trace.proto agree).
It is parsed with what is below left as bytes, so that each record is parsed alone: one with a broken text is rejected
alone, and the bytes of a dead letter are the source's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

from google.protobuf.message import DecodeError
from opentelemetry.proto.common.v1.common_pb2 import InstrumentationScope
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from streams.dialects.telemetry import otlp_wire
from streams.dialects.telemetry.otlp_values import JSON, Values, broken, listed, message
from streams.dialects.telemetry.wire import define

REQUEST, RESOURCE, SCOPE = range(3)
"""Levels of the tree: what is below them are entries of resources, entries of scopes, records."""

TYPES: Final = {
    "gauge": "gauge",
    "sum": "sum",
    "histogram": "histogram",
    "exponentialHistogram": "exponential_histogram",
    "summary": "summary",
}
"""The fields of a metric of which one holds its data points, with the type that it has in the record."""

_BEFORE_SCOPES: Final = {
    "scopeLogs": "instrumentationLibraryLogs",
    "scopeMetrics": "instrumentationLibraryMetrics",
    "scopeSpans": "instrumentationLibrarySpans",
    "logRecords": "logs",
}
"""Keys of JSON before opentelemetry-proto 0.15, the last of them gone earlier; protobuf kept the numbers."""


class Points(NamedTuple):
    """A metric taken apart: the field of its data and all fields but the points, these, and how one is alone."""

    field: str
    fields: dict[str, Any]
    nodes: Sequence[Any]
    only: Callable[[Any], Any]


class Form(Protocol):
    """An encoding; each method raises RejectedRecord `decode.otlp` when a node is not as OTLP has it."""

    values: Values

    def below(self, level: int, node: Any) -> Sequence[Any]:
        """Give the nodes below a node."""

    def only(self, level: int, node: Any, child: Any) -> Any:
        """Give a node as it is, but with one child alone."""

    def shared(self, level: int, node: Any) -> tuple[Any, Any]:
        """Give the resource or scope of an entry, and its schema URL."""

    def points(self, metric: Any) -> Points:
        """Take a metric apart."""

    def fields(self, node: Any, kind: str) -> dict[str, Any]:
        """Give the fields of a record, for its reader to consume; `kind` is the type of a data point's metric."""


class JsonForm:
    """Objects; the keys of their lists are those of the signal."""

    values = JSON

    def __init__(self, *keys: str) -> None:
        self.keys = keys

    def below(self, level: int, node: Any) -> Sequence[Any]:
        """Give what the list of this level holds."""
        fields = message(node, self.keys[level])
        key = self._key(level, fields)
        return listed(fields.get(key), key)

    def only(self, level: int, node: Any, child: Any) -> Any:
        """Put one child into the list."""
        return {**node, self._key(level, node): [child]}

    def shared(self, level: int, node: Any) -> tuple[Any, Any]:
        """Give `resource` or `scope`, and `schemaUrl`."""
        fields = message(node, self.keys[level])
        shared = "resource" if level == RESOURCE else "scope" if "scope" in fields else "instrumentationLibrary"
        return fields.get(shared), fields.get("schemaUrl")

    def points(self, metric: Any) -> Points:
        """Take the first field that holds data."""
        fields = message(metric, "a metric")
        field = next((field for field in TYPES if fields.get(field) is not None), None)
        if field is None:
            raise broken("a metric")
        data = message(fields[field], field)
        nodes = listed(data.get("dataPoints"), "dataPoints")
        return Points(field, fields, nodes, lambda point: {**fields, field: {**data, "dataPoints": [point]}})

    def fields(self, node: Any, kind: str) -> dict[str, Any]:
        """Copy a record, because a dead letter may need it as it was."""
        return message(node, "a record").copy()

    def _key(self, level: int, fields: Mapping[str, Any]) -> str:
        """The key of a list, as producers of today have it, or as those had it that lack it."""
        key = self.keys[level]
        older = _BEFORE_SCOPES.get(key, key)
        return older if older in fields and key not in fields else key


_OUTLINE = define(
    "weft.otlp",
    Request="repeated bytes below = 1",
    Entry="bytes shared = 1; repeated bytes below = 2; bytes schema_url = 3",
    Metric="bytes gauge = 5; bytes sum = 7; bytes histogram = 9; bytes exponential_histogram = 10; bytes summary = 11",
    Data="repeated bytes below = 1",
)
_LEVELS = (_OUTLINE["Request"], _OUTLINE["Entry"], _OUTLINE["Entry"])
_SHARED = {RESOURCE: Resource, SCOPE: InstrumentationScope}


class WireForm:
    """Bytes of messages; `kinds` are the classes of the signal's records, `to_fields` gives the fields of one."""

    values = otlp_wire.WIRE

    def __init__(self, kinds: Mapping[str, Any], to_fields: Callable[[Any], dict[str, Any]] = otlp_wire.fields) -> None:
        self._kinds = kinds
        self._to_fields = to_fields

    def is_request(self, value: bytes) -> bool:
        """Whether bytes are a request at all."""
        try:
            _LEVELS[REQUEST].FromString(value)
        except DecodeError:
            return False
        return True

    def below(self, level: int, node: Any) -> Sequence[Any]:
        """Give what the outline holds."""
        return list(_parse(_LEVELS[level], node).below)

    def only(self, level: int, node: Any, child: Any) -> Any:
        """Write the outline again around one child; fields that OTLP does not have stay in it."""
        return _around(_parse(_LEVELS[level], node), [child])

    def shared(self, level: int, node: Any) -> tuple[Any, Any]:
        """Parse the Resource or InstrumentationScope."""
        outline = _parse(_LEVELS[level], node)
        try:
            url = outline.schema_url.decode()
        except UnicodeDecodeError:
            raise broken("schemaUrl") from None
        return otlp_wire.fields(_parse(_SHARED[level], outline.shared)), url

    def points(self, metric: Any) -> Points:
        """Parse the outline of a metric and of its data, and the metric without its points as a whole."""
        outline = _parse(_OUTLINE["Metric"], metric)
        field = next((field for field, kind in TYPES.items() if outline.HasField(kind)), None)
        if field is None:
            raise broken("a metric")
        data = _parse(_OUTLINE["Data"], getattr(outline, TYPES[field]))
        nodes = list(data.below)

        def only(*points: bytes) -> bytes:
            setattr(outline, TYPES[field], _around(data, points))
            return bytes(outline.SerializeToString())

        return Points(field, otlp_wire.fields(_parse(Metric, only())), nodes, only)

    def fields(self, node: Any, kind: str) -> dict[str, Any]:
        """Parse a record."""
        return self._to_fields(_parse(self._kinds[kind], node))


def _around(outline: Any, below: Sequence[bytes]) -> bytes:
    outline.below[:] = below
    return bytes(outline.SerializeToString())


def _parse(kind: Any, value: bytes) -> Any:
    try:
        return kind.FromString(value)
    except DecodeError:
        raise broken(kind.DESCRIPTOR.name) from None
