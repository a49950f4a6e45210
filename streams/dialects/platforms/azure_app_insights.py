"""Azure Application Insights as diagnostic settings export it: traces, requests, dependencies, exceptions.

Source: Microsoft, "Azure Monitor Logs table reference" (AppTraces, AppRequests, AppDependencies, AppExceptions) and
"Application Insights telemetry data model". An operation id is W3C's trace id since SDK 2.8; severities begin with 0.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.exceptions import MESSAGE, TYPE
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS, words
from streams.values.levels import exactly
from streams.values.severities import AZURE

_NAME = "azure-app-insights"

_level = exactly({0: 5, 1: 9, 2: 13, 3: 17, 4: 21})

DIALECT = Dialect(
    name=_NAME,
    summary="Azure Application Insights, exported by diagnostic settings",
    link="https://learn.microsoft.com/en-us/azure/azure-monitor/reference/tables/apptraces",
    signatures=tuple(
        frozenset(listed.split(","))
        for listed in words(
            "AppRoleName,OperationId AppRoleName,SeverityLevel resourceId,OperationId,Type AppRoleName,AppRoleInstance"
        )
    ),
    compile_objects=keyed(
        _NAME,
        Reading(
            KEYS._replace(
                time=("time", "TimeGenerated", "timestamp"),
                severity=("SeverityLevel",),
                body=("Message", "OuterMessage", "Name"),
                trace=("operationid", *KEYS.trace),
                span=("parentid", *KEYS.span),
                service=("AppRoleName",),
                host=("AppRoleInstance",),
            ),
            words=AZURE,
            numbers=_level,
            resource={"resourceId": "cloud.resource_id", "AppVersion": "service.version"},
            attributes={"ClientIP": "client.address", "ExceptionType": TYPE, "InnermostMessage": MESSAGE},
        ),
    ),
    examples=(
        Example(
            '{"time":"2023-05-02T10:11:12.3456789Z","resourceId":"/SUBSCRIPTIONS/1","Type":"AppTraces",'
            '"AppRoleName":"shop","AppRoleInstance":"shop-1","OperationName":"GET /cart","SeverityLevel":2,'
            '"OperationId":"4bf92f3577b34da6a3ce929d0e0e4736","ParentId":"00f067aa0ba902b7","Message":"low on stock",'
            '"ClientIP":"203.0.113.86","Properties":{"Category":"Shop.Cart"}}',
            {
                "timestamp": "2023-05-02T10:11:12.345678900Z",
                "severity_number": 13,
                "severity_text": "2",
                "body": "low on stock",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
                "span_id": "00f067aa0ba902b7",
                "resource": {"service.name": "shop", "host.name": "shop-1", "cloud.resource_id": "/SUBSCRIPTIONS/1"},
                "attributes": {
                    "Type": "AppTraces",
                    "OperationName": "GET /cart",
                    "client.address": "203.0.113.86",
                    "Properties": {"Category": "Shop.Cart"},
                },
            },
        ),
    ),
)
