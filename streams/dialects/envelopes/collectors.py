"""Lines as log collectors ship them: the line, and where it was read.

Sources: Filebeat and its siblings (`agent`, `@metadata.beat`; the rest in Elastic Common Schema), Vector's sources
(`source_type`), Fluent Bit's inputs (`date`, `log`) and what its and Fluentd's CRI parsers make (`stream`, `logtag`).
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, ObjectReader, add_flags
from streams.dialects.envelopes.kubernetes_names import set_kubernetes
from streams.dialects.keyed import Reading, keyed, rename
from streams.dialects.loggers.ecs import compile_objects as compile_ecs
from streams.dialects.roles import KEYS, words
from streams.types import Record, Source

_FILEBEAT, _VECTOR, _FLUENT = "filebeat", "vector", "fluent-bit"
_LINE = KEYS._replace(severity=(), service=(), logger=())
_OF_VECTOR = _LINE._replace(severity=("severity",), body=("message",), service=("appname",))
"""Of what these sources write only syslog's has a severity and a name of a program."""
_VECTOR_SOURCES = frozenset(words("file docker_logs stdin exec socket kubernetes_logs kafka fluent logstash syslog"))
_STREAMS = frozenset({"stdout", "stderr"})


def _is_of_beats(document: dict[str, Any]) -> bool:
    """A line that Filebeat took apart has a level already."""
    agent, metadata, log = (document.get(key) for key in ("agent", "@metadata", "log"))
    shipped = (isinstance(agent, dict) and "type" in agent) or (isinstance(metadata, dict) and "beat" in metadata)
    levelled = "log.level" in document or (isinstance(log, dict) and "level" in log)
    return shipped and not levelled and isinstance(document["message"], str)


def _compile_beats(present: tuple[str, ...], zone: tzinfo) -> ObjectReader:
    read_ecs = compile_ecs(present, zone)

    def read(document: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
        record = read_ecs(document, event_id, observed, source)
        record["dialect"] = _FILEBEAT
        rename(record["attributes"], "stream", "log.iostream")
        set_kubernetes(record)
        return record

    return read


def _is_of_vector(document: dict[str, Any]) -> bool:
    return document["source_type"] in _VECTOR_SOURCES and isinstance(document["message"], str)


def _is_of_fluent(document: dict[str, Any]) -> bool:
    """A number called date beside a text is Fluent Bit's alone, and so are the tags of CRI that its parser leaves."""
    if not isinstance(document.get("log", document.get("message")), str):
        return False
    return isinstance(document.get("date"), int | float) or document.get("stream") in _STREAMS


def _name_stream(record: Record) -> None:
    attributes = record["attributes"]
    rename(attributes, "stream", "log.iostream")
    rename(attributes, "file", "log.file.path")
    if attributes.get("logtag") == "P" or attributes.get("_p") == "P":
        add_flags(record, "partial")


FILEBEAT = Dialect(
    name=_FILEBEAT,
    summary="lines that Filebeat ships; the line is a record of its own",
    link="https://www.elastic.co/docs/reference/beats/filebeat/exported-fields-log",
    signatures=(frozenset({"@timestamp", "message", "agent"}), frozenset({"@timestamp", "message", "@metadata"})),
    test=_is_of_beats,
    compile_objects=_compile_beats,
    envelope="message",
    examples=(
        Example(
            '{"@timestamp":"2024-03-10T14:13:07.001Z","@metadata":{"beat":"filebeat","type":"_doc","version":"8.11.0"},'
            '"message":"{\\"level\\":\\"warn\\",\\"message\\":\\"low\\",\\"time\\":\\"2024-03-10T14:13:06.719123Z\\"}",'
            '"log":{"file":{"path":"/var/log/app.log"},"offset":42},"agent":{"type":"filebeat","version":"8.11.0"},'
            '"host":{"name":"web-3"},"kubernetes":{"pod":{"name":"cart-6f"},"namespace":"shop",'
            '"container":{"name":"cart"}},"ecs":{"version":"8.0.0"}}',
            {
                "timestamp": "2024-03-10T14:13:06.719123000Z",
                "severity_number": 13,
                "body": "low",
                "resource": {
                    "service.name": "cart",
                    "host.name": "web-3",
                    "agent.type": "filebeat",
                    "agent.version": "8.11.0",
                    "k8s.pod.name": "cart-6f",
                    "k8s.namespace.name": "shop",
                    "k8s.container.name": "cart",
                },
                "envelopes": ["filebeat"],
            },
        ),
    ),
)

VECTOR = Dialect(
    name=_VECTOR,
    summary="lines that Vector ships; the line is a record of its own",
    link="https://vector.dev/docs/reference/configuration/sources/file/",
    signatures=(frozenset({"message", "source_type"}),),
    without=frozenset({"kubernetes"}),
    test=_is_of_vector,
    compile_objects=keyed(_VECTOR, Reading(_OF_VECTOR, then=_name_stream)),
    envelope="message",
    examples=(
        Example(
            '{"file":"/var/log/app.log","host":"web-3","message":"[WARN] low","source_type":"file",'
            '"timestamp":"2024-03-10T14:13:06.719123456Z"}',
            {
                "timestamp": "2024-03-10T14:13:06.719123456Z",
                "severity_number": 13,
                "body": "[WARN] low",
                "resource": {"service.name": "unknown_service", "host.name": "web-3"},
                "attributes": {"log.file.path": "/var/log/app.log", "source_type": "file"},
                "envelopes": ["vector"],
            },
        ),
    ),
)

FLUENT_BIT = Dialect(
    name=_FLUENT,
    summary="lines that Fluent Bit or Fluentd ship; the line is a record of its own",
    link="https://docs.fluentbit.io/manual/concepts/data-pipeline/parser",
    signatures=(
        frozenset({"date", "log"}),
        frozenset({"stream", "logtag", "log"}),
        frozenset({"stream", "logtag", "message"}),
        frozenset({"stream", "_p", "log"}),
        frozenset({"@timestamp", "stream", "log"}),
    ),
    without=frozenset({"kubernetes"}),
    test=_is_of_fluent,
    compile_objects=keyed(_FLUENT, Reading(_LINE._replace(body=("log", "message")), then=_name_stream)),
    envelope="log",
    examples=(
        Example(
            '{"date":1710079986.719123,"log":"[WARN] low"}',
            {
                "timestamp": "2024-03-10T14:13:06.719123000Z",
                "severity_number": 13,
                "body": "[WARN] low",
                "envelopes": ["fluent-bit"],
            },
        ),
        Example(
            '{"stream":"stdout","logtag":"P","log":"first part","time":"2024-03-10T14:13:06.719123456Z"}',
            {
                "timestamp": "2024-03-10T14:13:06.719123456Z",
                "body": "first part",
                "attributes": {"log.iostream": "stdout", "logtag": "P"},
                "flags": ["partial"],
            },
        ),
    ),
)
