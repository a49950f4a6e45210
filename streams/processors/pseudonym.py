"""`pseudonym`: the same person under the same name that is not theirs (GDPR, article 4 (5); RFC 2104)."""

from __future__ import annotations

import hmac
import os
from bisect import bisect_right
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, Field, field_validator, model_validator

from streams.errors import ConfigurationError
from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.processors.fields import RemovablePath, declared, find
from streams.types import Record
from streams.values.instants import render

_FEWEST_KEY_BYTES = 16
_DIGITS = 32
_CHECK = b"weft.pseudonym.key"


class Key(base.Options):
    """Where a secret key is; never the key itself, so that no dump of the settings can show it."""

    id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,32}$")] = Field(description="stands in every pseudonym")
    # What shapes output is the key and not its place, so the provenance leaves the place out.
    file: Path | None = Field(None, exclude=True, description="file that holds the key")
    variable: str | None = Field(None, exclude=True, description="environment variable that holds the key")
    since: AwareDatetime | None = Field(None, description="Kafka time from which it is used; the first has none")

    @model_validator(mode="after")
    def _has_one_place(self) -> Key:
        if (self.file is None) == (self.variable is None):
            raise ValueError("give file or variable")
        return self


class Pseudonym(Processor):
    """Replaces user ids and the like by a keyed hash (HMAC-SHA-256, 128 bits): `pseudonym:KEY-ID:32 hex digits`.

    The same value and key give the same pseudonym in every service, and without the key nobody finds the value. A new
    key is used from its `since` on, by the time at which Kafka took the record, so a replay gives the same as before.
    Texts and numbers are replaced, also in lists and objects; booleans and null stay. It belongs before `redact`, which
    would leave it nothing but masks to hash.
    """

    class Options(base.Options):
        """Which fields, and the keys from the oldest to the newest."""

        fields: tuple[RemovablePath, ...] = Field((), description="paths: `attributes.user.id`, `body.user.email`")
        keys: tuple[Key, ...] = Field((), description="keys; each but the first says `since` when it is used")

        @field_validator("keys")
        @classmethod
        def _rotate_in_order(cls, keys: tuple[Key, ...]) -> tuple[Key, ...]:
            if len({key.id for key in keys}) < len(keys):
                raise ValueError("two keys have one id")
            if keys and (keys[0].since or not all(key.since for key in keys[1:])):
                raise ValueError("each key but the first has a since")
            if any(one.since >= other.since for one, other in pairwise(keys[1:]) if one.since and other.since):
                raise ValueError("since must grow from key to key")
            return keys

        @model_validator(mode="after")
        def _has_a_key(self) -> Pseudonym.Options:
            if self.fields and not self.keys:
                raise ValueError("fields need a key")
            return self

    name: ClassVar[str] = "pseudonym"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"attributes.*", "resource.*", "body", "observed_timestamp"})
    writes: ClassVar[frozenset[str]] = frozenset({"attributes.*", "resource.*", "body"})
    overwrites: ClassVar[frozenset[str]] = writes
    not_idempotent: ClassVar[str] = (
        "what looks like a pseudonym may be a stranger's forgery, so a pseudonym is hashed like any other value"
    )

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        writes = {declared(path) for path in options.fields}
        self.declare({"observed_timestamp", *(f"{path}?" for path in writes)}, writes, writes)
        secrets = [_secret(key) for key in options.keys]
        self._snapshot = _fingerprint(secrets)
        self._hashes = tuple(_hasher(key.id, secret) for key, secret in zip(options.keys, secrets, strict=True))
        self._starts = [render(round(key.since.timestamp() * 1_000) * 10**6) for key in options.keys if key.since]

    def process(self, record: Record) -> Acted:
        """Replace what is there; True when something was."""
        acted = False
        for path in self.options.fields:
            place = find(record, path)
            if place:
                old = place.holder[place.key]
                new = _replaced(old, self._hashes[bisect_right(self._starts, record["observed_timestamp"])])
                place.holder[place.key] = new
                acted |= new != old
        return acted

    def snapshot(self) -> str:
        """Give a hash that changes with any key and tells nothing of it."""
        return self._snapshot

    def files(self) -> tuple[Path, ...]:
        """Give the files of the keys."""
        return tuple(key.file for key in self.options.keys if key.file)


def _secret(key: Key) -> bytes:
    """Read a key.

    Raises:
        ConfigurationError: it cannot be read, or is too short to be secret.
    """
    where = f"the variable {key.variable}" if key.variable else f"the file {key.file}"
    try:
        secret = key.file.read_bytes() if key.file else os.environb.get(str(key.variable).encode(), b"")
    except OSError as error:
        raise ConfigurationError(f"pseudonym key {key.id}: cannot read {where}: {error.strerror}") from None
    secret = secret.strip()
    if len(secret) < _FEWEST_KEY_BYTES:
        raise ConfigurationError(
            f"pseudonym key {key.id}: {where} holds fewer than {_FEWEST_KEY_BYTES} bytes",
            cure="Make one with `openssl rand -hex 32`.",
        )
    return secret


def _fingerprint(secrets: list[bytes]) -> str:
    if not secrets:
        return ""
    return sha256(b"".join(hmac.digest(secret, _CHECK, sha256) for secret in secrets)).hexdigest()[:_DIGITS]


def _hasher(key_id: str, secret: bytes) -> Callable[[str], str]:
    start = f"pseudonym:{key_id}:"
    return lambda value: start + hmac.digest(secret, value.encode(), "sha256").hex()[:_DIGITS]


def _replaced(value: Any, hashed: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return hashed(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return hashed(str(value))
    if isinstance(value, list):
        return [_replaced(item, hashed) for item in value]
    if isinstance(value, dict):
        return {name: _replaced(item, hashed) for name, item in value.items()}
    return value
