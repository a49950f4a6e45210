"""Headers of a dead letter; its key, value and other headers are the original's, byte for byte.

Values are UTF-8 text, numbers in decimal. One inner record of a batch that is bad alone is wrapped as a batch
of one, so that it can be replayed alone: then `index` is there and the value differs from the original's.
A dead letter whose value cannot be kept is by reference: `sha256` is there and the value is null.
"""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, model_validator

from schemas.coordinates import EventId, Offset, Partition, Topic
from schemas.headers import DEAD_PREFIX, Headers
from schemas.numbers import SmallCount
from schemas.reasons import Reason, is_reason
from schemas.shape import Maybe, Shape


def _header_name(field: str) -> str:
    return DEAD_PREFIX + field


class DeadLetterHeaders(Shape):
    """Why a record is dead, and where it came from."""

    model_config = ConfigDict(alias_generator=_header_name, validate_by_name=True, validate_by_alias=True)

    reason: Reason
    """Which rule it broke; a member of the closed vocabulary or `internal.<stage>`."""
    stage: Annotated[str, Field(pattern="^[a-z][a-z_]{0,31}$")]
    """Where it died, as one lowercase word."""
    error: str
    """Class and message of the error; never text of the input."""
    topic: Topic
    """Topic it was read from; from a sink that is the enriched one."""
    partition: Partition
    """Partition it was read from."""
    offset: Offset
    """Offset it was read from; of the first record when `count` is there."""
    index: Maybe[SmallCount] = None
    """Position of the inner record in its batch, from 0."""
    timestamp_ms: Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
    """The record's Kafka timestamp in milliseconds since 1970; -1 when it had none."""
    attempts: Annotated[int, Field(ge=1, le=2**31 - 1)]
    """How often it has died: 1 the first time."""
    version: Annotated[str, Field(min_length=1)]
    """Weft's version."""
    pipeline: Annotated[str, Field(pattern="^[0-9a-f]{8,64}$")]
    """Hash of what shapes output, as in `provenance` of a record."""
    event_id: Maybe[EventId] = None
    """From a sink: the refused record's identity."""
    sink: Maybe[Annotated[str, Field(min_length=1)]] = None
    """From a sink: its name; it is redriven to that sink only."""
    count: Maybe[Annotated[int, Field(ge=1, le=2**31 - 1)]] = None
    """How many consecutive offsets this stands for, when a whole batch could not be opened."""
    sha256: Maybe[Annotated[str, Field(pattern="^[0-9a-f]{64}$")]] = None
    """By reference: hash of the original value, which is not kept here."""
    headers_b64: Maybe[str] = None
    """Original headers whose names are not UTF-8, as `schemas.headers.pack_headers` writes them."""

    @model_validator(mode="before")
    @classmethod
    def _leave_out_none(cls, given: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if value is not None}

    def to_kafka(self) -> list[tuple[str, bytes | None]]:
        """Give the headers in the order of the fields; what is absent has none.

        Raises:
            ValueError: the reason is not in the vocabulary, which is closed for writers.
        """
        if not is_reason(self.reason):
            raise ValueError(f"{self.reason!r} is not in the vocabulary of schemas/reasons.py")
        return [
            (_header_name(name), str(value).encode(errors="backslashreplace"))
            for name, value in self
            if value is not None
        ]

    @classmethod
    def from_kafka(cls, headers: Headers) -> Self:
        """Read the headers of a dead letter; others are ignored, the last of duplicates wins.

        Raises:
            ValueError: one is missing or malformed.
        """
        ours = {name: value.decode() for name, value in headers if name.startswith(DEAD_PREFIX) and value is not None}
        return cls.model_validate(ours, strict=False)
