"""How many records a chunk may have, so that it keeps the event loop no longer than it should."""

from __future__ import annotations

from streams.settings import Flow

_SMOOTHING = 0.2


class Pace:
    """Learns the cost of a record and sizes chunks by records and milliseconds of work."""

    def __init__(self, settings: Flow) -> None:
        self._settings = settings
        self._seconds_per_record = 0.0

    def observe(self, records: int, seconds: float) -> None:
        """Learn from a chunk that was processed."""
        if records:
            self._seconds_per_record += _SMOOTHING * (seconds / records - self._seconds_per_record)

    @property
    def records(self) -> int:
        """Records that the next chunk may have, at least 1."""
        most = self._settings.chunk_records
        if self._seconds_per_record <= 0:
            return most
        return max(1, min(most, int(self._settings.chunk_milliseconds / 1000 / self._seconds_per_record)))
