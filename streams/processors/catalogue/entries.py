"""A catalogue of services: for each name what its records' resources are to say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from sys import intern
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

Entry: TypeAlias = Mapping[str, str]
"""Keys of a resource, `service.owner`, with their values."""

_FIELD: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_RESERVED: Final = frozenset({"name"})
_DIGEST_BYTES: Final = 16
_DIGESTS: Final = 1 << 8 * _DIGEST_BYTES


class Catalogue(NamedTuple):
    """Entries by the name of their service, and all keys that they may have.

    The digest is the same for the same entries, wherever they came from; it is empty without any.
    """

    entries: Mapping[str, Entry]
    keys: frozenset[str]
    digest: str


EMPTY: Final = Catalogue(MappingProxyType({}), frozenset(), "")


class Entries:
    """A catalogue while it is read, or while it changes."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._keys: set[str] = set()
        self._digest = 0

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def set(self, name: str, fields: Mapping[str, str]) -> None:
        """Put what is known of a service in the place of what was; empty values say nothing.

        Raises:
            ValueError: a name that no service or field can have.
        """
        if not name:
            raise ValueError("a service without a name")
        # Owners, tiers and channels repeat: each text is kept once, however many services have it.
        entry = {_key(field): intern(value) for field, value in fields.items() if value}
        self.remove(name)
        self._entries[name] = entry
        self._keys.update(entry)
        self._digest += _digest(name, entry)

    def remove(self, name: str) -> None:
        """Forget a service, known or not."""
        entry = self._entries.pop(name, None)
        if entry is not None:
            self._digest -= _digest(name, entry)

    def catalogue(self) -> Catalogue:
        """Give the catalogue as it is now; what changes later does not reach it."""
        digest = (self._digest % _DIGESTS).to_bytes(_DIGEST_BYTES, "big").hex() if self._entries else ""
        return Catalogue(MappingProxyType(self._entries.copy()), frozenset(self._keys), digest)


@lru_cache(maxsize=256)
def _key(field: str) -> str:
    """Give the key of a resource for a field."""
    if field in _RESERVED or not _FIELD.fullmatch(field):
        raise ValueError(f"{field!r} is no name for a field: small letters, digits and underscores, not `name`")
    return intern(f"service.{field}")


def _digest(name: str, entry: Entry) -> int:
    """A number for one entry; the sum over all does not depend on their order, and one can be taken out again."""
    said = repr((name, sorted(entry.items())))
    return int.from_bytes(blake2b(said.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest(), "big")
