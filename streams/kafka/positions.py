"""Where a consumer stands in its partitions, read and set without an await.

aiokafka's public `position()` is a coroutine and its `seek()` and `last_stable_offset()` assert that the partition
is assigned, which it is not for a moment when a pattern matches a new topic. The version is pinned.
"""

from __future__ import annotations

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition


def _state(consumer: AIOKafkaConsumer, tp: TopicPartition) -> Any:
    subscription = consumer._subscription.subscription  # noqa: SLF001 - see the module's docstring
    if subscription is None or subscription.assignment is None:
        return None
    return subscription.assignment.state_value(tp)


def position(consumer: AIOKafkaConsumer, tp: TopicPartition) -> int | None:
    """Give the offset of the next fetch, behind control and compacted records; None when there is none."""
    state = _state(consumer, tp)
    return state.position if state is not None and state.has_valid_position else None


def stable_end(consumer: AIOKafkaConsumer, tp: TopicPartition) -> int | None:
    """Give the last stable offset that a fetch has told, None when none has."""
    state = _state(consumer, tp)
    return None if state is None or state.lso is None or state.lso < 0 else state.lso


def seek(consumer: AIOKafkaConsumer, tp: TopicPartition, offset: int) -> None:
    """Set the next fetch; nothing for a partition that is being taken away, which its next owner will seek."""
    if _state(consumer, tp) is not None:
        consumer.seek(tp, offset)


def pause(consumer: AIOKafkaConsumer, tp: TopicPartition) -> None:
    """Stop fetching a partition; nothing for one that is being taken away."""
    if _state(consumer, tp) is not None:
        consumer.pause(tp)


def unpause(consumer: AIOKafkaConsumer, tp: TopicPartition) -> None:
    """Fetch a partition again; nothing for one that is being taken away."""
    if _state(consumer, tp) is not None:
        consumer.resume(tp)
