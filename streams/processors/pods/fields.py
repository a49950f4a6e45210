"""Fields in which applications and collectors say where they run, as OpenTelemetry describes a resource.

Sources: OpenTelemetry's semantic conventions for Kubernetes; Fluent Bit's and Fluentd's `kubernetes` (`pod_name`);
Beats' `add_kubernetes_metadata` (`pod.name`); the labels that the kubelet gives Docker's containers (`io.kubernetes`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

NAMESPACE: Final = "k8s.namespace.name"
POD: Final = "k8s.pod.name"
CONTAINER: Final = "k8s.container.name"
CONTAINER_ID: Final = "container.id"
DEPLOYMENT: Final = "k8s.deployment.name"
REPLICASET: Final = "k8s.replicaset.name"

_OPENTELEMETRY: Final = (
    "namespace.name",
    "node.name",
    "pod.name",
    "pod.uid",
    "container.name",
    "deployment.name",
    "replicaset.name",
    "statefulset.name",
    "daemonset.name",
    "job.name",
    "cronjob.name",
)
_NAMES: Final[Mapping[str, str]] = {
    **{f"{prefix}.{name}": f"k8s.{name}" for prefix in ("k8s", "kubernetes") for name in _OPENTELEMETRY},
    "kubernetes.namespace": NAMESPACE,
    "kubernetes.namespace_name": NAMESPACE,
    "kubernetes.pod_name": POD,
    "kubernetes.pod_id": "k8s.pod.uid",
    "kubernetes.container_name": CONTAINER,
    "kubernetes.host": "k8s.node.name",
    "kubernetes.docker_id": CONTAINER_ID,
    "io.kubernetes.pod.namespace": NAMESPACE,
    "io.kubernetes.pod.name": POD,
    "io.kubernetes.pod.uid": "k8s.pod.uid",
    "io.kubernetes.container.name": CONTAINER,
}
_OBJECTS: Final = ("k8s", "kubernetes")
_PATHS: Final = {name: tuple(name.split(".")) for name in _NAMES}

WRITTEN: Final = frozenset(_NAMES.values())
"""Keys of the resource that are told by fields; paths and names of pods tell no others."""

SIGNS: Final = frozenset({*_NAMES, *_OBJECTS})
"""Attributes of which one at least is there when the attributes tell of a pod."""


def read_fields(resource: dict[str, Any], attributes: Mapping[str, Any]) -> None:
    """Copy what attributes say of a pod to the resource, flat names and objects in objects alike; what it has stays."""
    for name, value in attributes.items():
        if name in _NAMES:
            _set(resource, _NAMES[name], value)
    if any(isinstance(attributes.get(name), dict) for name in _OBJECTS):
        for name, key in _NAMES.items():
            _set(resource, key, _follow(attributes, _PATHS[name]))


def _set(resource: dict[str, Any], key: str, value: Any) -> None:
    if isinstance(value, str) and value:
        resource.setdefault(key, value)


def _follow(node: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        node = node.get(part) if isinstance(node, dict) else None
    return node
