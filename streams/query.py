"""Ask a store what a sink has written, from Python.

async with store_of("sqlite") as store:
    for record in await store.search(Query(service="checkout", severity=17, limit=20)):
        print(record["timestamp"], record["body"])
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from streams.errors import ConfigurationError
from streams.settings import Settings, load
from streams.sinks.build import describe_sink
from streams.sinks.stores import Bucket, Query, Readable, Store, Stored

__all__ = ["Bucket", "Query", "Store", "Stored", "store_of"]

DEFAULT_SINK: Final = "sqlite"


@asynccontextmanager
async def store_of(sink: str = DEFAULT_SINK, settings: Settings | None = None) -> AsyncIterator[Store]:
    """Give the store of a sink as the settings describe it; without settings they are loaded as the commands do.

    Raises:
        ConfigurationError: there is no such sink, or its store cannot be asked.
    """
    store = _open(sink, settings or load())
    try:
        yield store
    finally:
        await store.stop()


def _open(sink: str, settings: Settings) -> Store:
    kind, options, place = describe_sink(settings, sink)
    if not issubclass(kind, Readable):
        raise ConfigurationError(f"the sink {sink} has no store that can be asked", cure="sqlite and postgres have.")
    return kind.store(options, place)
