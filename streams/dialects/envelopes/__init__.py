"""What other systems put around a log record: the record inside is read in its turn."""

from __future__ import annotations

from typing import Final

from streams.dialects.base import Dialect
from streams.dialects.envelopes import (
    aws_records,
    azure_event_hub,
    cloudevents,
    cloudwatch,
    collectors,
    cri,
    docker,
    kafka_connect,
    kinesis,
    kubernetes,
    prefixed,
)

DIALECTS: Final[tuple[Dialect, ...]] = (
    docker.DIALECT,
    cri.DIALECT,
    cloudwatch.DIALECT,
    kinesis.DIALECT,
    aws_records.DIALECT,
    azure_event_hub.DIALECT,
    cloudevents.DIALECT,
    collectors.FILEBEAT,
    kubernetes.DIALECT,
    collectors.VECTOR,
    collectors.FLUENT_BIT,
    kafka_connect.DIALECT,
    kafka_connect.DEBEZIUM,
    prefixed.DIALECT,
)
