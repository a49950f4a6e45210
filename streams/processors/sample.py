"""`sample`: a share of the traces, each kept or dropped as a whole."""

from __future__ import annotations

from hashlib import blake2b
from typing import ClassVar

from pydantic import Field

from schemas.severity import ERROR
from streams.processors import base
from streams.processors.base import Acted, Processor, Verdict
from streams.processors.flags import add_flag
from streams.types import Record

_DIGEST_BYTES = 8
_RANGE = 1 << 8 * _DIGEST_BYTES


class Sample(Processor):
    """Keeps a share of the traces and drops the others as a whole; dropped records count as `sampled` in the ledger.

    The choice is a hash of the whole trace id, so every replica, topic and replay makes the same. Records of severity
    17 and above stay even when their trace is dropped, with flag `trace.sampled`. Records without a trace stay.
    """

    class Options(base.Options):
        """How much is kept."""

        percent: float = Field(100, ge=0, le=100, description="share of traces that is kept")

    name: ClassVar[str] = "sample"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"trace_id", "severity_number"})
    writes: ClassVar[frozenset[str]] = frozenset({"flags"})

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._below = round(options.percent / 100 * _RANGE)

    def process(self, record: Record) -> Acted:
        """Choose; True when a record stays although its trace does not."""
        trace_id = record["trace_id"]
        if trace_id is None or _place(trace_id) < self._below:
            return False
        if record["severity_number"] < ERROR:
            return Verdict.SAMPLED
        return add_flag(record, "trace.sampled")


def _place(trace_id: str) -> int:
    """Where a trace stands among all; not by the hash of feature flags, whose choice this must not depend on."""
    return int.from_bytes(blake2b(trace_id.encode(), digest_size=_DIGEST_BYTES).digest(), "big")
