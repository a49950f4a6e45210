"""Which logger wrote an object when several write the same keys (data contract, 8b.8)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.through import record_of

ISO = "2026-06-20T12:00:00Z"


@pytest.mark.parametrize(
    ("document", "dialect"),
    [
        # {time, level, msg}: slog when the level is upper case, else logrus
        ({"time": ISO, "level": "INFO", "msg": "x"}, "slog"),
        ({"time": ISO, "level": "DEBUG-4", "msg": "x"}, "slog"),
        ({"time": ISO, "level": "info", "msg": "x"}, "logrus"),
        ({"time": ISO, "level": "warning", "msg": "x"}, "logrus"),
        ({"time": ISO, "level": "Info", "msg": "x"}, "logrus"),
        ({"time": 1781956800, "level": "info", "msg": "x"}, "logrus"),
        # {level, message}: zerolog when the time key is `time`, winston when it is `timestamp` or absent
        ({"time": ISO, "level": "info", "message": "x"}, "zerolog"),
        ({"time": 1781956800, "level": "INFO", "message": "x"}, "zerolog"),
        ({"timestamp": ISO, "level": "info", "message": "x"}, "winston"),
        ({"timestamp": ISO, "level": "ERROR", "message": "x"}, "winston"),
        ({"level": "info", "message": "x"}, "winston"),
        ({"@timestamp": ISO, "level": "info", "message": "x"}, "json"),
        ({"date": ISO, "level": "info", "message": "x"}, "json"),
        ({"timestamp": ISO, "level": 30, "message": "x"}, "json"),
        ({"timestamp": ISO, "level": "INFO", "logger": "a.B", "message": "x"}, "json"),
        # a numeric `ts` is zap's; an ISO one beside `caller` is go-kit's
        ({"ts": 1781956800.5, "level": "info", "msg": "x"}, "zap"),
        ({"ts": 1781956800.5, "level": "info", "caller": "a.go:1", "msg": "x"}, "zap"),
        ({"ts": 1781956800.5, "caller": "a.go:1", "msg": "x", "v": 0}, "zap"),
        ({"ts": ISO, "level": "info", "msg": "x"}, "zap"),
        ({"ts": ISO, "level": "info", "caller": "a.go:1", "msg": "x"}, "json"),
        ({"ts": ISO, "level": "info", "caller": "a.go:1"}, "json"),
        ({"L": "INFO", "T": ISO, "M": "x"}, "zap"),
        ({"level": "info", "msg": "x"}, "zap"),
        ({"level": "INFO", "msg": "x"}, "slog"),
        ({"level": "INFO", "timestamp": ISO, "msg": "x"}, "json"),
        # numeric `level` and `time`: pino; with `v` bunyan
        ({"level": 30, "time": 1781956800123}, "pino"),
        ({"level": 30, "time": ISO, "msg": "x"}, "pino"),
        ({"level": 30, "time": 1781956800123, "message": "x"}, "pino"),
        ({"level": "info", "time": 1781956800123, "pid": 1, "hostname": "h", "msg": "x"}, "pino"),
        ({"level": 30, "time": ISO, "v": 0}, "bunyan"),
        ({"level": 30, "time": ISO, "pid": 1, "hostname": "h", "name": "n", "msg": "x", "v": 0}, "bunyan"),
        ({"level": 30, "time": 1781956800123, "pid": 1, "hostname": "h", "msg": "x", "v": 1}, "pino"),
        ({"level": True, "time": ISO, "msg": "x"}, "json"),
        ({"reqId": "a", "level": 3, "time": ISO, "app": "core", "message": "x"}, "nextcloud"),
        ({"level": 3, "time": ISO, "app": "core", "message": "x"}, "nextcloud"),
        ({"level": 30, "time": ISO, "app": "core", "message": "x"}, "pino"),
        ({"level": 30, "time": ISO, "app": "core", "message": "x", "reqId": "a"}, "pino"),
        # structlog has no `message` beside its `event`
        ({"event": "x", "user": 1}, "structlog"),
        ({"event": "x", "level": "info", "timestamp": ISO}, "structlog"),
        ({"event": "login", "level": "info", "message": "x", "timestamp": ISO}, "winston"),
        ({"event": {"a": 1}}, "json"),
        # keys of LogRecord
        ({"message": "x", "taskName": None}, "python-json-logger"),
        ({"message": "x", "levelname": "INFO"}, "python-json-logger"),
        ({"message": "x", "name": "a.b", "level": "INFO", "timestamp": ISO}, "python-json-logger"),
        ({"message": "x", "name": "ann", "level": "info", "timestamp": ISO}, "winston"),
        # one more key is more particular
        ({"timestamp": ISO, "level": "INFO", "target": "a::b", "message": "x"}, "rust-tracing"),
        ({"@timestamp": ISO, "level": "INFO", "message": "x", "logger_name": "a.B"}, "logback-logstash"),
        ({"@timestamp": ISO, "level": "INFO", "message": "x", "ecs": {"version": "8.11"}}, "ecs"),
        ({"@timestamp": ISO, "log": "a text", "message": "x"}, "json"),
        ({"ts": 1781956800.5, "level": "info", "logger": "http.log.access", "msg": "x"}, "caddy"),
        ({"ts": "2026-06-20T12:00:00.500Z", "level": "info", "logger": "http.log.access.log0", "msg": "x"}, "caddy"),
        ({"ts": 1781956800.5, "level": "info", "logger": "cart", "msg": "x"}, "zap"),
    ],
    ids=str,
)
def test_each_tie_is_settled(document: dict[str, Any], dialect: str) -> None:
    assert record_of(json.dumps(document))["dialect"] == dialect
    assert record_of(json.dumps(dict(reversed(document.items()))))["dialect"] == dialect
