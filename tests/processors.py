"""Records for tests of processors."""

from __future__ import annotations

from typing import Any

from streams.dialects.base import new_record
from streams.types import Record, Source


def record_with(
    attributes: dict[str, Any] | None = None, resource: dict[str, Any] | None = None, **fields: Any
) -> Record:
    """A record with nothing but what is said; its service is `unknown_service` unless the resource says more."""
    source: Source = {"topic": "raw-logs", "partition": 0, "offset": 0}
    made: Any = new_record("json", "raw-logs-0-0", "2026-11-24T12:00:00.000000000Z", source)
    made["attributes"].update(attributes or {})
    made["resource"].update(resource or {})
    made.update(fields)
    return made  # type: ignore[no-any-return]
