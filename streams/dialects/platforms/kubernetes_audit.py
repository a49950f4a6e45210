"""Kubernetes audit events, alone or as the list that the webhook backend sends.

Source: Kubernetes, "kube-apiserver Audit Configuration (v1)", Event and EventList. `level` says how much is recorded
and is no severity.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.envelopes.batch import split_list
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS
from streams.types import Record

_NAME, _LIST_NAME = "kubernetes-audit", "kubernetes-audit-list"
_GROUP = "audit.k8s.io/"
_ITEMS = "items"


def _complete(record: Record) -> None:
    """An event is said as an access log says a request: verb, URI and status."""
    attributes = record["attributes"]
    status = attributes.get("responseStatus")
    code = status.get("code") if isinstance(status, dict) else None
    if type(code) is int:
        attributes["http.response.status_code"] = code
    said = (attributes.get("verb"), attributes.get("requestURI"))
    if all(isinstance(part, str) for part in said):
        record["body"] = " ".join(str(part) for part in (*said, code) if part is not None)


def _is_event(document: dict[str, Any]) -> bool:
    group = document.get("apiVersion", _GROUP)
    return isinstance(group, str) and group.startswith(_GROUP)


def _is_list(document: dict[str, Any]) -> bool:
    return document["kind"] == "EventList" and _is_event(document) and isinstance(document[_ITEMS], list)


DIALECT = Dialect(
    name=_NAME,
    summary="Kubernetes audit events",
    link="https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/",
    signatures=(frozenset({"auditID", "stage"}), frozenset({"auditID", "verb"}), frozenset({"auditID", "requestURI"})),
    test=_is_event,
    compile_objects=keyed(
        _NAME,
        Reading(
            KEYS._replace(time=("requestReceivedTimestamp", "stageTimestamp"), severity=(), body=()),
            attributes={"userAgent": "user_agent.original"},
            then=_complete,
        ),
    ),
    examples=(
        Example(
            '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"e1d3",'
            '"stage":"ResponseComplete","requestURI":"/api/v1/pods","verb":"create","user":{"username":"admin"},'
            '"sourceIPs":["203.0.113.9"],"userAgent":"kubectl/v1.29","responseStatus":{"metadata":{},"code":201},'
            '"requestReceivedTimestamp":"2024-03-10T14:13:06.719123Z","stageTimestamp":"2024-03-10T14:13:06.731456Z"}',
            {
                "timestamp": "2024-03-10T14:13:06.719123000Z",
                "severity_number": 0,
                "severity_text": None,
                "body": "create /api/v1/pods 201",
                "attributes": {
                    "kind": "Event",
                    "apiVersion": "audit.k8s.io/v1",
                    "level": "Metadata",
                    "auditID": "e1d3",
                    "stage": "ResponseComplete",
                    "requestURI": "/api/v1/pods",
                    "verb": "create",
                    "user": {"username": "admin"},
                    "sourceIPs": ["203.0.113.9"],
                    "user_agent.original": "kubectl/v1.29",
                    "responseStatus": {"metadata": {}, "code": 201},
                    "http.response.status_code": 201,
                    "stageTimestamp": "2024-03-10T14:13:06.731456Z",
                },
            },
        ),
    ),
)

LIST = Dialect(
    name=_LIST_NAME,
    summary="lists of Kubernetes audit events, as the webhook backend sends them",
    link="https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-EventList",
    signatures=(frozenset({"kind", "apiVersion", _ITEMS}),),
    test=_is_list,
    split=split_list(_LIST_NAME, _ITEMS),
    envelope=_ITEMS,
    examples=(
        Example(
            '{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[{"level":"Request",'
            '"auditID":"e1","stage":"RequestReceived","verb":"get","requestURI":"/healthz",'
            '"requestReceivedTimestamp":"2024-03-10T14:13:06.719123Z"}]}',
            (
                {
                    "timestamp": "2024-03-10T14:13:06.719123000Z",
                    "body": "get /healthz",
                    "dialect": "kubernetes-audit",
                    "envelopes": ["kubernetes-audit-list"],
                },
            ),
        ),
    ),
)
