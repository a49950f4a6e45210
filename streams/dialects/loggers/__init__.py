"""JSON as logging libraries write it."""

from __future__ import annotations

from typing import Final

from streams.dialects.base import Dialect

DIALECTS: Final[tuple[Dialect, ...]] = ()
