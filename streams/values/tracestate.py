"""W3C `tracestate` (Trace Context level 2, section 3.3): its members, or nothing when one of them is malformed."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MEMBER = re.compile(r"[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]")
_MOST_MEMBERS = 32


def read_tracestate(headers: Sequence[str]) -> str | None:
    """Join the members of all `tracestate` headers in their order; None when there are none, too many or bad ones."""
    members = [member.strip(" \t") for header in headers for member in header.split(",")]
    members = [member for member in members if member]
    if not 0 < len(members) <= _MOST_MEMBERS or not all(map(_MEMBER.fullmatch, members)):
        return None
    return ",".join(members)
