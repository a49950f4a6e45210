"""Powertools for AWS Lambda: its logger's JSON from Python, TypeScript, Java and .NET.

Source: Powertools for AWS Lambda, "Logger: Standard structured keys" of each language. Keys are snake_case, but
camelCase or PascalCase in .NET by setting and camelCase in Java; X-Ray's trace id is added while tracing is on.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import STACKTRACE, TYPE, set_exception
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS, words
from streams.types import Record

_NAME = "lambda-powertools"

_THROWN = ("error", "Error", "exception", "Exception")


def _complete(record: Record) -> None:
    attributes = record["attributes"]
    for key in _THROWN:
        thrown = attributes.get(key)
        if isinstance(thrown, dict):
            set_exception(record, thrown)
        elif isinstance(thrown, str) and "\n" in thrown and STACKTRACE not in attributes:
            attributes[STACKTRACE] = attributes.pop(key)


DIALECT = Dialect(
    name=_NAME,
    summary="Powertools for AWS Lambda (Python, TypeScript, Java, .NET)",
    link="https://docs.aws.amazon.com/powertools/python/latest/core/logger/",
    signatures=tuple(
        frozenset(listed.split(","))
        for listed in words(
            "level,location,message,service timestamp,location,service,level function_request_id functionRequestId"
            " FunctionRequestId function_arn,function_name functionArn,functionName FunctionArn,FunctionName"
            " level,message,service,sampling_rate level,message,service,xray_trace_id service,xray_trace_id,timestamp"
            " Level,Message,Service level,service,coldStart level,service,cold_start XRayTraceId,Level"
            " xRayTraceId,level"
        )
    ),
    compile_objects=keyed(
        _NAME,
        Reading(
            KEYS._replace(
                time=("timestamp", "Timestamp", *KEYS.time),
                severity=("level", "Level", *KEYS.severity),
                body=("message", "Message", "event", *KEYS.body),
                trace=(*KEYS.trace, "xraytraceid"),
                service=(*KEYS.service, "Service"),
                logger=("logger", "name", "Name", *KEYS.logger),
            ),
            resource={
                "function_name": "faas.name",
                "functionName": "faas.name",
                "FunctionName": "faas.name",
                "function-name": "faas.name",
                "function_version": "faas.version",
                "functionVersion": "faas.version",
                "FunctionVersion": "faas.version",
                "function_arn": "cloud.resource_id",
                "functionArn": "cloud.resource_id",
                "FunctionArn": "cloud.resource_id",
            },
            attributes={
                "function_request_id": "faas.invocation_id",
                "functionRequestId": "faas.invocation_id",
                "FunctionRequestId": "faas.invocation_id",
                "cold_start": "faas.coldstart",
                "coldStart": "faas.coldstart",
                "ColdStart": "faas.coldstart",
                "exception_name": TYPE,
                "thread": "thread.name",
            },
            then=_complete,
        ),
    ),
    examples=(
        Example(
            '{"level":"ERROR","location":"collect.handler:15","message":"Received a HTTP 5xx error",'
            '"service":"payment","timestamp":"2021-05-03 11:47:12,494+0000",'
            '"exception_name":"RuntimeError","cold_start":true,'
            '"exception":"Traceback (most recent call last):\\n  File \\"a.py\\"\\nRuntimeError: no",'
            '"function_name":"pay","function_request_id":"52fdfc07","xray_trace_id":"1-64998ca6-47085075585a5c65164ff3d3"}',
            {
                "timestamp": "2021-05-03T11:47:12.494000000Z",
                "severity_number": 17,
                "body": "Received a HTTP 5xx error",
                "trace_id": "64998ca647085075585a5c65164ff3d3",
                "resource": {"service.name": "payment", "faas.name": "pay"},
                "attributes": {
                    "location": "collect.handler:15",
                    "exception.type": "RuntimeError",
                    "exception.stacktrace": 'Traceback (most recent call last):\n  File "a.py"\nRuntimeError: no',
                    "faas.invocation_id": "52fdfc07",
                    "faas.coldstart": True,
                },
            },
        ),
    ),
)
