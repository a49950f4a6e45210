"""Kafka headers under `weft.`: who may write them, and how a stranger's are kept apart."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from typing import Final

PREFIX: Final = "weft."
DEAD_PREFIX: Final = "weft.dead."
UNTRUSTED_PREFIX: Final = "weft.untrusted."

REDRIVE_ATTEMPTS: Final = "weft.redrive.attempts"
"""Set by a redrive: how often the record has died before, decimal."""

REDRIVE_FIRST: Final = "weft.redrive.first"
"""Set by a redrive: `{topic}-{partition}-{offset}` of the first time."""

_MOST_ATTEMPTS: Final = 1_000_000

Headers = Sequence[tuple[str, bytes | None]]
"""Kafka headers in their order; a name may be there twice."""


def distrust(headers: Headers) -> list[tuple[str, bytes | None]]:
    """Rename incoming `weft.*` headers, in any case, to `weft.untrusted.*`; nothing is dropped.

    A name that is untrusted already stays, so that repeated redrives don't pile up prefixes.
    """
    return [(_distrusted(name), value) for name, value in headers]


def _distrusted(name: str) -> str:
    folded = name.lower()
    if not folded.startswith(PREFIX) or folded.startswith(UNTRUSTED_PREFIX):
        return name
    return UNTRUSTED_PREFIX + name[len(PREFIX) :]


def redrive_attempts(headers: Headers) -> int:
    """Read how often a redriven record has died before; 0 when nothing readable says so.

    A stranger can forge it, which harms only the stranger's own record. The last of duplicates wins.
    """
    for name, value in reversed(headers):
        if name.lower() == REDRIVE_ATTEMPTS:
            return _read_attempts(value or b"")
    return 0


def _read_attempts(text: bytes) -> int:
    if not text.isdigit() or len(text) > len(str(_MOST_ATTEMPTS)):
        return 0
    return min(int(text), _MOST_ATTEMPTS)


def pack_headers(headers: Iterable[tuple[bytes, bytes | None]]) -> str:
    """Write headers whose names are not UTF-8 as one line of text.

    Returns:
        `name:value` pairs in base64 (RFC 4648, section 4), separated by commas; a null value has no colon.
    """
    return ",".join(_base64(name) if value is None else f"{_base64(name)}:{_base64(value)}" for name, value in headers)


def unpack_headers(text: str) -> list[tuple[bytes, bytes | None]]:
    """Read what `pack_headers` wrote.

    Raises:
        ValueError: the text is not base64 of that form.
    """
    return [_unpack(pair) for pair in text.split(",")] if text else []


def _unpack(pair: str) -> tuple[bytes, bytes | None]:
    name, colon, value = pair.partition(":")
    return b64decode(name, validate=True), b64decode(value, validate=True) if colon else None


def _base64(raw: bytes) -> str:
    return b64encode(raw).decode("ascii")
