"""Every dialect, in the order in which equals are asked."""

from __future__ import annotations

from typing import Final

from streams.dialects import json, logfmt, otlp, raw, text
from streams.dialects.base import Dialect

DIALECTS: Final[tuple[Dialect, ...]] = (json.DIALECT, otlp.DIALECT, logfmt.DIALECT, text.DIALECT, raw.DIALECT)

BY_NAME: Final[dict[str, Dialect]] = {dialect.name: dialect for dialect in DIALECTS}
