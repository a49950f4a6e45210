"""The program's own log: one JSON object a line on stderr, never a payload."""

from __future__ import annotations

import logging
import sys

import structlog

_QUIET_SECONDS = 10.0
_MOST_WARNINGS = 1_000
_MOST_CHARACTERS = 200


def configure(role: str, *, level: int = logging.INFO) -> None:
    """Send structlog and the libraries' loggers to stderr as JSON lines.

    Libraries log at WARNING and above only, and by name and level: their messages may quote input.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(role=role)
    logging.basicConfig(handlers=[_Libraries()], level=logging.WARNING, force=True)


class _Libraries(logging.Handler):
    """Passes a library's warning on without its text's arguments, which may hold payloads or secrets.

    The same one comes again after `_QUIET_SECONDS` at the earliest: a client without a broker warns often.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Log the warning, unless it was logged just now."""
        warning = (record.name, str(record.msg)[:_MOST_CHARACTERS])
        if record.created - self._said.get(warning, 0.0) < _QUIET_SECONDS:
            return
        if len(self._said) >= _MOST_WARNINGS:
            self._said.clear()
        self._said[warning] = record.created
        structlog.get_logger().warning(
            "library", logger=record.name, template=warning[1], severity=record.levelname.lower()
        )
