"""Ask a store what a sink has written, from Python.

async with store_of("sqlite") as store:
    for record in await store.search(Query(service="checkout", severity=17, limit=20)):
        print(record["timestamp"], record["body"])
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from streams.errors import ConfigurationError
from streams.paths import state_dir
from streams.sinks.base import Place
from streams.sinks.registry import find
from streams.sinks.stores import Bucket, Query, Readable, Store, Stored

if TYPE_CHECKING:
    from streams.settings import Settings

__all__ = ["Bucket", "Query", "Store", "Stored", "store_of"]

DEFAULT_SINK: Final = "sqlite"


@asynccontextmanager
async def store_of(sink: str = DEFAULT_SINK, settings: Settings | None = None) -> AsyncIterator[Store]:
    """Give the store of a sink as the settings describe it; without settings they are loaded as the commands do.

    Raises:
        ConfigurationError: there is no such sink, or its store cannot be asked.
    """
    if settings is None:
        from streams.settings import load

        settings = load()
    store = _open(sink, settings)
    try:
        yield store
    finally:
        await store.stop()


def _open(sink: str, settings: Settings) -> Store:
    entry = settings.sinks.get(sink)
    kind = find(sink, entry.use if entry else None)
    if not issubclass(kind, Readable):
        raise ConfigurationError(f"the sink {sink} has no store that can be asked", cure="sqlite and postgres have.")
    options = kind.Options.model_validate(entry.options if entry else {})
    return kind.store(options, Place(name=sink, directory=state_dir(settings.state_dir) / "sinks" / sink))
