"""Which processors there are: those that ship, those that packages offer, and modules that the settings name."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from streams.errors import ConfigurationError
from streams.processors.base import Processor
from streams.processors.drop_fields import DropFields
from streams.processors.environment import Environment
from streams.processors.exception import Exceptions
from streams.processors.geoip import GeoIP
from streams.processors.http import Http
from streams.processors.kubernetes import Kubernetes
from streams.processors.legacy.processor import Legacy
from streams.processors.limits import Limits
from streams.processors.pattern import Pattern
from streams.processors.pseudonym import Pseudonym
from streams.processors.redact import Redact
from streams.processors.rename import Rename
from streams.processors.sample import Sample
from streams.processors.service_catalog import ServiceCatalog
from streams.processors.temporal import Temporal
from streams.processors.user_agent import UserAgent

GROUP: Final = "weft.processors"
"""The entry point group in which a package offers processors: `name = "module:Class"`."""

BUILTIN: Final[tuple[type[Processor], ...]] = (
    Redact,
    Kubernetes,
    ServiceCatalog,
    Environment,
    Exceptions,
    Http,
    GeoIP,
    UserAgent,
    Pattern,
    Pseudonym,
    Temporal,
    Rename,
    DropFields,
    Legacy,
    Sample,
    Limits,
)

_BY_NAME: Final = {processor.name: processor for processor in BUILTIN}


def find(name: str, use: str | None = None) -> type[Processor]:
    """Give the class of a processor; `use` is `module:Class` for one that no package offers.

    Raises:
        ConfigurationError: there is none of that name, or what was named is no processor.
    """
    if use is not None:
        return _checked(_load(use, name), use)
    if name in _BY_NAME:
        return _BY_NAME[name]
    for offered in offers():
        if offered.name == name:
            return _checked(_load(offered.value, name), offered.value)
    raise ConfigurationError(
        f"processors: there is no processor {name!r}",
        cure="`weft processors` lists them; `use: module:Class` names one of your own.",
    )


def offers() -> Iterator[EntryPoint]:
    """Give the entry points of installed packages, by name."""
    yield from sorted(entry_points(group=GROUP), key=lambda offered: offered.name)


def _load(where: str, name: str) -> object:
    module, _, attribute = where.partition(":")
    if not module or not attribute:
        raise ConfigurationError(f"processors.{name}.use: {where!r} is not module:Class")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            f"processors.{name}: cannot load {where}: {type(error).__name__}: {error}",
            cure="Install the package that holds it, or correct the name.",
        ) from None


def _checked(found: object, where: str) -> type[Processor]:
    if not (isinstance(found, type) and issubclass(found, Processor)):
        raise ConfigurationError(f"{where} is no subclass of streams.processors.base.Processor")
    missing = [name for name in ("name", "version", "reads", "writes") if not hasattr(found, name)]
    if missing:
        raise ConfigurationError(f"{where} does not declare {', '.join(missing)}")
    return found
