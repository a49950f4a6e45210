"""JSON as clouds, databases, proxies and collectors write it."""

from __future__ import annotations

from typing import Final

from streams.dialects.base import Dialect

DIALECTS: Final[tuple[Dialect, ...]] = ()
