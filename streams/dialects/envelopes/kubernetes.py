"""A container's line with what a collector knows of its pod, or with the line's own keys beside that.

Sources: Fluent Bit's filter `kubernetes`, Fluentd's `kubernetes_metadata`, Vector's source `kubernetes_logs`. Where the
line was JSON they may put its keys beside theirs (Merge_Log); then these keys are the record.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader, add_flags, new_record
from streams.dialects.envelopes.kubernetes_names import set_kubernetes
from streams.dialects.keyed import move_to_resource, rename
from streams.dialects.moves import lift_to_resource, take_time
from streams.dialects.roles import words
from streams.types import Record, Source

NAME = "kubernetes"
_LINES = ("log", "message")
_TIMES = ("time", "@timestamp", "timestamp", "date")
_OWN = frozenset(
    words("kubernetes docker stream logtag _p tag file source_type timestamp_end container_id fluentd_tag")
)
"""What collectors add; a line's own keys of these names go with theirs."""


def _compile_objects(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    own = [key for key in present if key in _OWN]
    times = [key for key in _TIMES if key in present]
    rest = [key for key in present if key not in _OWN]
    only_line = sum(key not in times for key in rest) <= 1

    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        record = new_record(NAME, event_id, observed, source)
        record["attributes"] = {key: document[key] for key in own}
        line = next((key for key in _LINES if isinstance(document.get(key), str)), None)
        if line and only_line:
            _take_line(record, document, line, times, zone)
        else:
            _take_keys(record, {key: document[key] for key in rest})
        _name(record)
        return record

    return read


def _take_line(record: Record, document: dict[str, Any], line: str, times: list[str], zone: tzinfo) -> None:
    record["body"] = document[line]
    record["attributes"] |= {key: document[key] for key in times}
    if times:
        take_time(record, times[0], zone)
    if document.get("logtag") == "P":
        add_flags(record, "partial")


def _take_keys(record: Record, rest: dict[str, Any]) -> None:
    """Keys of the line beside the metadata are the record; the text that they come from may be there too."""
    original = rest.get("log")
    if isinstance(original, str) and original.startswith("{"):
        record["attributes"]["log.record.original"] = rest.pop("log")
    record["body"] = rest or None


def _name(record: Record) -> None:
    attributes = record["attributes"]
    for key, name in (("stream", "log.iostream"), ("file", "log.file.path")):
        rename(attributes, key, name)
    lift_to_resource(record, "docker", {"container_id": "container.id"})
    set_kubernetes(record)
    move_to_resource(record, "container_id", "container.id")


DIALECT = Dialect(
    name=NAME,
    summary="lines of containers with the pod's metadata, from Fluent Bit, Fluentd or Vector",
    link="https://docs.fluentbit.io/manual/data-pipeline/filters/kubernetes",
    signatures=(frozenset({"kubernetes"}),),
    test=lambda document: isinstance(document["kubernetes"], dict) and len(document) > 1,
    compile_objects=_compile_objects,
    envelope="log",
    examples=(
        Example(
            '{"time":"2024-03-10T14:13:06.719123456Z","stream":"stderr","logtag":"F","log":"[WARN] low",'
            '"kubernetes":{"pod_name":"cart-6f","namespace_name":"shop","pod_id":"b1","container_name":"cart",'
            '"host":"node-1","labels":{"app":"cart"},"container_hash":"sha256:1"}}',
            {
                "timestamp": "2024-03-10T14:13:06.719123456Z",
                "severity_number": 13,
                "body": "[WARN] low",
                "resource": {
                    "service.name": "cart",
                    "k8s.pod.name": "cart-6f",
                    "k8s.namespace.name": "shop",
                    "k8s.pod.uid": "b1",
                    "k8s.container.name": "cart",
                    "k8s.node.name": "node-1",
                    "k8s.pod.label.app": "cart",
                },
                "attributes": {
                    "log.iostream": "stderr",
                    "logtag": "F",
                    "kubernetes": {"container_hash": "sha256:1"},
                },
                "envelopes": ["kubernetes"],
            },
        ),
        Example(
            '{"level":"error","msg":"boom","ts":1710079986.5,"kubernetes":{"pod_name":"cart-6f","container_name":"cart"}}',
            {
                "timestamp": "2024-03-10T14:13:06.500000000Z",
                "severity_number": 17,
                "body": "boom",
                "resource": {"service.name": "cart", "k8s.pod.name": "cart-6f", "k8s.container.name": "cart"},
                "envelopes": ["kubernetes"],
            },
        ),
    ),
)
