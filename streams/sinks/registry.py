"""Which sinks there are: those that ship, those that packages offer, and modules that the settings name.

A sink's module is imported only when the sink is used, because what it needs may not be installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from inspect import isabstract
from typing import Final

from streams.errors import ConfigurationError
from streams.sinks.base import DeduplicatedSink, Effect, Sink

GROUP: Final = "weft.sinks"
"""The entry point group in which a package offers sinks: `name = "module:Class"`."""

BUILTIN: Final[dict[str, str]] = {
    "sqlite": "streams.sinks.sqlite.sink:SqliteSink",
    "postgres": "streams.sinks.postgres.sink:PostgresSink",
    "parquet": "streams.sinks.parquet.sink:ParquetSink",
    "otlp": "streams.sinks.otlp.sink:OtlpSink",
    "http": "streams.sinks.http:HttpSink",
    "kafka": "streams.sinks.kafka:KafkaSink",
    "file": "streams.sinks.file:FileSink",
    "opensearch": "streams.sinks.opensearch:OpenSearchSink",
}
"""Name to `module:Class`."""

_EXTRAS: Final = {"postgres": "postgres", "parquet": "parquet"}
"""Extras of this distribution, known without importing the module that cannot be imported without them."""


def find(name: str, use: str | None = None) -> type[Sink]:
    """Give the class of a sink; `use` is `module:Class`, or the kind of sink that this name stands for.

    Raises:
        ConfigurationError: there is none of that name, what was named is no sink, or what it needs is not installed.
    """
    kind = use or name
    where = kind if ":" in kind else _whereabouts(kind)
    if where is None:
        raise ConfigurationError(
            f"sinks.{name}: there is no sink {kind!r}",
            cure=f"There are {', '.join(names())}; `use: module:Class` names one of your own.",
        )
    found = _checked(_load(where, name, _EXTRAS.get(kind, "")), where)
    for package in found.needs:
        if find_spec(package) is None:
            raise _not_installed(name, package, found.extra)
    return found


def names() -> list[str]:
    """Give the names of all sinks that can be used without naming a module."""
    return [*BUILTIN, *(offered.name for offered in offers() if offered.name not in BUILTIN)]


def offers() -> Iterator[EntryPoint]:
    """Give the entry points of installed packages, by name."""
    yield from sorted(entry_points(group=GROUP), key=lambda offered: offered.name)


def _whereabouts(kind: str) -> str | None:
    return BUILTIN.get(kind) or next((offered.value for offered in offers() if offered.name == kind), None)


def _load(where: str, name: str, extra: str) -> object:
    module, _, attribute = where.partition(":")
    if not module or not attribute:
        raise ConfigurationError(f"sinks.{name}: {where!r} is not module:Class")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and extra and not missing.startswith("streams"):
            raise _not_installed(name, missing, extra) from None
        raise ConfigurationError(
            f"sinks.{name}: cannot load {where}: {type(error).__name__}: {error}",
            cure="Install the package that holds it, or correct the name.",
        ) from None


def _not_installed(name: str, package: str, extra: str) -> ConfigurationError:
    cure = f"Install it with: pip install 'weft[{extra}]'" if extra else f"Install {package}."
    return ConfigurationError(f"sinks.{name}: {package} is not installed", cure=cure)


def _checked(found: object, where: str) -> type[Sink]:
    if not (isinstance(found, type) and issubclass(found, Sink)):
        raise ConfigurationError(f"{where} is no subclass of streams.sinks.base.Sink")
    missing = [name for name in ("name", "effect") if not hasattr(found, name)]
    if missing or isabstract(found):
        lacks = [*missing, *sorted(found.__abstractmethods__)]
        raise ConfigurationError(f"{where} does not declare {', '.join(lacks)}")
    if (found.effect is Effect.DEDUPLICATED) != issubclass(found, DeduplicatedSink):
        raise ConfigurationError(f"{where} is `deduplicated` only as a subclass of DeduplicatedSink")
    return found
