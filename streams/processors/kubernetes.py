"""`kubernetes`: the pod that a record came from."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Final

from pydantic import Field

from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.processors.flags import add_flag
from streams.processors.pods import fields, paths
from streams.processors.pods.listing import EMPTY, read_listing
from streams.types import Record

_SIGNS: Final = fields.SIGNS | paths.SIGNS
_SERVICE: Final = "service.name"
_NO_SERVICE: Final = "unknown_service"
_NAMING: Final = (
    "k8s.pod.label.app.kubernetes.io/name",
    fields.DEPLOYMENT,
    "k8s.statefulset.name",
    "k8s.daemonset.name",
    "k8s.cronjob.name",
    "k8s.job.name",
    fields.CONTAINER,
)
"""What names a service that has no name, the first first (OpenTelemetry, "Specify resource attributes using Kubernetes
annotations"); not pods and replica sets, whose names are new with each deployment."""


class Kubernetes(Processor):
    """Adds pod, namespace, node, container, deployment and labels of the pod that a record came from.

    They are read from the record's own fields (OpenTelemetry, Fluent Bit, Fluentd, Beats, Docker), from the name of the
    log file, from the names that deployments give their pods, and from a list of the cluster's pods if there is one.
    What the resource says stays; a service without a name gets that of its workload, flagged `service.inferred`.
    """

    class Options(base.Options):
        """Where the list of pods is, and what is taken from it."""

        file: Path | None = Field(
            None, description="what `kubectl get pods --all-namespaces -o json` wrote; read again when it changes"
        )
        labels: tuple[str, ...] = Field(("*",), description="labels that are taken from it; `*` stands for any text")

    name: ClassVar[str] = "kubernetes"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"resource", "attributes"})
    writes: ClassVar[frozenset[str]] = frozenset(
        {*(f"resource.{key}" for key in fields.WRITTEN), "resource.k8s.pod.label.*", "resource.service.name", "flags"}
    )
    overwrites: ClassVar[frozenset[str]] = frozenset({"resource.service.name"})

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._file = options.file
        self._listing = EMPTY if options.file is None else read_listing(options.file, options.labels)

    def process(self, record: Record) -> Acted:
        """Add what is known of the pod; True when that was something new."""
        resource, attributes = record["resource"], record["attributes"]
        had = len(resource)
        if not _SIGNS.isdisjoint(attributes):
            fields.read_fields(resource, attributes)
            paths.read_paths(resource, attributes)
        if fields.POD not in resource and fields.CONTAINER_ID not in resource:
            return len(resource) != had
        if self._listing is not EMPTY:
            self._look_up(resource)
        paths.read_replica(resource)
        named = resource[_SERVICE] == _NO_SERVICE and _name_service(record, resource)
        return named or len(resource) != had

    def _look_up(self, resource: dict[str, Any]) -> None:
        listing = self._listing
        known = listing.pods.get((_text(resource, fields.NAMESPACE), _text(resource, fields.POD)))
        known = known or listing.containers.get(_text(resource, fields.CONTAINER_ID), {})
        for name, value in known.items():
            resource.setdefault(name, value)

    def snapshot(self) -> str:
        """Give the hash of the list of pods."""
        return self._listing.digest

    def files(self) -> tuple[Path, ...]:
        """Give the list of pods."""
        return () if self._file is None else (self._file,)


def _text(resource: dict[str, Any], key: str) -> str:
    """Give a value that is a text; a source may say anything."""
    value = resource.get(key)
    return value if isinstance(value, str) else ""


def _name_service(record: Record, resource: dict[str, Any]) -> bool:
    name = next(filter(None, (_text(resource, key) for key in _NAMING)), "")
    if not name:
        return False
    resource[_SERVICE] = name
    add_flag(record, "service.inferred")
    return True
