"""`user_agent`: which program and which operating system a client says that it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version as installed
from typing import ClassVar, Final, Protocol

from streams.errors import ConfigurationError
from streams.processors import base
from streams.processors.base import Acted, Cached, Processor
from streams.types import Record

_ORIGINAL: Final = "user_agent.original"
_LONGEST: Final = 512
"""Characters that are looked at: real ones are shorter, and what is read takes time in proportion to its length."""
_CACHED: Final = 8_192

Found = Mapping[str, str]


class UserAgent(Processor):
    """Adds name and version of the program and of its operating system, read from `user_agent.original`.

    Names are those of OpenTelemetry (`user_agent.name`, `user_agent.os.name`), values those of the ua-parser project.
    Attributes that are there stay. Needs the extra `weft[user-agent]`.
    """

    name: ClassVar[str] = "user_agent"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"attributes.user_agent.original?"})
    writes: ClassVar[frozenset[str]] = frozenset(
        {
            "attributes.user_agent.name",
            "attributes.user_agent.version",
            "attributes.user_agent.os.name",
            "attributes.user_agent.os.version",
        }
    )
    needs: ClassVar[tuple[str, ...]] = ("ua_parser", "ua_parser_rs")

    def __init__(self, options: base.Options) -> None:
        super().__init__(options)
        self._known = lru_cache(_CACHED)(_Reader())

    def process(self, record: Record) -> Acted:
        """Read what the client said; True when that told something new."""
        attributes = record["attributes"]
        original = attributes.get(_ORIGINAL)
        if type(original) is not str:
            return False
        had = len(attributes)
        for name, value in self._known(original[:_LONGEST]).items():
            if name not in attributes:
                attributes[name] = value
        return len(attributes) != had

    def snapshot(self) -> str:
        """Give the version of the patterns."""
        return f"ua-parser-builtins {installed('ua-parser-builtins')}"

    def cached(self) -> Cached:
        """Give how often a user agent was known already."""
        counts = self._known.cache_info()
        return Cached(counts.hits, counts.misses)


class _Named(Protocol):
    """What the library says of a program or system: its family and the parts of its version, from the first on."""

    @property
    def family(self) -> str: ...
    @property
    def major(self) -> str | None: ...
    @property
    def minor(self) -> str | None: ...
    @property
    def patch(self) -> str | None: ...


class _Reader:
    """Reads one user agent, by the patterns of uap-core in an engine that takes linear time."""

    def __init__(self) -> None:
        try:
            from ua_parser import Domain
            from ua_parser.loaders import load_builtins
            from ua_parser.regex import Resolver
        except ImportError:
            raise ConfigurationError(
                "processors.user_agent: ua-parser is not installed", cure="Install the extra: weft[user-agent]."
            ) from None
        programs, systems, _ = load_builtins()
        self._resolve = Resolver((programs, systems, []))  # patterns of devices are most of them, and not wanted
        self._wanted = Domain.USER_AGENT | Domain.OS

    def __call__(self, original: str) -> Found:
        read = self._resolve(original, self._wanted)
        return {**_named("user_agent", read.user_agent), **_named("user_agent.os", read.os)}


def _named(prefix: str, named: _Named | None) -> Found:
    if named is None:
        return {}
    version = _version(named)
    return {f"{prefix}.name": named.family, **({f"{prefix}.version": version} if version else {})}


def _version(named: _Named) -> str:
    """Join the parts up to the first that is missing."""
    parts: list[str] = []
    for part in (named.major, named.minor, named.patch):
        if not part:
            break
        parts.append(part)
    return ".".join(parts)
