"""The enriched record, version 1 (OpenTelemetry Logs Data Model, "Log and Event Record Definition")."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from schemas.coordinates import EventId, Source
from schemas.flags import Flag
from schemas.metric import Metric
from schemas.numbers import SmallCount
from schemas.severity import SeverityNumber
from schemas.shape import Json, Maybe, Shape
from schemas.span import Span
from schemas.timestamps import Timestamp
from schemas.trace_context import SpanId, TraceFlags, TraceId

VERSION: Final = 1

Name = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9._-]{0,63}$")]
ProcessorRef = Annotated[str, Field(pattern="^[a-z][a-z0-9._-]{0,63}@[a-zA-Z0-9._+-]{1,32}$", examples=["redact@1"])]


def _name_service(resource: dict[str, Json]) -> dict[str, Json]:
    name = resource.get("service.name")
    if not isinstance(name, str) or not name:
        raise PydanticCustomError("service_name", "service.name must be a string that is not empty")
    return resource


def _sort_once(flags: list[str]) -> list[str]:
    if sorted(set(flags)) != flags:
        raise PydanticCustomError("flags_order", "Flags must be sorted, each there once")
    return flags


Resource = Annotated[
    dict[str, Json],
    AfterValidator(_name_service),
    Field(
        json_schema_extra={
            "properties": {"service.name": {"type": "string", "minLength": 1}},
            "required": ["service.name"],
        }
    ),
]
Flags = Annotated[list[Flag], AfterValidator(_sort_once), Field(json_schema_extra={"uniqueItems": True})]


class Scope(Shape):
    """The logger or instrumentation scope; what the source did not say is absent."""

    name: Maybe[str] = None
    version: Maybe[str] = None
    attributes: Maybe[dict[str, Json]] = None


class Provenance(Shape):
    """What made the record: equal provenance means equal bytes on every replay."""

    pipeline: Annotated[str, Field(pattern="^[0-9a-f]{8,64}$")]
    """Hash of everything that shapes output: code version, configuration, look-up snapshots."""
    applied: list[ProcessorRef]
    """Processors that acted, in their order, as `name@version`."""
    failed: list[ProcessorRef]
    """Processors that failed and were skipped."""


def _part_only_with(signal: str) -> dict[str, Any]:
    """JSON Schema: the part named like the signal is there exactly with that signal."""
    return {
        "if": {"properties": {"signal": {"const": signal}}},
        "then": {"required": [signal]},
        "else": {"not": {"required": [signal]}},
    }


class EnrichedRecord(Shape):
    """One normalised record of the `enriched` topic."""

    model_config = ConfigDict(json_schema_extra={"allOf": [_part_only_with("metric"), _part_only_with("span")]})

    schema_version: Literal[1]
    """Version of this schema."""
    event_id: EventId
    """Identity: `{topic}[@{epoch}]-{partition}-{offset}`, and `.{n}` when one message held several records."""
    signal: Literal["log", "metric", "span"]
    """Which of OpenTelemetry's signals this is."""
    timestamp: Timestamp | None
    """When it happened: UTC with nine fraction digits; null when the source gave no usable time."""
    observed_timestamp: Timestamp
    """The Kafka record's own timestamp."""
    trace_id: TraceId | None
    """32 lowercase hexadecimal digits, never all zeros."""
    span_id: SpanId | None
    """16 lowercase hexadecimal digits, never all zeros."""
    trace_flags: Maybe[TraceFlags] = None
    """W3C trace flags: bit 0 is "sampled"."""
    severity_number: SeverityNumber
    """OpenTelemetry's 1 (TRACE) to 24 (FATAL4); 0 is unspecified, from 17 on it is an error."""
    severity_text: str | None
    """The source's own word, verbatim."""
    body: Json
    """The message: a string where the source has one, else any JSON."""
    resource: Resource
    """Who said it: flat OpenTelemetry keys, `service.name` always (`unknown_service` if nothing says)."""
    scope: Maybe[Scope] = None
    """Logger or instrumentation scope."""
    attributes: dict[str, Json]
    """Everything else the source said."""
    dropped_attributes_count: Maybe[SmallCount] = None
    """Attributes dropped by the source or by limits."""
    event_name: Maybe[Annotated[str, Field(min_length=1)]] = None
    """Makes the record an OpenTelemetry event of this kind."""
    metric: Maybe[Metric] = None
    """One data point; there exactly when `signal` is `metric`."""
    span: Maybe[Span] = None
    """The span; there exactly when `signal` is `span`."""
    source: Source
    """Kafka coordinates of the first input record."""
    dialect: Name
    """What the source's format was recognised as."""
    envelopes: Maybe[list[Name]] = None
    """The wrappings it was found in, outermost first."""
    flags: Maybe[Flags] = None
    """Remarks on the quality of the record, sorted."""
    provenance: Provenance
    """What made this record out of its source."""
    original: Maybe[str] = None
    """The redacted original text, where the topic's policy keeps it."""

    @model_validator(mode="after")
    def _carry_the_part_of_the_signal(self) -> Self:
        if (self.metric is not None) != (self.signal == "metric") or (self.span is not None) != (self.signal == "span"):
            raise PydanticCustomError("signal_part", "metric and span are there exactly with the signal of their name")
        return self
