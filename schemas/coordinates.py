"""Where a record comes from in Kafka, and the identity that follows from it."""

from typing import Annotated, Final

from pydantic import Field

from schemas.shape import Shape

_TOPIC: Final = "[a-zA-Z0-9._-]{1,249}"
_NUMBER: Final = "(?:0|[1-9][0-9]{0,18})"

TOPIC_PATTERN: Final = f"^{_TOPIC}$"
"""Names that Kafka allows (`org.apache.kafka.common.internals.Topic`)."""

EVENT_ID_PATTERN: Final = f"^{_TOPIC}(?:@[a-zA-Z0-9_]{{1,32}})?-{_NUMBER}-{_NUMBER}(?:[.]{_NUMBER})?$"
"""Unique because it is read from the right: the last two hyphens part topic, partition and offset."""

Topic = Annotated[str, Field(pattern=TOPIC_PATTERN)]
Partition = Annotated[int, Field(ge=0, le=2**31 - 1)]
Offset = Annotated[int, Field(ge=0, le=2**63 - 1)]

EventId = Annotated[str, Field(pattern=EVENT_ID_PATTERN, examples=["raw-logs-3-17", "raw-logs@2-3-17.0"])]
"""`{topic}[@{epoch}]-{partition}-{offset}[.{n}]`."""


class Source(Shape):
    """Where a record is in Kafka."""

    topic: Topic
    partition: Partition
    offset: Offset
