"""Remote-write requests of Prometheus taken apart (prometheus/prometheus, prompb/remote.proto and types.proto).

Series are left as bytes at first, so that one with a broken text is rejected alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import cramjam
from google.protobuf.message import DecodeError

from streams.dialects.telemetry.wire import define
from streams.errors import RejectedRecord

_MOST_BYTES = 8_388_608
"""The longest request that is opened; Prometheus itself sends at most a few hundred kilobytes."""
_TYPES: Final = ("unknown", "counter", "gauge", "histogram", "gaugehistogram", "summary", "info", "stateset")
"""By their numbers in the enum MetricType."""
_ENDS: Final = ("_total", "_bucket", "_count", "_sum")
"""What the names of series have behind their family's."""
_RESOURCE: Final = {"job": "service.name", "instance": "service.instance.id"}

MESSAGES = define(
    "prometheus",
    WriteRequest="repeated bytes timeseries = 1; repeated bytes metadata = 3",
    TimeSeries="repeated Label labels = 1; repeated Sample samples = 2; repeated Exemplar exemplars = 3;"
    " repeated Histogram histograms = 4",
    Label="bytes name = 1; bytes value = 2",
    Sample="double value = 1; int64 timestamp = 2",
    Exemplar="repeated Label labels = 1; double value = 2; int64 timestamp = 3",
    MetricMetadata="int32 type = 1; bytes metric_family_name = 2; bytes help = 4; bytes unit = 5",
    BucketSpan="sint32 offset = 1; uint32 length = 2",
    Histogram="uint64 count_int = 1; double count_float = 2; double sum = 3; sint32 schema = 4;"
    " double zero_threshold = 5; uint64 zero_count_int = 6; double zero_count_float = 7;"
    " repeated BucketSpan negative_spans = 8; repeated sint64 negative_deltas = 9;"
    " repeated double negative_counts = 10; repeated BucketSpan positive_spans = 11;"
    " repeated sint64 positive_deltas = 12;"
    " repeated double positive_counts = 13; int32 reset_hint = 14; int64 timestamp = 15;"
    " repeated double custom_values = 16",
)


class Family(NamedTuple):
    """What a request's metadata says of a metric family, and the bytes that say it."""

    name: str
    type: str
    help: str
    unit: str
    written: bytes


class Series(NamedTuple):
    """A time series of a request: its labels as they are written, read, and the family that its name belongs to."""

    labels: Any
    name: str
    resource: dict[str, str]
    attributes: dict[str, str]
    family: Family | None


class Item(NamedTuple):
    """What becomes a record: the field that it stands in, its message or bytes, and its series if it has one."""

    field: str
    message: Any
    series: Series | None = None
    exemplars: tuple[Any, ...] = ()
    error: RejectedRecord | None = None


def items_of(value: bytes) -> list[Item]:
    """Take a request apart.

    Raises:
        RejectedRecord: `decode.protobuf` when the bytes are none, `limit.decoded` when they would open to too much.
    """
    request = _parse("WriteRequest", _open(value))
    if not request.timeseries and not request.metadata:
        raise RejectedRecord("decode.protobuf", "the value is no request of remote write 1.0")
    metadata = [_metadata(written) for written in request.metadata]
    families = {item.message.name: item.message for item in metadata if item.error is None}
    items = [item for written in request.timeseries for item in _series(written, families)]
    return [*items, *metadata]


def _open(value: bytes) -> bytes:
    """Open the block; a request that is not compressed is taken as it is."""
    try:
        if cramjam.snappy.decompress_raw_len(value) > _MOST_BYTES:
            raise RejectedRecord("limit.decoded", f"more than {_MOST_BYTES} bytes after decompression")
        return bytes(cramjam.snappy.decompress_raw(value))
    except cramjam.DecompressionError:
        return value


def _parse(kind: str, written: bytes) -> Any:
    try:
        return MESSAGES[kind].FromString(written)
    except DecodeError:
        raise RejectedRecord("decode.protobuf", f"{kind} does not parse") from None


def text(written: bytes) -> str:
    """Read a string.

    Raises:
        RejectedRecord: `decode.protobuf` when it is not UTF-8.
    """
    try:
        return written.decode()
    except UnicodeDecodeError:
        raise RejectedRecord("decode.protobuf", "a text is not UTF-8") from None


def _metadata(written: bytes) -> Item:
    try:
        message = _parse("MetricMetadata", written)
        kind = _TYPES[message.type] if 0 <= message.type < len(_TYPES) else _TYPES[0]
        name, help_, unit = map(text, (message.metric_family_name, message.help, message.unit))
        return Item("metadata", Family(name, kind, help_, unit, written))
    except RejectedRecord as error:
        return Item("metadata", written, error=error)


def _series(written: bytes, families: dict[str, Family]) -> Iterator[Item]:
    """Give what a series holds; exemplars go with its last point, without one they are records of their own."""
    try:
        message = _parse("TimeSeries", written)
        series = _identify(message.labels, families)
    except RejectedRecord as error:
        yield Item("timeseries", written, error=error)
        return
    points = [("samples", sample) for sample in message.samples]
    points += [("histograms", histogram) for histogram in message.histograms]
    exemplars = tuple(message.exemplars)
    for index, (field, point) in enumerate(points):
        yield Item(field, point, series, exemplars if index == len(points) - 1 else ())
    if not points:
        for exemplar in exemplars:
            yield Item("exemplars", exemplar, series)


def _identify(labels: Any, families: dict[str, Family]) -> Series:
    read = {text(label.name): text(label.value) for label in labels}
    name = read.pop("__name__", "")
    if not name:
        raise RejectedRecord("decode.protobuf", "a series has no name")
    resource = {_RESOURCE[label]: read.pop(label) for label in _RESOURCE if read.get(label)}
    return Series(labels, name, resource, read, _family(name, families))


def _family(name: str, families: dict[str, Family]) -> Family | None:
    """The family of a series' name, which may have an end that the type of the family gives it."""
    bases = (name, *(name.removesuffix(end) for end in _ENDS if name.endswith(end)))
    return next((families[base] for base in bases if base in families), None)


def alone(index: int, item: Item) -> bytes:
    """Give the request again with one item, and the metadata that its type comes from."""
    request = MESSAGES["WriteRequest"]()
    if item.series is None:
        written = item.message.written if isinstance(item.message, Family) else item.message
        getattr(request, item.field).append(written)
    else:
        series = MESSAGES["TimeSeries"](labels=item.series.labels, exemplars=item.exemplars)
        getattr(series, item.field).append(item.message)
        request.timeseries.append(series.SerializeToString())
        if item.series.family:
            request.metadata.append(item.series.family.written)
    return bytes(cramjam.snappy.compress_raw(request.SerializeToString()))
