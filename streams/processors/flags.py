"""Remarks on a record's quality, as processors make them."""

from __future__ import annotations

from schemas.flags import FlagName
from streams.types import Record


def add_flag(record: Record, flag: FlagName) -> bool:
    """Remark on the record unless it says so already; whether it is new. The pipeline sorts flags when it encodes."""
    flags = record.setdefault("flags", [])
    if flag in flags:
        return False
    flags.append(flag)
    return True
