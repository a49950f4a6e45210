"""Docker's json-file log: one object a line that the container wrote, or a part of one that was long.

Source: moby, daemon/logger/jsonfilelog (`log`, `stream`, `attrs`, `time`). The text keeps its line end, and a part that
is not the last has none. `attrs` are the labels and environment that the `labels`, `env` and `tag` options name.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example, add_flags
from streams.dialects.keyed import Reading, keyed, rename
from streams.dialects.moves import lift_to_resource
from streams.dialects.roles import KEYS
from streams.types import Record

NAME = "docker-json"
_STREAMS = frozenset({"stdout", "stderr"})
_LABELS = {
    "com.docker.compose.service": "service.name",
    "com.docker.swarm.service.name": "service.name",
    "com.docker.compose.project": "service.namespace",
    "io.kubernetes.container.name": "k8s.container.name",
    "io.kubernetes.pod.name": "k8s.pod.name",
    "io.kubernetes.pod.namespace": "k8s.namespace.name",
    "io.kubernetes.pod.uid": "k8s.pod.uid",
}


def _is_of_docker(document: dict[str, Any]) -> bool:
    return isinstance(document["log"], str) and document["stream"] in _STREAMS


def _complete(record: Record) -> None:
    """Leave the line end to the reader of the text, which strips one."""
    if not record["body"].endswith("\n"):
        add_flags(record, "partial")
    rename(record["attributes"], "stream", "log.iostream")
    attributes = record["attributes"]
    if "attrs" in attributes:
        del record["resource"]["service.name"]
        lift_to_resource(record, "attrs", _LABELS)
        named = record["resource"].get("service.name") or record["resource"].get("k8s.container.name")
        record["resource"]["service.name"] = named if isinstance(named, str) else "unknown_service"


DIALECT = Dialect(
    name=NAME,
    summary="lines of Docker's json-file log; the line is a record of its own",
    link="https://docs.docker.com/engine/logging/drivers/json-file/",
    signatures=(frozenset({"log", "stream", "time"}),),
    without=frozenset({"kubernetes", "logtag", "_p"}),
    test=_is_of_docker,
    compile_objects=keyed(
        NAME,
        Reading(
            KEYS._replace(time=("time",), severity=(), body=("log",), service=(), host=(), logger=()), then=_complete
        ),
    ),
    envelope="log",
    examples=(
        Example(
            '{"log":"{\\"level\\":30,\\"time\\":1531171074631,\\"msg\\":\\"hello\\",\\"pid\\":657,\\"hostname\\":\\"web\\"}\\n",'
            '"stream":"stdout","attrs":{"com.docker.compose.service":"cart"},"time":"2018-07-09T21:17:54.700000001Z"}',
            {
                "timestamp": "2018-07-09T21:17:54.631000000Z",
                "severity_number": 9,
                "body": "hello",
                "resource": {"service.name": "cart", "host.name": "web"},
                "envelopes": ["docker-json"],
            },
        ),
        Example(
            '{"log":"This is a partial ","stream":"stderr","time":"2024-01-15T10:30:46.123456789Z"}',
            {
                "timestamp": "2024-01-15T10:30:46.123456789Z",
                "severity_number": 0,
                "body": "This is a partial ",
                "attributes": {"log.iostream": "stderr"},
                "flags": ["partial"],
            },
        ),
    ),
)
