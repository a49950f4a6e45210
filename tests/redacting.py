"""Redaction as its tests need it: processors with options, records after them, and secrets to look for."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Final

from streams.processors.redact import Redact
from streams.processors.redaction.options import RedactOptions
from streams.processors.redaction.redactor import Redactor
from streams.types import Record
from tests.processors import record_with

MAIL: Final = "bob@example.com"
MASK: Final = "[REDACTED:email]"
CARD: Final = "4111111111111111"
JWT: Final = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
BASIC: Final = b64encode(b"user:open sesame").decode()
PEM: Final = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----"

EVERY: Final = Redactor(RedactOptions(kinds={"ipv4": "mask", "ipv6": "mask"}))
"""Finds what is off by default as well."""
USUAL: Final = Redactor(RedactOptions())


def redact(**options: Any) -> Redact:
    return Redact(RedactOptions(**options))


DEFAULT: Final = redact()


def redacted(processor: Redact = DEFAULT, **fields: Any) -> Any:
    """A record with nothing but these fields, as the processor leaves it."""
    made: Record = record_with(**fields)
    processor.process(made)
    return made
