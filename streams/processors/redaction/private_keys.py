"""Private keys in PEM and its relatives (RFC 7468; RFC 4880, 6.2; OpenSSH; SSH2, RFC 4716; PuTTY).

A key that does not end in the text goes to the end of it: logs are cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from streams.processors.redaction.detector import Detector, Span

_PEM = re.compile(
    r"-{4,5} ?BEGIN (?>(?:(?!PRIVATE KEY)[A-Z0-9]++ )*)PRIVATE KEY(?>(?: BLOCK)?) ?-{4,5}"
    r"(?>(?:[^-]++|-(?!---- ?END|--- ?END))*)"
    r"(?>(?:-{4,5} ?END [A-Z0-9 ]{0,40}-{4,5})?)"
)
_PUTTY = re.compile(r"PuTTY-User-Key-File-[0-9](?>(?:[^P]++|P(?!rivate-MAC:))*)(?>(?:Private-MAC:[ ]?[0-9a-f]*+)?)")
_AGE = re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{50,}+")


def _find(text: str) -> Iterator[Span]:
    done = 0
    for start, end in sorted(found.span() for form in (_PEM, _PUTTY, _AGE) for found in form.finditer(text)):
        if start >= done:
            yield Span(start, end, "private_key")
            done = end


DETECTOR: Final = Detector(
    ("private_key",), (r"BEGIN [A-Z0-9 ]*PRIVATE KEY", "PuTTY-User-Key-File-", "AGE-SECRET-KEY-1"), _find
)
