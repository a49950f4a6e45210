"""Azure resource and activity logs, as diagnostic settings send them to an Event Hub.

Source: Microsoft, "Common and service-specific schemas for resource logs"; App Service and Functions write some keys
with a capital. Level 1 is critical and 5 verbose. A correlation id is no W3C trace id.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS, words
from streams.errors import RejectedRecord
from streams.types import Record
from streams.values.json import parse
from streams.values.levels import azure_level
from streams.values.severities import AZURE

_NAME = "azure-resource"
_PROPERTIES, _OPERATIONS = ("properties", "Properties"), ("operationName", "OperationName")
_MESSAGES = ("message", "Message", "msg", "log", "Msg", "statusMessage")
_DEPTH = 60


def _complete(record: Record) -> None:
    attributes = record["attributes"]
    for key in _PROPERTIES:
        nested = attributes.get(key)
        if isinstance(nested, str) and nested.startswith("{"):
            nested = _object(nested)
        if isinstance(nested, dict):
            attributes[key] = nested
            record["body"] = _body(record["body"], nested, _MESSAGES)
    record["body"] = _body(record["body"], attributes, _OPERATIONS)
    operation = attributes.get("operationName")
    if isinstance(operation, dict):  # the activity log's API form: {"value": ..., "localizedValue": ...}
        record["body"] = _body(record["body"], operation, ("localizedValue", "value"))


def _object(text: str) -> Any:
    """Open properties that are themselves a JSON text, as some services write them."""
    try:
        return parse(text.encode(), _DEPTH).document
    except (ValueError, RejectedRecord):
        return text


def _body(body: Any, holder: dict[str, Any], keys: tuple[str, ...]) -> Any:
    if body is not None and body != "":
        return body
    return next((holder[key] for key in keys if isinstance(holder.get(key), str) and holder[key]), None)


DIALECT = Dialect(
    name=_NAME,
    summary="Azure resource and activity logs",
    link="https://learn.microsoft.com/en-us/azure/azure-monitor/platform/resource-logs-schema",
    signatures=tuple(
        frozenset(listed.split(","))
        for listed in words(
            "resourceId,operationName,category resourceId,time,category resourceId,time,operationName"
            " ResourceId,time,category ResourceId,OperationName,Category resourceId,OperationName,Category"
            " ResourceId,time,Category ResourceId,TimeGenerated resourceId,timeStamp resourceId,category,properties"
            " ResourceId,operationName,category resourceId,operationName,level time,category,operationName,properties"
        )
    ),
    compile_objects=keyed(
        _NAME,
        Reading(
            KEYS._replace(
                time=("time", "timeStamp", "TimeGenerated", "timestamp", "eventTimestamp", *KEYS.time),
                severity=("level", "Level", *KEYS.severity),
                body=("resultDescription", "ResultDescription"),
                service=("service.name",),
                host=("host.name",),
            ),
            words=AZURE,
            numbers=azure_level,
            resource={
                "resourceId": "cloud.resource_id",
                "ResourceId": "cloud.resource_id",
                "location": "cloud.region",
                "Location": "cloud.region",
            },
            attributes={"callerIpAddress": "client.address", "CallerIpAddress": "client.address"},
            then=_complete,
        ),
    ),
    examples=(
        Example(
            '{"time":"2021-03-27T15:38:09.1287555Z","resourceId":"/SUBSCRIPTIONS/F36E/PROVIDERS/MICROSOFT.WEB/SITES/CAT",'
            '"operationName":"Microsoft.Web/sites/log","category":"AppServiceConsoleLogs","level":"Informational",'
            '"resultDescription":"7 added, 0 removed","callerIpAddress":"203.0.113.86","location":"westeurope"}',
            {
                "timestamp": "2021-03-27T15:38:09.128755500Z",
                "severity_number": 9,
                "severity_text": "Informational",
                "trace_id": None,
                "body": "7 added, 0 removed",
                "resource": {
                    "service.name": "unknown_service",
                    "cloud.resource_id": "/SUBSCRIPTIONS/F36E/PROVIDERS/MICROSOFT.WEB/SITES/CAT",
                    "cloud.region": "westeurope",
                },
                "attributes": {
                    "operationName": "Microsoft.Web/sites/log",
                    "category": "AppServiceConsoleLogs",
                    "client.address": "203.0.113.86",
                },
            },
        ),
        Example(
            '{"time":"2023-03-08T12:06:46Z","resourceId":"FUNC-APP","operationName":"Microsoft.Web/sites/functions/log",'
            '"category":"FunctionAppLogs","level":"4","properties":{"message":"Loading metadata","processId":155}}',
            {
                "severity_number": 9,
                "severity_text": "4",
                "body": "Loading metadata",
                "attributes": {
                    "operationName": "Microsoft.Web/sites/functions/log",
                    "category": "FunctionAppLogs",
                    "properties": {"message": "Loading metadata", "processId": 155},
                },
            },
        ),
    ),
)
