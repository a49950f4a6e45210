"""JSON as logging libraries write it."""

from __future__ import annotations

from typing import Final

from streams.dialects.base import Dialect
from streams.dialects.loggers import (
    bunyan,
    caddy,
    dotnet_console,
    ecs,
    log4j2_gcp,
    log4j2_json,
    log15,
    logback_logstash,
    logrus,
    monolog,
    nextcloud,
    otel_python_console,
    pino,
    python_json_logger,
    rust_tracing,
    serilog_clef,
    serilog_json,
    slog,
    structlog,
    winston,
    zap,
    zerolog,
)

DIALECTS: Final[tuple[Dialect, ...]] = (
    serilog_clef.DIALECT,
    serilog_json.DIALECT,
    dotnet_console.DIALECT,
    ecs.DIALECT,
    log4j2_json.DIALECT,
    log4j2_gcp.DIALECT,
    logback_logstash.DIALECT,
    otel_python_console.DIALECT,
    python_json_logger.DIALECT,
    rust_tracing.DIALECT,
    monolog.DIALECT,
    nextcloud.DIALECT,
    bunyan.DIALECT,
    pino.DIALECT,
    caddy.DIALECT,
    zap.DIALECT,
    slog.DIALECT,
    logrus.DIALECT,
    log15.DIALECT,
    zerolog.DIALECT,
    structlog.DIALECT,
    winston.DIALECT,
)
