"""The two long-lived clients of a role, with the options that the delivery guarantees stand on."""

from __future__ import annotations

import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from streams.kafka.connection import client_options
from streams.kafka.shortcuts import give_fetched_records
from streams.settings import Settings

_BATCH_BYTES = 262_144
"""Of a batch under construction; larger ones are slower, because the builder's buffer is allocated whole."""
_FOR_EVER_MILLISECONDS = 2**31 - 1
_HEARTBEATS_PER_SESSION = 5


def make_producer(settings: Settings) -> AIOKafkaProducer:
    """Make a producer whose batches all in-sync replicas must have; idempotence is off on purpose (see the ADR)."""
    return AIOKafkaProducer(
        **client_options(settings),
        acks="all",
        max_batch_size=_BATCH_BYTES,
        request_timeout_ms=int(settings.timing.send_timeout_seconds * 1000),
        metadata_max_age_ms=int(settings.timing.discovery_interval_seconds * 1000),
    )


def make_consumer(settings: Settings) -> AIOKafkaConsumer:
    """Make a group consumer that reads committed records, never commits and never resets by itself."""
    timing = settings.timing
    give_fetched_records()
    return AIOKafkaConsumer(
        **client_options(settings),
        group_id=settings.group,
        enable_auto_commit=False,
        auto_offset_reset="none",
        isolation_level="read_committed",
        session_timeout_ms=int(timing.session_timeout_seconds * 1000),
        heartbeat_interval_ms=int(timing.session_timeout_seconds * 1000 / _HEARTBEATS_PER_SESSION),
        rebalance_timeout_ms=int(timing.rebalance_timeout_seconds * 1000),
        max_poll_interval_ms=_FOR_EVER_MILLISECONDS,  # the watchdog knows better what stuck means
        metadata_max_age_ms=int(timing.discovery_interval_seconds * 1000),
        max_partition_fetch_bytes=settings.flow.fetch_bytes,
    )


def silent_seconds(producer: AIOKafkaProducer) -> float:
    """Give the time since a broker last answered the question for topics, which is asked every few seconds."""
    answered_ms: float = producer.client.cluster._last_successful_refresh_ms  # noqa: SLF001 - nothing public tells it
    return max(0.0, time.time() - answered_ms / 1000) if answered_ms else 0.0
