"""logstash-logback-encoder, also Log4j's Logstash layout and Spring Boot's `logstash` format; MDC keys are at the top.

Source: logstash-logback-encoder's README, "Standard Fields"; Log4j's LogstashJsonEventLayoutV1.json.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import complete_exception, take_exception
from streams.dialects.keyed import Reading, keyed, rename
from streams.dialects.roles import KEYS
from streams.types import Record
from streams.values.levels import logback_level
from streams.values.severities import LOG4J

_NAMES = {
    "thread_name": "thread.name",
    "stack_trace": "exception.stacktrace",
    "caller_file_name": "code.file.path",
    "caller_line_number": "code.line.number",
    "caller_method_name": "code.function.name",
}
_LOCATION = {"line_number": "code.line.number", "file": "code.file.path", "method": "code.function.name"}
"""Log4j's names; without a line they are the MDC's, where a method is a request's."""


def _finish(record: Record) -> None:
    attributes = record["attributes"]
    if "line_number" in attributes:
        for key, name in _LOCATION.items():
            rename(attributes, key, name)
    take_exception(record, "exception")
    complete_exception(record)


DIALECT = Dialect(
    name="logback-logstash",
    summary="JSON of Logback's Logstash encoder, and of others in its form",
    link="https://github.com/logfellow/logstash-logback-encoder#standard-fields",
    signatures=(
        frozenset({"level_value", "logger_name"}),
        frozenset({"@timestamp", "logger_name"}),
        frozenset({"@timestamp", "level", "logger_name"}),
        frozenset({"@timestamp", "@version", "message", "level", "level_value", "logger_name"}),
    ),
    compile_objects=keyed(
        "logback-logstash",
        Reading(
            KEYS._replace(
                time=("@timestamp", *KEYS.time),
                severity=("level", "level_value"),
                body=("message",),
                host=(*KEYS.host, "HOSTNAME", "source_host"),
                logger=("logger_name",),
            ),
            LOG4J,
            logback_level,
            attributes=_NAMES,
            then=_finish,
        ),
    ),
    examples=(
        Example(
            '{"@timestamp":"2026-06-20T12:00:00.123+02:00","@version":"1","message":"not saved",'
            '"logger_name":"com.acme.Pool",'
            '"thread_name":"main","level":"ERROR","level_value":40000,"traceId":"4bf92f3577b34da6a3ce929d0e0e4736",'
            '"spanId":"00f067aa0ba902b7","HOSTNAME":"web-3",'
            '"stack_trace":"java.io.IOException: no disk\\n\\tat com.acme.Pool.save(Pool.java:42)"}',
            {
                "timestamp": "2026-06-20T10:00:00.123000000Z",
                "severity_number": 17,
                "severity_text": "ERROR",
                "body": "not saved",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "resource": {"service.name": "unknown_service", "host.name": "web-3"},
                "scope": {"name": "com.acme.Pool"},
                "attributes": {
                    "@version": "1",
                    "thread.name": "main",
                    "level_value": 40000,
                    "exception.type": "java.io.IOException",
                    "exception.message": "no disk",
                    "exception.stacktrace": "java.io.IOException: no disk\n\tat com.acme.Pool.save(Pool.java:42)",
                },
            },
        ),
        Example(
            '{"ts":"2026-06-20T12:00:00Z","level_value":30000,"logger_name":"com.acme.Pool","message":"slow"}',
            {
                "timestamp": "2026-06-20T12:00:00.000000000Z",
                "severity_number": 13,
                "severity_text": "30000",
                "body": "slow",
            },
        ),
    ),
)
