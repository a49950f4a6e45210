"""Reasons of dead letters. Closed for writers, open for readers."""

import re
from typing import Annotated, Final, Literal

from schemas.shape import Vocabulary

ReasonName = Literal[
    "decode.kafka",
    "decode.json",
    "decode.protobuf",
    "decode.otlp",
    "decode.compression",
    "decode.encoding",
    "decode.dialect",
    "decode.empty",
    "decode.tombstone",
    "limit.size",
    "limit.depth",
    "limit.decoded",
    "schema.invalid",
    "processor.failed",
    "redaction.failed",
    "sink.rejected",
    "sink.exhausted",
]

REASONS: Final[dict[ReasonName, str]] = {
    "decode.kafka": "the Kafka record or its batch could not be decoded",
    "decode.json": "a value that is declared as JSON is not JSON",
    "decode.protobuf": "a value that is declared as protobuf is not protobuf",
    "decode.otlp": "a record inside an OTLP message breaks its schema",
    "decode.compression": "a compressed value could not be opened",
    "decode.encoding": "a value could not be read as the encoding it declares",
    "decode.dialect": "the value does not match the dialect that is prescribed for it",
    "decode.empty": "there is no record in the value",
    "decode.tombstone": "the value is null",
    "limit.size": "the value, or the record made from it, is too big",
    "limit.depth": "the value is nested too deeply",
    "limit.decoded": "the value is too big once decompressed",
    "schema.invalid": "the record made from the value does not conform to its schema",
    "processor.failed": "a processor or its look-up failed, and its policy is to let the record die",
    "redaction.failed": "the record could not be redacted",
    "sink.rejected": "a sink's store refused the record for good",
    "sink.exhausted": "a sink's retries are used up",
}
"""Every fixed reason with its meaning; beside them there is `internal.<stage>`."""

_INTERNAL = re.compile(r"internal\.[a-z][a-z_]{0,31}")


def internal_reason(stage: str) -> str:
    """Name the reason of a dead letter that an unexpected exception in `stage` caused.

    Raises:
        ValueError: the stage is not a lowercase word of at most 32 characters.
    """
    reason = f"internal.{stage}"
    if not is_reason(reason):
        raise ValueError(f"stage {stage!r} is not a lowercase word of at most 32 characters")
    return reason


def is_reason(word: object) -> bool:
    """Tell whether a writer may give this reason."""
    return isinstance(word, str) and (word in REASONS or _INTERNAL.fullmatch(word) is not None)


Reason = Annotated[str, Vocabulary(is_reason, (*REASONS, "internal.decode"))]
"""Why a record became a dead letter."""
