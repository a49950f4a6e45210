"""The pods of a cluster as `kubectl get pods --all-namespaces -o json` lists them.

Source: Kubernetes API, v1 PodList: `metadata`, `metadata.ownerReferences`, `spec.nodeName`, `status.containerStatuses`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

from streams.errors import ConfigurationError
from streams.processors.pods.fields import CONTAINER, DEPLOYMENT, NAMESPACE, POD, REPLICASET

Facts: TypeAlias = Mapping[str, str]
"""Keys of a resource with their values."""

_OWNERS: Final[Mapping[str, str]] = {
    "ReplicaSet": REPLICASET,
    "StatefulSet": "k8s.statefulset.name",
    "DaemonSet": "k8s.daemonset.name",
    "Job": "k8s.job.name",
}
_HASH_LABEL: Final = "pod-template-hash"


class Listing(NamedTuple):
    """What is known of pods by namespace and name, and of containers by id; the digest is the file's hash."""

    pods: Mapping[tuple[str, str], Facts]
    containers: Mapping[str, Facts]
    digest: str


EMPTY: Final = Listing({}, {}, "")


def read_listing(path: Path, labels: Sequence[str]) -> Listing:
    """Read a list of pods; `labels` are the wanted ones, with `*` for any characters.

    Raises:
        ConfigurationError: it cannot be read, or is no list of pods.
    """
    try:
        text = path.read_bytes()
        document = orjson.loads(text)
    except OSError as error:
        raise _unusable(path, error.strerror or type(error).__name__) from None
    except orjson.JSONDecodeError as error:
        raise _unusable(path, f"line {error.lineno}: it is not JSON: {error.msg}") from None
    if not isinstance(document, dict) or not isinstance(items := document.get("items"), list):
        raise _unusable(path, "it is no list with `items`")
    pods: dict[tuple[str, str], Facts] = {}
    containers: dict[str, Facts] = {}
    for number, item in enumerate(items):
        facts = dict(_facts(item, labels))
        if POD not in facts or NAMESPACE not in facts:
            raise _unusable(path, f"items[{number}] is no pod: it has no name or no namespace")
        pods[facts[NAMESPACE], facts[POD]] = facts
        containers |= {identity: {**facts, CONTAINER: name} for identity, name in _containers(item)}
    return Listing(pods, containers, sha256(text).hexdigest())


def _unusable(path: Path, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f"list of pods {path}: {problem}", cure="Write it with: kubectl get pods --all-namespaces -o json"
    )


def _facts(item: Any, labels: Sequence[str]) -> Iterator[tuple[str, str]]:
    metadata = _object(item, "metadata")
    plain = {POD: metadata.get("name"), NAMESPACE: metadata.get("namespace"), "k8s.pod.uid": metadata.get("uid")}
    plain["k8s.node.name"] = _object(item, "spec").get("nodeName")
    yield from ((key, value) for key, value in plain.items() if isinstance(value, str) and value)
    has = _object(metadata, "labels")
    yield from _owner(metadata, has.get(_HASH_LABEL))
    for name, value in has.items():
        if isinstance(value, str) and any(fnmatchcase(name, wanted) for wanted in labels):
            yield f"k8s.pod.label.{name}", value


def _owner(metadata: Mapping[str, Any], template_hash: Any) -> Iterator[tuple[str, str]]:
    """Give who made the pod; a ReplicaSet that ends in the hash of its template is a Deployment's."""
    for owner in _list(metadata, "ownerReferences"):
        key, name = _OWNERS.get(owner.get("kind", "")), owner.get("name")
        if key and isinstance(name, str) and name:
            yield key, name
            if key == REPLICASET and template_hash and name.endswith(f"-{template_hash}"):
                yield DEPLOYMENT, name.removesuffix(f"-{template_hash}")


def _containers(item: Any) -> Iterator[tuple[str, str]]:
    """Give ids, without the runtime that stands before them, and names of a pod's containers."""
    for status in _list(_object(item, "status"), "containerStatuses"):
        identity, name = status.get("containerID"), status.get("name")
        if isinstance(identity, str) and isinstance(name, str) and "://" in identity:
            yield identity.partition("://")[2], name


def _object(node: Any, key: str) -> Mapping[str, Any]:
    value = node.get(key) if isinstance(node, dict) else None
    return value if isinstance(value, dict) else {}


def _list(node: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    value = node.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
