"""`kubernetes`: the pod of a record, from its own fields, names of files and pods, and a list of the cluster's pods."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from streams.errors import ConfigurationError
from streams.processors.kubernetes import Kubernetes
from tests.processors import record_with
from tests.through import record_of

ID = "0123456789abcdef" * 4
UID = "7d1c2f5e-9d1c-4b7e-8f0a-2f1b3c4d5e6f"
POD = {"k8s.pod.name": "web-0", "k8s.namespace.name": "shop"}
CART = {
    "k8s.pod.name": "cart-6f5d8c7b9-x2x4z",
    "k8s.namespace.name": "shop",
    "k8s.container.name": "app",
    "container.id": ID,
    "k8s.replicaset.name": "cart-6f5d8c7b9",
    "k8s.deployment.name": "cart",
    "service.name": "cart",
}


def kubernetes(**options: Any) -> Kubernetes:
    return Kubernetes(Kubernetes.Options(**options))


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        pytest.param(POD, POD, id="OpenTelemetry's names"),
        pytest.param({"k8s": {"pod": {"name": "web-0"}, "namespace": {"name": "shop"}}}, POD, id="as objects"),
        pytest.param({"kubernetes.pod_name": "web-0", "kubernetes.namespace_name": "shop"}, POD, id="Fluent Bit, flat"),
        pytest.param({"kubernetes": {"pod_name": "web-0", "namespace_name": "shop"}}, POD, id="Fluent Bit"),
        pytest.param({"kubernetes.pod.name": "web-0", "kubernetes.namespace": "shop"}, POD, id="Filebeat, flat"),
        pytest.param(
            {"io.kubernetes.pod.name": "web-0", "io.kubernetes.pod.namespace": "shop"}, POD, id="Docker's labels"
        ),
        pytest.param(
            {"k8s.node.name": "n1"},
            {"k8s.node.name": "n1"},
            id="a node without a pod",
        ),
        pytest.param({"k8s.pod.name": 7, "kubernetes": "yes", "k8s": None}, {}, id="other types"),
        pytest.param({"pod": "web-0"}, {}, id="a word that may mean anything"),
    ],
)
def test_fields_of_the_record_are_read(attributes: dict[str, Any], expected: dict[str, str]) -> None:
    record = record_with(attributes)
    before = dict(record["attributes"])
    assert kubernetes().process(record) is bool(expected)
    assert record["resource"] == {"service.name": "unknown_service", **expected}
    assert record["attributes"] == before


@pytest.mark.parametrize(
    ("name", "path", "expected"),
    [
        pytest.param(
            "log.file.path",
            f"/var/log/containers/cart-6f5d8c7b9-x2x4z_shop_app-{ID}.log",
            CART,
            id="the kubelet's link",
        ),
        pytest.param("tag", f"kube.var.log.containers.cart-6f5d8c7b9-x2x4z_shop_app-{ID}.log", CART, id="a tag"),
        pytest.param(
            "filename",
            f"/var/log/pods/shop_web-0_{UID}/app/0.log",
            {**POD, "k8s.pod.uid": UID, "k8s.container.name": "app", "service.name": "app"},
            id="the kubelet's file",
        ),
        pytest.param(
            "file",
            f"/var/log/pods/shop_web-0_{UID}/app/12.log.20260101-000000.gz",
            {**POD, "k8s.pod.uid": UID, "k8s.container.name": "app", "service.name": "app"},
            id="a rotated file",
        ),
        pytest.param(
            "log.file.path", f"/var/lib/docker/containers/{ID}/{ID}-json.log", {"container.id": ID}, id="Docker's file"
        ),
        pytest.param("log.file.path", "/var/log/nginx/access.log", {}, id="any other file"),
        pytest.param("log.file.path", f"/var/log/containers/x_shop_app-{ID[1:]}.log", {}, id="a short id"),
        pytest.param("log.file.path", "/" * 2_000 + f"containers/a_b_c-{ID}.log", {}, id="too long"),
        pytest.param("log.file.path", ["x"], {}, id="not a text"),
        pytest.param("message.path", f"/var/log/containers/a_b_c-{ID}.log", {}, id="another attribute"),
    ],
)
def test_names_of_log_files_are_read(name: str, path: Any, expected: dict[str, str]) -> None:
    record = record_with({name: path})
    assert kubernetes().process(record) is bool(expected)
    assert record["resource"] == {"service.name": "unknown_service", **expected}


@pytest.mark.parametrize("first", ["web-0", "web-1"])
def test_of_two_that_differ_the_first_counts(first: str) -> None:
    second = {"web-0": "web-1", "web-1": "web-0"}[first]
    record = record_with({"kubernetes.pod_name": first, "k8s.pod.name": second})
    kubernetes().process(record)
    assert record["resource"]["k8s.pod.name"] == first
    record = record_with({name: f"/var/log/containers/{pod}_shop_app-{ID}.log" for name, pod in (
        ("file", first), ("log.file.path", second)
    )})  # fmt: skip
    kubernetes().process(record)
    assert record["resource"]["k8s.pod.name"] == first


def test_a_path_of_another_pod_is_not_believed() -> None:
    record = record_with({"file": f"/var/log/containers/other-1_shop_x-{ID}.log"}, {**POD, "service.name": "web"})
    assert kubernetes().process(record) is False
    assert record["resource"] == {**POD, "service.name": "web"}


@pytest.mark.parametrize(
    ("pod", "deployment"),
    [
        ("cart-6f5d8c7b9-x2x4z", "cart"),
        ("the-cart-v2-75675f5897-7ci7o", None),
        ("the-cart-v2-75675f5897-7cn7z", "the-cart-v2"),
        ("web-0", None),
        ("agent-x2x4z", None),
        ("cart-6f5d8c7b9", None),
        ("backup-28500000-x2x4z", None),
    ],
)
def test_a_deployments_pods_tell_it_by_their_name(pod: str, deployment: str | None) -> None:
    record = record_with({}, {"k8s.pod.name": pod})
    kubernetes().process(record)
    assert record["resource"].get("k8s.deployment.name") == deployment


def test_a_service_with_a_name_keeps_it_and_one_without_is_marked() -> None:
    named, nameless = (record_with({}, {"k8s.pod.name": "cart-6f5d8c7b9-x2x4z", **more}) for more in (
        {"service.name": "basket"}, {}
    ))  # fmt: skip
    assert kubernetes().process(named)
    assert kubernetes().process(nameless)
    assert (named["resource"]["service.name"], named.get("flags")) == ("basket", None)
    assert (nameless["resource"]["service.name"], nameless.get("flags")) == ("cart", ["service.inferred"])


@pytest.mark.parametrize(
    ("value", "pod"),
    [
        pytest.param(
            {"log": "x", "kubernetes": {"pod_name": "web-0", "namespace_name": "shop"}}, "web-0", id="Fluent Bit"
        ),
        pytest.param(
            {
                "message": "x",
                "agent": {"type": "filebeat"},
                "ecs": {"version": "8.0.0"},
                "log": {"file": {"path": f"/var/log/containers/web-0_shop_app-{ID}.log"}, "offset": 1},
                "@timestamp": "2026-11-24T12:00:00Z",
            },
            "web-0",
            id="Filebeat without metadata",
        ),
        pytest.param({"message": "x", "level": "info", "k8s.pod.name": "web-0"}, "web-0", id="an application"),
        pytest.param(
            {
                "log": "x\n",
                "stream": "stdout",
                "time": "2026-11-24T12:00:00Z",
                "attrs": {"io.kubernetes.pod.name": "web-0"},
            },
            "web-0",
            id="Docker",
        ),
    ],
)  # fmt: skip
def test_what_collectors_send_names_its_pod(value: dict[str, Any], pod: str) -> None:
    record: Any = record_of(json.dumps(value))
    kubernetes().process(record)
    assert record["resource"]["k8s.pod.name"] == pod


def listed(**more: Any) -> dict[str, Any]:
    return {
        "metadata": {
            "name": "cart-6f5d8c7b9-x2x4z",
            "namespace": "shop",
            "uid": UID,
            "labels": {"pod-template-hash": "6f5d8c7b9", "owner": "team-shop", "app.kubernetes.io/name": "basket"},
            "ownerReferences": [{"kind": "ReplicaSet", "name": "cart-6f5d8c7b9"}],
        },
        "spec": {"nodeName": "node-1"},
        "status": {"containerStatuses": [{"name": "app", "containerID": f"containerd://{ID}"}]},
        **more,
    }


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pods.json"
    path.write_text(json.dumps({"kind": "List", "items": [listed()]}))
    return path


@pytest.mark.parametrize(
    "known",
    [
        pytest.param({"k8s.pod.name": "cart-6f5d8c7b9-x2x4z", "k8s.namespace.name": "shop"}, id="by name"),
        pytest.param({"container.id": ID}, id="by the id of a container"),
    ],
)
def test_a_list_of_pods_tells_the_rest(file: Path, known: dict[str, str]) -> None:
    record = record_with({}, known)
    assert kubernetes(file=file, labels=["owner", "app.*"]).process(record)
    expected = {
        "k8s.pod.name": "cart-6f5d8c7b9-x2x4z",
        "k8s.namespace.name": "shop",
        "k8s.pod.uid": UID,
        "k8s.node.name": "node-1",
        "k8s.replicaset.name": "cart-6f5d8c7b9",
        "k8s.deployment.name": "cart",
        "k8s.pod.label.owner": "team-shop",
        "k8s.pod.label.app.kubernetes.io/name": "basket",
        "service.name": "basket",
    }
    container = {"container.id": ID, "k8s.container.name": "app"} if "container.id" in known else {}
    assert record["resource"] == {**expected, **container}


@pytest.mark.parametrize(
    "known",
    [
        pytest.param({"k8s.pod.name": "cart-6f5d8c7b9-x2x4z", "k8s.namespace.name": "other"}, id="another namespace"),
        pytest.param({"container.id": "f" * 64}, id="another container"),
        pytest.param({"container.id": ["x"], "k8s.pod.name": {"a": 1}, "k8s.namespace.name": 3}, id="other types"),
    ],
)
def test_a_pod_that_is_not_listed_learns_nothing(file: Path, known: dict[str, Any]) -> None:
    record = record_with({}, {**known, "service.name": "x"})
    kubernetes(file=file).process(record)
    assert "k8s.node.name" not in record["resource"]


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("StatefulSet", "k8s.statefulset.name"),
        ("DaemonSet", "k8s.daemonset.name"),
        ("Job", "k8s.job.name"),
        ("Rollout", None),
    ],
)
def test_other_workloads_are_told_too(tmp_path: Path, kind: str, key: str | None) -> None:
    owned = {"name": "p", "namespace": "n", "ownerReferences": [{"kind": kind, "name": "w"}, "odd"]}
    path = tmp_path / "pods.json"
    path.write_text(json.dumps({"items": [listed(metadata=owned)]}))
    record = record_with({}, {"k8s.pod.name": "p", "k8s.namespace.name": "n"})
    kubernetes(file=path).process(record)
    assert [name for name, value in record["resource"].items() if value == "w" and name != "service.name"] == (
        [key] if key else []
    )


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(None, "No such file", id="missing"),
        pytest.param('{"items": [\n{"metadata": }', "line 2: it is not JSON", id="no JSON"),
        pytest.param("[]", "no list with `items`", id="another document"),
        pytest.param('{"items": {}}', "no list with `items`", id="no items"),
        pytest.param(
            json.dumps({"items": [listed(), {"metadata": {"name": "x"}}]}), r"items\[1\] is no pod", id="no pod"
        ),
        pytest.param('{"items": [null]}', r"items\[0\] is no pod", id="null"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_with_its_place(tmp_path: Path, content: str | None, told: str) -> None:
    path = tmp_path / "pods.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError, match=told) as caught:
        kubernetes(file=path)
    assert "kubectl get pods" in caught.value.cure


def test_the_snapshot_is_the_hash_of_the_list(file: Path) -> None:
    before = kubernetes(file=file).snapshot()
    assert kubernetes(file=file).snapshot() == before
    file.write_text('{"items": []}')
    assert kubernetes(file=file).snapshot() not in ("", before)
    assert (kubernetes(file=file).files(), kubernetes().files(), kubernetes().snapshot()) == ((file,), (), "")
