"""Lines of text with a grammar of their own."""

from __future__ import annotations

from typing import Final

from streams.dialects.base import Dialect

DIALECTS: Final[tuple[Dialect, ...]] = ()
