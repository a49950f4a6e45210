"""Google Cloud's monitored resources, as OpenTelemetry describes a resource.

Source: Google Cloud, "Monitored resource types" (their labels) and OpenTelemetry's semantic conventions for resources.
A label that has no name there is kept behind a prefix, as OpenTelemetry's collector does it (extension
googlecloudlogentryencoding).
"""

from __future__ import annotations

from typing import Any

from streams.dialects.moves import name_service
from streams.types import Record

_NAMES = {
    "project_id": "cloud.account.id",
    "location": "cloud.region",
    "region": "cloud.region",
    "zone": "cloud.availability_zone",
    "cluster_name": "k8s.cluster.name",
    "namespace_name": "k8s.namespace.name",
    "pod_name": "k8s.pod.name",
    "container_name": "k8s.container.name",
    "node_name": "k8s.node.name",
    "instance_id": "host.id",
    "function_name": "faas.name",
    "revision_name": "faas.version",
    "module_id": "gcp.app_engine.service",
    "version_id": "service.version",
}
_SERVICES = ("service_name", "container_name", "function_name", "module_id", "job_name")
"""The labels that name what is deployed: Cloud Run, Kubernetes, functions, App Engine."""


def set_monitored_resource(record: Record) -> None:
    """Move the attribute `resource`, `{type, labels}`, to the record's resource; anything else stays."""
    found = record["attributes"].get("resource")
    if not isinstance(found, dict):
        return
    kept, resource = dict(found), record["resource"]
    if isinstance(kept.get("type"), str):
        resource["gcp.resource_type"] = kept.pop("type")
    labels = kept.get("labels")
    if isinstance(labels, dict):
        _move_labels(record, labels)
        del kept["labels"]
    if kept:
        record["attributes"]["resource"] = kept
    else:
        del record["attributes"]["resource"]


def _move_labels(record: Record, labels: dict[str, Any]) -> None:
    resource = record["resource"]
    for label in _SERVICES:
        name_service(record, labels.get(label))
    for label, value in labels.items():
        name = _NAMES.get(label, "")
        taken = not name or name in resource or value is None or value == ""
        resource[f"gcp.label.{label}" if taken else name] = value
