"""What stands in the place of what was found: a mask, a part of it, or its keyed hash."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final, Literal, NamedTuple, TypeAlias
from urllib.parse import unquote

from streams.processors.redaction.escapes import unescaped

Mode: TypeAlias = Literal["mask", "partial", "hash", "keep"]
"""How a kind is treated; `keep` leaves it as it is."""

MASKED: Final = re.compile(r"\[(?:REDACTED|HMAC):[a-z0-9_]{1,40}(?::[\w.-]{1,64})*\]")
"""What a mask or a hash looks like: never redacted again."""

_DIGITS = 16
_SHOWN = 4


class HashKey(NamedTuple):
    """The key of hashes and the name by which its users know it."""

    key: bytes
    id: str

    def sign(self, text: str) -> str:
        """Give the first digits of the HMAC-SHA-256 (RFC 2104) of a text."""
        return hmac.new(self.key, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()[:_DIGITS]


def mask(kind: str, _found: str) -> str:
    """Give what says only what was there."""
    return f"[REDACTED:{kind}]"


def partial(kind: str, found: str) -> str:
    """Give a part that helps to recognise it and is no use to others; a mask where there is none."""
    shorten = _PARTS.get(kind)
    return mask(kind, found) if shorten is None else shorten(_written(found))


def hashed(kind: str, found: str, key: HashKey) -> str:
    """Give the same for the same value, however it is written."""
    return f"[HMAC:{kind}:{key.id}:{key.sign(_plain(kind, found))}]"


def _written(found: str) -> str:
    """Give what was found without escapes."""
    return unescaped(unquote(found))


def _plain(kind: str, found: str) -> str:
    found = _written(found)
    if kind in _SEPARATED:
        return "".join(filter(str.isalnum, found)).upper()
    return found.lower() if kind == "email" else found


_SEPARATED = frozenset({"card", "iban", "ssn", "phone"})


def _part_of_email(found: str) -> str:
    _, at, domain = found.rpartition("@")
    return f"{found[:1]}***{at}{domain}"


def _last_digits(shown: int) -> Callable[[str], str]:
    def shorten(found: str) -> str:
        digits = "".join(filter(str.isalnum, found))
        return "*" * (len(digits) - shown) + digits[-shown:]

    return shorten


def _part_of_iban(found: str) -> str:
    written = "".join(filter(str.isalnum, found))
    return f"{written[:2]}{'*' * (len(written) - 2 - _SHOWN)}{written[-_SHOWN:]}"


_PARTS: Mapping[str, Callable[[str], str]] = {
    "email": _part_of_email,
    "card": _last_digits(_SHOWN),
    "iban": _part_of_iban,
    "ssn": _last_digits(_SHOWN),
    "phone": _last_digits(2),
    "ipv4": lambda found: found.rpartition(".")[0] + ".*",
    "ipv6": lambda found: ":".join(found.split(":")[:3]) + ":*",
}
