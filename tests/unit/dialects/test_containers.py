"""Lines of containers: Docker, CRI, prefixes of compose and kubectl, the pod's metadata, and collectors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from streams.testing import FakeRecord
from tests.through import record_of, records_of

TIME = "2024-03-10T14:13:06.719123456Z"


def docker(log: str, **more: Any) -> str:
    return json.dumps({"log": log, "stream": "stdout", "time": TIME, **more})


@pytest.mark.parametrize(
    ("log", "body", "flags"),
    [
        ("hello\n", "hello", []),
        ("hello\r\n", "hello", []),
        ("hello\n\n", "hello\n", []),
        ("hello", "hello", ["partial"]),
        ("  \thello \n", "  \thello ", []),
        ("\n", "", []),
        ("", "", ["partial"]),
    ],
)
def test_docker_ends_a_line_by_a_newline_and_a_part_by_none(log: str, body: str, flags: list[str]) -> None:
    record = record_of(docker(log))
    assert (record["body"], record.get("flags", []), record["timestamp"]) == (body, flags, TIME)
    assert record["attributes"]["log.iostream"] == "stdout"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("2024-03-10T14:13:05.1Z", "2024-03-10T14:13:05.100000000Z"),
        ("2024-03-10T14:13:06.718Z", "2024-03-10T14:13:06.718000000Z"),
        ("2024-03-10T14:13:06.719Z", TIME),
        ("2024-03-10T14:13:06Z", TIME),
    ],
    ids=["earlier", "another millisecond", "the same millisecond", "the same second"],
)
def test_the_line_knows_its_time_best_unless_the_envelope_says_the_same_time_finer(inner: str, expected: str) -> None:
    assert record_of(docker(f'{{"time":"{inner}","level":"info","msg":"x"}}\n'))["timestamp"] == expected


def test_stderr_is_no_severity() -> None:
    assert record_of(docker("oops\n", stream="stderr"))["severity_number"] == 0


@pytest.mark.parametrize(
    ("attrs", "resource", "rest"),
    [
        ({"com.docker.compose.service": "cart"}, {"service.name": "cart"}, None),
        (
            {"com.docker.swarm.service.name": "shop_cart", "tag": "x"},
            {"service.name": "shop_cart"},
            {"tag": "x"},
        ),
        (
            {"io.kubernetes.container.name": "cart", "io.kubernetes.pod.namespace": "shop"},
            {"service.name": "cart", "k8s.container.name": "cart", "k8s.namespace.name": "shop"},
            None,
        ),
        ({"env": "prod"}, {"service.name": "unknown_service"}, {"env": "prod"}),
        ("no object", {"service.name": "unknown_service"}, "no object"),
    ],
)
def test_labels_of_a_container_may_name_its_service(attrs: Any, resource: dict[str, str], rest: Any) -> None:
    record = record_of(docker("x\n", attrs=attrs))
    assert (record["resource"], record["attributes"].get("attrs")) == (resource, rest)


def test_a_service_that_the_line_names_goes_before_the_label() -> None:
    line = '{"level":"info","message":"x","service":"inner"}\n'
    assert record_of(docker(line, attrs={"com.docker.compose.service": "cart"}))["resource"] == {
        "service.name": "inner"
    }


@pytest.mark.parametrize("change", [{"log": 5}, {"stream": "other"}, {"log": None}])
def test_what_only_looks_like_docker_is_read_by_its_keys(change: dict[str, Any]) -> None:
    document = {"log": "x\n", "stream": "stdout", "time": TIME} | change
    assert record_of(json.dumps(document)).get("envelopes") is None


@pytest.mark.parametrize(
    ("line", "body", "flags", "tags"),
    [
        (f"{TIME} stdout F hello", "hello", [], None),
        (f"{TIME} stdout F hello\n", "hello", [], None),
        (f"{TIME} stdout F  two blanks ", " two blanks ", [], None),
        (f"{TIME} stdout P first ", "first ", ["partial"], None),
        (f"{TIME} stdout P:one:two first", "first", ["partial"], ["one", "two"]),
        (f"{TIME} stdout F ", "", [], None),
        (f"{TIME} stdout F", "", [], None),
    ],
)
def test_cri_tags_a_whole_line_or_a_part(line: str, body: str, flags: list[str], tags: list[str] | None) -> None:
    record = record_of(line)
    assert (record["body"], record.get("flags", []), record["envelopes"]) == (body, flags, ["cri"])
    assert (record["timestamp"], record["attributes"].get("cri.tags")) == (TIME, tags)


@pytest.mark.parametrize(
    "line", [f"{TIME} stdout X hello", f"{TIME} stdlog F hello", f"{TIME} hello", "2024-03-10 stdout F hello"]
)
def test_a_line_that_is_not_of_cri_stays_whole(line: str) -> None:
    record = record_of(line)
    assert ("cri" in record.get("envelopes", ()), record["body"]) == (False, line)


@pytest.mark.parametrize(
    ("line", "resource"),
    [
        ('caddy  | {"level":"info","msg":"x"}', {"service.name": "caddy", "container.name": "caddy"}),
        ('shop-web-12 | {"level":"info","msg":"x"}', {"service.name": "shop-web", "container.name": "shop-web-12"}),
        ('\x1b[36mweb_1  |\x1b[0m {"level":"info","msg":"x"}', {"service.name": "web", "container.name": "web_1"}),
        ('web_1|{"level":"info","msg":"x"}', {"service.name": "web", "container.name": "web_1"}),
        ('with prefix | {"level":"info","msg":"x"}', {"service.name": "unknown_service"}),
        ('nginx: {"level":"info","msg":"x"}', {"service.name": "unknown_service"}),
        ('app[17]: {"level":"info","msg":"x"}', {"service.name": "unknown_service"}),
        ('@cee: {"level":"info","msg":"x"}', {"service.name": "unknown_service"}),
        ('@cee:{"level":"info","msg":"x"}', {"service.name": "unknown_service"}),
        (f'{TIME} {{"level":"info","msg":"x"}}', {"service.name": "unknown_service"}),
        (f'[{TIME}] {{"level":"info","msg":"x"}}\n', {"service.name": "unknown_service"}),
        (
            '[pod/cart-6f/cart] {"level":"info","msg":"x"}',
            {"service.name": "cart", "k8s.pod.name": "cart-6f", "k8s.container.name": "cart"},
        ),
    ],
)
def test_a_record_in_json_is_found_behind_a_prefix(line: str, resource: dict[str, str]) -> None:
    record = record_of(line)
    assert (record["body"], record["severity_number"]) == ("x", 9)
    assert (record["envelopes"], record["resource"]) == (["prefixed"], resource)


def test_prefixes_stand_before_each_other() -> None:
    record = record_of(f'web-1  | {TIME} {{"level":"info","msg":"x"}}')
    assert (record["envelopes"], record["timestamp"]) == (["prefixed", "prefixed"], TIME)


@pytest.mark.parametrize(
    ("line", "body", "service"),
    [
        ("web-1  | hello", "hello", "web"),
        ("web_1 | {not json}", "{not json}", "web"),
        ("[pod/cart-6f/cart] hello", "hello", "cart"),
    ],
)
def test_a_text_is_found_behind_a_prefix_that_is_unmistakable(line: str, body: str, service: str) -> None:
    record = record_of(line)
    assert (record["body"], record["resource"]["service.name"]) == (body, service)


@pytest.mark.parametrize(
    "line",
    [
        "caddy  | hello",
        "ERROR | something | happened",
        'payload: {"a":1}',
        "note: {not json}",
        "a=b | {x}",
        "[pod/cart] hello",
    ],
)
def test_prose_is_no_prefix(line: str) -> None:
    record = record_of(line)
    assert (record["body"], record.get("envelopes")) == (line, None)


FLUENT = {
    "pod_name": "cart-6f", "namespace_name": "shop", "container_name": "cart", "host": "node-1", "pod_id": "u",
    "docker_id": "d", "container_image": "img:1", "labels": {"app": "cart"}, "annotations": {"a/b": "c"},
}  # fmt: skip
VECTOR = {
    "pod_name": "cart-6f", "pod_namespace": "shop", "container_name": "cart", "pod_node_name": "node-1", "pod_uid": "u",
    "container_id": "d", "container_image": "img:1", "pod_labels": {"app": "cart"}, "pod_annotations": {"a/b": "c"},
}  # fmt: skip
BEATS = {
    "pod": {"name": "cart-6f", "uid": "u"}, "namespace": "shop", "container": {"name": "cart", "image": "img:1"},
    "node": {"name": "node-1"}, "container_id": "d", "labels": {"app": "cart"}, "annotations": {"a/b": "c"},
}  # fmt: skip
POD = {
    "service.name": "cart", "k8s.pod.name": "cart-6f", "k8s.namespace.name": "shop", "k8s.container.name": "cart",
    "k8s.node.name": "node-1", "k8s.pod.uid": "u", "container.id": "d", "container.image.name": "img:1",
    "k8s.pod.label.app": "cart", "k8s.pod.annotation.a/b": "c",
}  # fmt: skip


@pytest.mark.parametrize("metadata", [FLUENT, VECTOR, BEATS], ids=["Fluent Bit", "Vector", "Beats"])
def test_every_collector_s_words_for_a_pod_are_opentelemetry_s(metadata: dict[str, Any]) -> None:
    record = record_of(json.dumps({"log": "hello", "time": TIME, "stream": "stdout", "kubernetes": metadata}))
    assert (record["body"], record["resource"]) == ("hello", POD)
    assert record["attributes"] == {"log.iostream": "stdout"}


def test_metadata_without_a_name_there_are_kept() -> None:
    metadata = {**FLUENT, "pod_ips": ["10.0.0.1"], "node": {"hostname": "n", "labels": {"zone": "z"}}}
    record = record_of(json.dumps({"log": "hello", "kubernetes": metadata}))
    assert record["attributes"]["kubernetes"] == {"pod_ips": ["10.0.0.1"], "node": {"hostname": "n"}}
    assert record["resource"]["k8s.node.label.zone"] == "z"


@pytest.mark.parametrize("key", ["log", "message"])
def test_the_line_of_a_pod_is_read_as_the_record_that_it_is(key: str) -> None:
    line = '{"level":"error","msg":"boom","service":"inner"}'
    record = record_of(json.dumps({key: line, "@timestamp": TIME, "kubernetes": FLUENT}))
    assert (record["body"], record["severity_number"], record["timestamp"]) == ("boom", 17, TIME)
    assert record["resource"]["service.name"] == "inner"


def test_a_line_that_the_collector_took_apart_is_read_by_its_keys() -> None:
    line = '{"level":30,"time":1531171074631,"msg":"hello","pid":1,"hostname":"h"}'
    record = record_of(json.dumps({**json.loads(line), "log": line, "stream": "stdout", "kubernetes": FLUENT}))
    assert (record["dialect"], record["envelopes"], record["body"]) == ("pino", ["kubernetes"], "hello")
    assert record["attributes"]["log.record.original"] == line
    assert record["resource"]["k8s.pod.name"] == "cart-6f"


@pytest.mark.parametrize(
    ("document", "envelope"),
    [
        ({"@timestamp": TIME, "message": "hello", "agent": {"type": "filebeat"}, "log": {"offset": 1}}, "filebeat"),
        ({"@timestamp": TIME, "message": "hello", "@metadata": {"beat": "filebeat"}}, "filebeat"),
        ({"timestamp": TIME, "message": "hello", "source_type": "file", "file": "/a"}, "vector"),
        ({"timestamp": TIME, "message": "hello", "source_type": "docker_logs", "stream": "stdout"}, "vector"),
        ({"date": 1710079986.719123456, "log": "hello"}, "fluent-bit"),
        ({"stream": "stdout", "logtag": "F", "log": "hello", "time": TIME}, "fluent-bit"),
        ({"stream": "stdout", "_p": "F", "log": "hello", "time": TIME}, "fluent-bit"),
    ],
)
def test_a_line_that_a_collector_ships_is_found(document: dict[str, Any], envelope: str) -> None:
    record = record_of(json.dumps(document))
    assert (record["envelopes"], record["dialect"], record["body"]) == ([envelope], "text", "hello")
    assert record["timestamp"][:26] == TIME[:26]


@pytest.mark.parametrize(
    "document",
    [
        {"@timestamp": TIME, "message": "x", "agent": {"type": "filebeat"}, "log.level": "info"},
        {"timestamp": TIME, "message": "x", "source_type": "journald"},
        {"date": "2024-03-10", "log": "x"},
        {"message": "x", "kubernetes": "no object"},
    ],
)
def test_a_record_that_was_taken_apart_already_is_no_line(document: dict[str, Any]) -> None:
    assert record_of(json.dumps(document)).get("envelopes") is None


def test_parts_are_told_by_the_tag_that_a_collector_keeps() -> None:
    record = record_of(json.dumps({"stream": "stdout", "logtag": "P", "log": "first", "time": TIME}))
    assert record["flags"] == ["partial"]


@pytest.mark.parametrize(
    ("value", "dialect"),
    [
        ({"schema": {"type": "string"}, "payload": "hello"}, "text"),
        ({"schema": None, "payload": {"level": "info", "msg": "hello"}}, "zap"),
    ],
)
def test_a_payload_of_kafka_connect_is_read(value: dict[str, Any], dialect: str) -> None:
    record = record_of(json.dumps(value))
    assert (record["envelopes"], record["dialect"], record["body"]) == (["kafka-connect"], dialect, "hello")


@pytest.mark.parametrize("value", [{"schema": "x", "payload": 1}, {"schema": {"type": "x"}, "payload": 1, "more": 2}])
def test_other_objects_with_a_payload_are_their_own(value: dict[str, Any]) -> None:
    assert record_of(json.dumps(value)).get("envelopes") is None


def test_several_lines_in_an_envelope_s_line_are_several_records() -> None:
    batch = json.dumps({"records": [{"message": "a"}, {"message": "b"}]})
    records = records_of(docker(batch + "\n"))
    assert [record["body"] for record in records] == ["a", "b"]
    assert {tuple(record["envelopes"]) for record in records} == {("docker-json", "azure-event-hub")}


def test_a_nul_ends_objects_as_a_line_end_does() -> None:
    one, two = '{"version":"1.1","host":"h","short_message":"a"}', '{"version":"1.1","host":"h","short_message":"b"}'
    assert record_of(f"{one}\0")["body"] == "a"
    assert [record["body"] for record in records_of(f"{one}\0{two}\0")] == ["a", "b"]
    assert record_of(FakeRecord(b"\x01}\0"))["dialect"] == "raw"
