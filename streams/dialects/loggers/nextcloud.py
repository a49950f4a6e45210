"""Nextcloud's log: levels from 0 to 4 (administration manual, "Logging": "Log level", "Log field breakdown")."""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import take_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.loggers.fields import has_number
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.levels import nextcloud_level

_LEAST_OF_PINO = 10
_NAMES = {
    "remoteAddr": "client.address",
    "method": "http.request.method",
    "userAgent": "user_agent.original",
    "user": "user.name",
}


def _is_nextcloud(document: dict[str, Any]) -> bool:
    """Whether the level is below those of pino, whose objects may have the same keys."""
    return has_number(document) and document["level"] < _LEAST_OF_PINO


def _finish(record: Record) -> None:
    take_exception(record, "exception")


DIALECT = Dialect(
    name="nextcloud",
    summary="the log file of Nextcloud and ownCloud",
    link="https://docs.nextcloud.com/server/latest/admin_manual/configuration_server/logging_configuration.html",
    signatures=(
        frozenset({"level", "time", "app", "message"}),
        frozenset({"reqId", "level", "time", "app", "message"}),
        frozenset({"reqId", "level", "time", "app", "message", "remoteAddr", "user"}),
    ),
    test=_is_nextcloud,
    compile_objects=keyed(
        "nextcloud",
        Reading(
            KEYS._replace(time=("time",), body=("message",)),
            numbers=nextcloud_level,
            attributes=_NAMES,
            then=_finish,
        ),
    ),
    examples=(
        Example(
            '{"reqId":"b2v7oO2wRPCMZzF6fbY1","level":4,"time":"2026-06-20T12:00:00+00:00","remoteAddr":"192.0.2.7",'
            '"user":"ann","app":"files","method":"PUT","url":"/remote.php/dav?x=1","message":"no disk",'
            '"userAgent":"curl/8.7.1","version":"29.0.1.1"}',
            {
                "timestamp": "2026-06-20T12:00:00.000000000Z",
                "severity_number": 21,
                "severity_text": "4",
                "body": "no disk",
                "trace_id": None,
                "resource": {"service.name": "files"},
                "attributes": {
                    "reqId": "b2v7oO2wRPCMZzF6fbY1",
                    "client.address": "192.0.2.7",
                    "user.name": "ann",
                    "http.request.method": "PUT",
                    "url": "/remote.php/dav?x=1",
                    "user_agent.original": "curl/8.7.1",
                    "version": "29.0.1.1",
                },
            },
        ),
    ),
)
