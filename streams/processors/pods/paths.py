"""Names of log files, which tell of a pod; and names of pods, which tell of a deployment.

Sources: the kubelet's `/var/log/pods/NAMESPACE_POD_UID/CONTAINER/N.log` and its links
`/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log` (kubelet `kuberuntime/helpers.go`, `legacy.go`), whose name
Fluentd and Fluent Bit use as a tag with points for slashes; Docker's `containers/ID/ID-json.log`; the names that
Deployments and ReplicaSets give, of letters without vowels (apimachinery `util/rand`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from streams.processors.pods.fields import CONTAINER, CONTAINER_ID, DEPLOYMENT, NAMESPACE, POD, REPLICASET

SIGNS: Final = frozenset({"log.file.path", "filename", "file", "path", "tag", "fluentd_tag", "source", "log_file"})
"""Attributes in which collectors tell the file that a line came from."""

_LONGEST: Final = 1_024
_CACHED: Final = 4_096
_LINK: Final = re.compile(
    r"containers[/.](?P<pod>[a-z0-9.-]{1,253})_(?P<namespace>[a-z0-9-]{1,63})_"
    r"(?P<container>[a-z0-9-]{1,63})-(?P<id>[0-9a-f]{64})\.log"
)
_FILE: Final = re.compile(
    r"/pods/(?P<namespace>[a-z0-9-]{1,63})_(?P<pod>[a-z0-9.-]{1,253})_(?P<uid>[0-9a-f-]{1,64})/"
    r"(?P<container>[a-z0-9-]{1,63})/[0-9]{1,9}\.log"
)
_DOCKER: Final = re.compile(r"/containers/(?P<id>[0-9a-f]{64})/")
_GROUPS: Final[Mapping[str, str]] = {
    "namespace": NAMESPACE,
    "pod": POD,
    "uid": "k8s.pod.uid",
    "container": CONTAINER,
    "id": CONTAINER_ID,
}
_REPLICA: Final = re.compile(
    r"(?P<replicaset>(?P<deployment>[a-z0-9.-]{1,240})-[bcdfghjklmnpqrstvwxz2456789]{8,10})"
    r"-[bcdfghjklmnpqrstvwxz2456789]{5}"
)


def read_paths(resource: dict[str, Any], attributes: Mapping[str, Any]) -> None:
    """Add what the names of log files among the attributes tell; what the resource has stays."""
    for name, path in attributes.items():
        if name in SIGNS and isinstance(path, str) and len(path) <= _LONGEST:
            told = _told_by_path(path)
            if told and _fits(resource, told):
                for key, value in told.items():
                    resource.setdefault(key, value)


def _fits(resource: Mapping[str, Any], told: Mapping[str, str]) -> bool:
    """Whether a path is that of the pod which the resource names, if it names one: else it is something else's."""
    return all(resource.get(key, value) == value for key, value in told.items() if key != CONTAINER_ID)


def read_replica(resource: dict[str, Any]) -> None:
    """Add the deployment and the replica set of a pod that has the name of one's replica."""
    if DEPLOYMENT not in resource and isinstance(pod := resource.get(POD), str) and len(pod) <= _LONGEST:
        told = _told_by_pod(pod)
        if told and resource.get(REPLICASET, told[REPLICASET]) == told[REPLICASET]:
            resource.update(told)


# Files and pods write many lines each, so what their names tell is remembered.
@lru_cache(_CACHED)
def _told_by_path(path: str) -> Mapping[str, str]:
    found = _LINK.search(path) or _FILE.search(path) or _DOCKER.search(path)
    return {_GROUPS[group]: value for group, value in found.groupdict().items()} if found else {}


@lru_cache(_CACHED)
def _told_by_pod(pod: str) -> Mapping[str, str]:
    found = _REPLICA.fullmatch(pod)
    return {DEPLOYMENT: found["deployment"], REPLICASET: found["replicaset"]} if found else {}
