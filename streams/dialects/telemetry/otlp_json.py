"""One OTLP log record as JSON, not inside a `resourceLogs` message (opentelemetry-proto, logs.proto LogRecord).

Resource and scope may stand in it. It is read as the records of a request are.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader
from streams.dialects.telemetry.otlp_logs import read_log
from streams.dialects.telemetry.otlp_origin import Identity, Origin, read_resource, read_scope
from streams.dialects.telemetry.otlp_values import JSON
from streams.types import Record, Source

_NAME = "otlp-json"


def _compile_objects(shape: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    return _read


def _read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
    resource = read_resource(document.pop("resource", None), None, JSON)
    origin = Origin(resource, read_scope(document.pop("scope", None), None, JSON))
    return read_log(document, JSON, origin, Identity(_NAME, event_id, observed, source))


DIALECT = Dialect(
    name=_NAME,
    summary="one OTLP log record in JSON",
    link="https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md#json-protobuf-encoding",
    signatures=(
        frozenset({"timeUnixNano"}),
        frozenset({"observedTimeUnixNano"}),
        frozenset({"severityNumber", "body"}),
    ),
    compile_objects=_compile_objects,
    examples=(
        Example(
            '{"timeUnixNano":"1544712660300000000","severityNumber":10,"severityText":"Information",'
            '"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","flags":257,'
            '"body":{"stringValue":"Example log record"},"eventName":"sample",'
            '"attributes":[{"key":"int","value":{"intValue":"10"}},'
            '{"key":"many","value":{"arrayValue":{"values":[{"boolValue":true},{"doubleValue":637.704}]}}}],'
            '"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my.service"}}]},'
            '"scope":{"name":"my.library","version":"1.0.0"}}',
            {
                "timestamp": "2018-12-13T14:51:00.300000000Z",
                "severity_number": 10,
                "severity_text": "Information",
                "trace_id": "5b8efff798038103d269b633813fc60c",
                "span_id": "eee19b7ec3c1b174",
                "trace_flags": 1,
                "body": "Example log record",
                "event_name": "sample",
                "attributes": {"int": 10, "many": [True, 637.704]},
                "resource": {"service.name": "my.service"},
                "scope": {"name": "my.library", "version": "1.0.0"},
            },
        ),
    ),
)
