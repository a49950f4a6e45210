"""Flags: remarks on the quality of a record. Closed for writers, open for readers."""

from typing import Annotated, Final, Literal

from schemas.shape import Vocabulary

FlagName = Literal[
    "timestamp.missing",
    "timestamp.unparsable",
    "timestamp.out_of_range",
    "timestamp.no_zone",
    "timestamp.year_inferred",
    "timestamp.leap_second",
    "timestamp.skewed",
    "severity.inferred",
    "service.inferred",
    "trace.from_header",
    "trace.from_text",
    "trace.padded",
    "trace.invalid",
    "trace.missing",
    "trace.sampled",
    "json.duplicate_keys",
    "json.non_finite",
    "json.key_conflict",
    "json.lenient",
    "encoding.replaced",
    "encoding.bom",
    "envelope.depth",
    "dialect.fallback",
    "field.type_mismatch",
    "hint.unknown",
    "multiline",
    "partial",
    "truncated",
    "attributes.dropped",
    "redacted",
    "enrichment.failed",
    "enrichment.default",
]

FLAGS: Final[dict[FlagName, str]] = {
    "timestamp.missing": "the source gave no time",
    "timestamp.unparsable": "the source's time could not be read; its text is kept in `attributes`",
    "timestamp.out_of_range": "the source's time is outside the years 1990 to 2261",
    "timestamp.no_zone": "the source's time had no zone; the configured one was taken",
    "timestamp.year_inferred": "the source's time had no year; the nearest one was taken",
    "timestamp.leap_second": "second 60 was read as 59.999999999",
    "timestamp.skewed": "the source's time is far from the observed one",
    "severity.inferred": "the severity was concluded, not stated",
    "service.inferred": "the service's name was concluded, not stated",
    "trace.from_header": "the trace context came from a Kafka header",
    "trace.from_text": "the trace context was found in the text of the message",
    "trace.padded": "a 64-bit trace id was padded with zeros",
    "trace.invalid": "a trace or span id was malformed and is kept in `attributes`",
    "trace.missing": "there is a span id without a trace id",
    "trace.sampled": "the record was kept although its trace is dropped",
    "json.duplicate_keys": "an object had a key twice; the last one was kept",
    "json.non_finite": "NaN or Infinity was turned into a string",
    "json.key_conflict": "`a.b` and `a: {b}` were both there; the dotted key was kept",
    "json.lenient": "the JSON broke the grammar in a way that could be read",
    "encoding.replaced": "bytes that were no text were replaced",
    "encoding.bom": "a byte order mark was dropped",
    "envelope.depth": "there are more envelopes than are opened",
    "dialect.fallback": "the record is not what it was announced to be",
    "field.type_mismatch": "a known field had the wrong type and is kept in `attributes`",
    "hint.unknown": "a header hint was not understood",
    "multiline": "several lines were joined",
    "partial": "a part of the message is in another record or missing",
    "truncated": "the body or an attribute was cut",
    "attributes.dropped": "attributes were dropped by a limit",
    "redacted": "a secret or personal value was masked",
    "enrichment.failed": "a processor or its look-up failed and was skipped",
    "enrichment.default": "a processor or its look-up failed and its declared values were taken",
}
"""Every flag that a writer may set, with its meaning."""

Flag = Annotated[str, Vocabulary(FLAGS.__contains__, tuple(FLAGS))]
"""One remark on the quality of a record."""
