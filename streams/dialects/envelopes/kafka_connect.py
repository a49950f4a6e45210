"""What Kafka Connect's JsonConverter writes with its schemas on, and Debezium's change events.

Sources: Apache Kafka, JsonConverter (`{"schema": ..., "payload": ...}`); Debezium, "Data change events" (`before`,
`after`, `source`, `op`, `ts_ms`: when the connector took the change).
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS

_NAME, _CHANGE_NAME = "kafka-connect", "debezium"
_NOTHING = KEYS._replace(time=(), severity=(), body=(), trace=(), span=(), service=(), host=(), logger=())
_OPERATIONS = frozenset("crudtm")


def _is_with_schema(document: dict[str, Any]) -> bool:
    schema = document["schema"]
    return len(document) == 2 and (schema is None or (isinstance(schema, dict) and "type" in schema))


def _is_change(document: dict[str, Any]) -> bool:
    return document["op"] in _OPERATIONS if isinstance(document["op"], str) else False


DIALECT = Dialect(
    name=_NAME,
    summary="JSON with the schema of Kafka Connect; the payload is a record of its own",
    link="https://kafka.apache.org/documentation/#connect_running",
    signatures=(frozenset({"schema", "payload"}),),
    test=_is_with_schema,
    compile_objects=keyed(_NAME, Reading(_NOTHING._replace(body=("payload",)))),
    envelope="payload",
    examples=(
        Example(
            '{"schema":{"type":"string","optional":false},"payload":"[WARN] low"}',
            {
                "severity_number": 13,
                "body": "[WARN] low",
                "attributes": {"schema": {"type": "string", "optional": False}},
                "envelopes": ["kafka-connect"],
            },
        ),
    ),
)

DEBEZIUM = Dialect(
    name=_CHANGE_NAME,
    summary="change events of Debezium",
    link="https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-events",
    signatures=(frozenset({"op", "source", "ts_ms"}),),
    test=_is_change,
    compile_objects=keyed(_CHANGE_NAME, Reading(_NOTHING._replace(time=("ts_ns", "ts_us", "ts_ms")))),
    examples=(
        Example(
            '{"before":null,"after":{"id":1,"name":"Ann"},"source":{"table":"customers"},"op":"c","ts_ms":1559033904863}',
            {
                "timestamp": "2019-05-28T08:58:24.863000000Z",
                "severity_number": 0,
                "attributes": {
                    "before": None,
                    "after": {"id": 1, "name": "Ann"},
                    "source": {"table": "customers"},
                    "op": "c",
                },
            },
        ),
    ),
)
