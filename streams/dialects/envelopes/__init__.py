"""What other systems put around a log record: the record inside is read in its turn."""

from __future__ import annotations

from typing import Final

from streams.dialects.base import Dialect
from streams.dialects.envelopes import cloudevents, cloudwatch

DIALECTS: Final[tuple[Dialect, ...]] = (cloudevents.DIALECT, cloudwatch.DIALECT)
