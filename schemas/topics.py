"""The closed table of topics: what each holds and how it is created."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from schemas.dead_letter import DeadLetterHeaders
from schemas.record import EnrichedRecord
from schemas.shape import Shape

Role = Literal["raw", "enriched", "dead", "redrive"]

DAY_MS: Final = 86_400_000
RETENTIONS_MS: Final = frozenset({7 * DAY_MS, 30 * DAY_MS})

RAW_MESSAGE_BYTES: Final = 1_048_588
"""Kafka's default `max.message.bytes`: 1 MiB and the overhead of one record batch."""

DEAD_LETTER_HEADROOM_BYTES: Final = 65_536
"""Room for the headers that a dead letter has beyond its raw record."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """One row of the table."""

    role: Role
    name: str
    """Default name; settings may give others."""
    key: str
    value: str
    model: type[Shape] | None
    """Of the value, or of the headers for dead letters; None where producers decide."""
    version: int | None
    compatibility: Literal["FULL_TRANSITIVE"] | None
    retention_ms: int
    max_message_bytes: int

    def configs(self) -> dict[str, str]:
        """Give the topic's Kafka configuration, by Kafka's names and in Kafka's units."""
        return {
            "cleanup.policy": "delete",
            "retention.ms": str(self.retention_ms),
            "max.message.bytes": str(self.max_message_bytes),
        }


def dead_letter_message_bytes(raw_message_bytes: int) -> int:
    """Give the `max.message.bytes` of dead letters for the largest one of the raw topics."""
    return raw_message_bytes + DEAD_LETTER_HEADROOM_BYTES


TOPICS: Final[Mapping[Role, TopicSpec]] = MappingProxyType(
    {
        "raw": TopicSpec(
            role="raw",
            name="raw-logs",
            key="the producer's",
            value="the producer's",
            model=None,
            version=None,
            compatibility=None,
            retention_ms=7 * DAY_MS,
            max_message_bytes=RAW_MESSAGE_BYTES,
        ),
        "enriched": TopicSpec(
            role="enriched",
            name="enriched",
            key="trace id, or none",
            value="enriched record, JSON",
            model=EnrichedRecord,
            version=1,
            compatibility="FULL_TRANSITIVE",
            retention_ms=7 * DAY_MS,
            max_message_bytes=RAW_MESSAGE_BYTES,
        ),
        "dead": TopicSpec(
            role="dead",
            name="dead-letters",
            key="the original's",
            value="the original's bytes",
            model=DeadLetterHeaders,
            version=1,
            compatibility="FULL_TRANSITIVE",
            retention_ms=30 * DAY_MS,
            max_message_bytes=dead_letter_message_bytes(RAW_MESSAGE_BYTES),
        ),
        "redrive": TopicSpec(
            role="redrive",
            name="redrive-NAME",
            key="trace id, or none",
            value="enriched record, JSON, that the sink NAME is to store again",
            model=EnrichedRecord,
            version=1,
            compatibility="FULL_TRANSITIVE",
            retention_ms=7 * DAY_MS,
            max_message_bytes=RAW_MESSAGE_BYTES,
        ),
    }
)
