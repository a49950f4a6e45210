"""OTLP requests taken apart into their records, each read alone and given alone when it is bad."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import tzinfo
from typing import Any, NamedTuple, TypeAlias

from streams.dialects.base import Parts
from streams.dialects.telemetry.otlp_forms import REQUEST, RESOURCE, SCOPE, TYPES, Form, JsonForm, Points, WireForm
from streams.dialects.telemetry.otlp_frames import requests
from streams.dialects.telemetry.otlp_origin import Identity, Origin, read_resource, read_scope
from streams.dialects.telemetry.otlp_values import Values, broken, text, within
from streams.errors import RejectedRecord
from streams.types import Record, Source

Reader: TypeAlias = Callable[[dict[str, Any], Values, Origin, Identity], Record]

_TEMPORALITIES = (None, "delta", "cumulative")
"""By their numbers in the enum AggregationTemporality."""


class Signal(NamedTuple):
    """How the records of one signal are read in both encodings."""

    dialect: str
    json: JsonForm
    wire: WireForm
    read: Reader
    has_points: bool = False
    """Whether a record is one data point of what the request lists, a metric."""


class Item(NamedTuple):
    """A record of a request, or a node of it that cannot be read; `wrap` gives the request with this node alone."""

    node: Any
    form: Form
    origin: Origin
    wrap: Callable[[Any], Any]
    error: RejectedRecord | None = None


def split_object(signal: Signal, document: dict[str, Any], zone: tzinfo) -> Parts:
    """Take a request in JSON apart.

    Raises:
        RejectedRecord: `decode.otlp` when it is none.
    """
    key = signal.json.keys[REQUEST]
    beside = Origin(beside={name: value for name, value in document.items() if name != key})
    return _parts(signal, list(_items(signal, signal.json, document, beside)))


def split_bytes(signal: Signal, value: bytes) -> Parts:
    """Take one request in protobuf apart, or several behind their lengths.

    Raises:
        RejectedRecord: `decode.protobuf` when the bytes are none, `decode.json` when they begin like an object.
    """
    items: list[Item] = []
    for request in requests(value, signal.wire.is_request):
        if signal.wire.is_request(request):
            items += _items(signal, signal.wire, request, Origin())
        else:
            error = RejectedRecord("decode.protobuf", "one of several requests is none")
            items.append(Item(request, signal.wire, Origin(), lambda node: node, error))
    return _parts(signal, items)


def _parts(signal: Signal, items: list[Item]) -> Parts:
    def read(item: Item, event_id: str, observed: str, source: Source) -> Record:
        node, form, origin, _, error = item
        if error is not None:
            raise RejectedRecord(error.reason, str(error))
        fields = form.fields(node, origin.metric.get("type", ""))
        return signal.read(fields, form.values, origin, Identity(signal.dialect, event_id, observed, source))

    return Parts(items, lambda index, item: item.wrap(item.node), read)


def _items(signal: Signal, form: Form, request: Any, origin: Origin) -> Iterator[Item]:
    for entry in form.below(REQUEST, request):
        yield from _below(signal, form, RESOURCE, entry, origin, lambda node: form.only(REQUEST, request, node))


def _below(
    signal: Signal, form: Form, level: int, node: Any, origin: Origin, wrap: Callable[[Any], Any]
) -> Iterator[Item]:
    """Give what an entry holds; one that cannot be read is refused with all that it holds."""
    try:
        inside = _inside(form, level, node, origin)
        below = form.below(level, node)
    except RejectedRecord as error:
        yield Item(node, form, origin, wrap, error)
        return

    def wrap_here(child: Any) -> Any:
        return wrap(form.only(level, node, child))

    for child in below:
        if level == RESOURCE:
            yield from _below(signal, form, SCOPE, child, inside, wrap_here)
        elif signal.has_points:
            yield from _points(form, child, inside, wrap_here)
        else:
            yield Item(child, form, inside, wrap_here)


def _inside(form: Form, level: int, node: Any, origin: Origin) -> Origin:
    shared, schema_url = form.shared(level, node)
    if level == RESOURCE:
        return origin._replace(resource=read_resource(shared, schema_url, form.values))
    return origin._replace(scope=read_scope(shared, schema_url, form.values))


def _points(form: Form, metric: Any, origin: Origin, wrap: Callable[[Any], Any]) -> Iterator[Item]:
    """Give the data points of a metric; one without any is refused, because it would be lost."""
    try:
        points = form.points(metric)
        inside = _metric(points, form.values, origin)
        if not points.nodes:
            raise RejectedRecord("decode.empty", "a metric has no data points")
    except RejectedRecord as error:
        yield Item(metric, form, origin, wrap, error)
        return
    for point in points.nodes:
        yield Item(point, form, inside, lambda node: wrap(points.only(node)))


def _metric(points: Points, values: Values, origin: Origin) -> Origin:
    """Read what the points of a metric share; metadata and keys that OTLP does not have become attributes."""
    fields = dict(points.fields)
    data, kind = fields.pop(points.field), TYPES[points.field]
    metric: dict[str, Any] = {"name": text(fields.pop("name", None), "name")}
    if not metric["name"]:
        raise broken("name")
    for key in ("description", "unit"):
        if said := text(fields.pop(key, None), key):
            metric[key] = said
    metric["type"] = kind
    metric["temporality"] = metric["monotonic"] = None
    if kind in {"sum", "histogram", "exponential_histogram"}:
        number = within(data.get("aggregationTemporality"), 0, len(_TEMPORALITIES) - 1, "aggregationTemporality")
        metric["temporality"] = _TEMPORALITIES[number]
    if kind == "sum":
        metric["monotonic"] = _bool(data.get("isMonotonic"))
    if metadata := values.key_values(fields.pop("metadata", None), "metadata"):
        fields["otel.metric.metadata"] = metadata
    return origin._replace(metric=metric, beside={**origin.beside, **fields})


def _bool(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise broken("isMonotonic")
