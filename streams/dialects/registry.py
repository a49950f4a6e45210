"""Every dialect, in the order in which equals are asked: the particular ones first, those that take anything last."""

from __future__ import annotations

from typing import Final

from streams.dialects import envelopes, json, lines, logfmt, loggers, platforms, raw, telemetry, text
from streams.dialects.base import Dialect

DIALECTS: Final[tuple[Dialect, ...]] = (
    *telemetry.DIALECTS,
    *envelopes.DIALECTS,
    *platforms.DIALECTS,
    *loggers.DIALECTS,
    *lines.DIALECTS,
    logfmt.DIALECT,
    json.DIALECT,
    text.DIALECT,
    raw.DIALECT,
)

BY_NAME: Final[dict[str, Dialect]] = {dialect.name: dialect for dialect in DIALECTS}
