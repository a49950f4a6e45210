"""What must be true of the cluster before a worker starts, without touching a topic by name."""

from __future__ import annotations

from collections.abc import Collection

from aiokafka import AIOKafkaProducer

from streams.errors import ConfigurationError


async def present_topics(producer: AIOKafkaProducer) -> set[str]:
    """Give the topics of the cluster; the producer's client lists all of them because it was told of none."""
    await producer.client.force_metadata_update()
    return set(producer.client.cluster.topics())


def require_topics(names: Collection[str], present: Collection[str]) -> None:
    """Check that every topic exists.

    Raises:
        ConfigurationError: the missing ones; asking for one by name could create it with the broker's defaults.
    """
    missing = [name for name in names if name not in present]
    if missing:
        raise ConfigurationError(
            f"topics are missing: {', '.join(missing)}", cure="Create them with `weft topics create`."
        )
