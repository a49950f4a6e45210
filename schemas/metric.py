"""One data point of a metric (OpenTelemetry Metrics Data Model, "Metric Points").

Ids and times are always there, null when unknown; other keys are absent when the source gave none.
"""

from typing import Annotated, Final, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from schemas.numbers import Count, Int32, Number
from schemas.shape import Json, Maybe, Shape
from schemas.timestamps import Timestamp
from schemas.trace_context import SpanId, TraceId

Temporality = Literal["delta", "cumulative"]


class Exemplar(Shape):
    """A measurement that stands for the others of its point."""

    timestamp: Timestamp | None
    trace_id: TraceId | None
    span_id: SpanId | None
    value: Number
    attributes: Maybe[dict[str, Json]] = None


class Point(Shape):
    """What points of every type have; the record's `timestamp` is the point's time."""

    name: str
    description: Maybe[str] = None
    unit: Maybe[str] = None
    """In UCUM notation, as the source gave it."""
    start_timestamp: Timestamp | None
    no_recorded_value: Maybe[bool] = None
    """True when the series ended here: the point says that there is no value."""
    exemplars: Maybe[list[Exemplar]] = None


_VALUE_OR_REASON: Final[JsonDict] = {"anyOf": [{"required": ["value"]}, {"required": ["no_recorded_value"]}]}


class _NumberPoint(Point):
    model_config = ConfigDict(json_schema_extra=_VALUE_OR_REASON)

    value: Maybe[Number] = None
    """Absent only when `no_recorded_value` is there."""

    @model_validator(mode="after")
    def _has_a_value(self) -> Self:
        if self.value is None and self.no_recorded_value is None:
            raise PydanticCustomError("value_missing", "Without a value, no_recorded_value must be there")
        return self


class Gauge(_NumberPoint):
    """A value at a moment."""

    type: Literal["gauge"]
    temporality: None
    monotonic: None


class Sum(_NumberPoint):
    """A sum since the start or since the last point."""

    type: Literal["sum"]
    temporality: Temporality | None
    monotonic: bool


class _Distribution(Point):
    temporality: Temporality | None
    monotonic: None
    count: Count
    sum: Maybe[Number] = None
    min: Maybe[Number] = None
    max: Maybe[Number] = None


class Histogram(_Distribution):
    """Counts between explicit bounds; one more count than bounds."""

    type: Literal["histogram"]
    bounds: list[Number]
    bucket_counts: list[Count]


class Buckets(Shape):
    """A run of exponential buckets: `counts[i]` belongs to the bucket of index `offset + i`."""

    offset: Int32
    counts: list[Count]


class ExponentialHistogram(_Distribution):
    """Counts between the powers of `2 ** (2 ** -scale)`."""

    type: Literal["exponential_histogram"]
    scale: Int32
    zero_count: Count
    zero_threshold: Maybe[Number] = None
    positive: Maybe[Buckets] = None
    negative: Maybe[Buckets] = None


class Quantile(Shape):
    """The value below which a share of the measurements lies."""

    quantile: Number
    """From 0 to 1."""
    value: Number


class Summary(Point):
    """Quantiles that the source computed itself."""

    type: Literal["summary"]
    temporality: None
    monotonic: None
    count: Count
    sum: Maybe[Number] = None
    quantiles: list[Quantile]


Metric = Annotated[Gauge | Sum | Histogram | ExponentialHistogram | Summary, Field(discriminator="type")]
"""A data point; `type` says which."""
