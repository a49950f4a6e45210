"""The program's own log: one JSON object a line on stderr, never a payload."""

from __future__ import annotations

import logging
import sys

import structlog


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
    """Passes a library's warning on without its text's arguments, which may hold payloads or secrets."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().warning(
            "library", logger=record.name, template=str(record.msg)[:200], severity=record.levelname.lower()
        )
