"""What collectors know of a pod, in their words, as OpenTelemetry describes a resource.

Sources: Fluent Bit's filter `kubernetes` and Fluentd's `kubernetes_metadata` (`pod_name`), Vector's `kubernetes_logs`
(`pod_namespace`), Beats' `add_kubernetes_metadata` (`pod.name`); OpenTelemetry's semantic conventions for Kubernetes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from streams.dialects.moves import name_service
from streams.types import Record

_KEY = "kubernetes"
_CONTAINER = "k8s.container.name"

_NAMES: Final = {
    "pod_name": "k8s.pod.name",
    "pod.name": "k8s.pod.name",
    "pod_id": "k8s.pod.uid",
    "pod_uid": "k8s.pod.uid",
    "pod.uid": "k8s.pod.uid",
    "pod_ip": "k8s.pod.ip",
    "pod.ip": "k8s.pod.ip",
    "namespace_name": "k8s.namespace.name",
    "pod_namespace": "k8s.namespace.name",
    "namespace": "k8s.namespace.name",
    "container_name": _CONTAINER,
    "container.name": _CONTAINER,
    "host": "k8s.node.name",
    "pod_node_name": "k8s.node.name",
    "node.name": "k8s.node.name",
    "node.uid": "k8s.node.uid",
    "cluster_name": "k8s.cluster.name",
    "docker_id": "container.id",
    "container_id": "container.id",
    "container_image": "container.image.name",
    "container.image": "container.image.name",
    "container_image_id": "container.image.id",
    "deployment.name": "k8s.deployment.name",
    "replicaset.name": "k8s.replicaset.name",
    "statefulset.name": "k8s.statefulset.name",
    "daemonset.name": "k8s.daemonset.name",
    "job.name": "k8s.job.name",
    "cronjob.name": "k8s.cronjob.name",
}
_MAPS: Final = {
    "labels": "k8s.pod.label",
    "pod_labels": "k8s.pod.label",
    "annotations": "k8s.pod.annotation",
    "pod_annotations": "k8s.pod.annotation",
    "namespace_labels": "k8s.namespace.label",
    "node_labels": "k8s.node.label",
    "node.labels": "k8s.node.label",
}


def set_kubernetes(record: Record) -> None:
    """Move the attribute `kubernetes` to the record's resource; what has no name there stays.

    The container's name stands for the service when nothing else names one.
    """
    found = record["attributes"].get(_KEY)
    if not isinstance(found, dict):
        return
    kept = _take(record["resource"], found, "")
    if kept:
        record["attributes"][_KEY] = kept
    else:
        del record["attributes"][_KEY]
    name_service(record, record["resource"].get(_CONTAINER))


def _take(resource: dict[str, Any], nested: Mapping[str, Any], above: str) -> dict[str, Any]:
    """Take what has a name out of a nested object; give what is left of it."""
    kept: dict[str, Any] = {}
    for key, value in nested.items():
        path = f"{above}{key}"
        name = _NAMES.get(path)
        if isinstance(value, dict):
            left = _take_map(resource, value, _MAPS[path]) if path in _MAPS else _take(resource, value, f"{path}.")
            if left:
                kept[key] = left
        elif name and name not in resource and isinstance(value, str) and value:
            resource[name] = value
        else:
            kept[key] = value
    return kept


def _take_map(resource: dict[str, Any], labels: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    kept = {}
    for key, value in labels.items():
        if f"{prefix}.{key}" in resource:
            kept[key] = value
        else:
            resource[f"{prefix}.{key}"] = value
    return kept
