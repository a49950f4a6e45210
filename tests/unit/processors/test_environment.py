"""`environment`: rules of globs, the first that names a field counts, and the source's own word before all."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.examples import example
from streams.processors.environment import Environment
from tests.processors import record_with

NAME = "deployment.environment.name"
STAGING = {"service": "*-staging", "environment": "staging"}
PRODUCTION = {"topic": "raw-*", "environment": "production", "region": "eu-west-1"}
CLUSTER = {"host": "web-[0-9]*", "resource": {"k8s.namespace.name": "shop?"}, "cluster": "one"}
FLAGS = {"service": "cart", "feature_flags": {"basket": "b", "dark": True}}


def concluded(*rules: dict[str, Any], **resource: Any) -> dict[str, Any]:
    """What the rules add to the resource and the attributes of a record."""
    given = {name.replace("_", "."): value for name, value in resource.items()}
    record = record_with({}, given)
    before = dict(record["resource"])
    acted = Environment(Environment.Options(rules=rules)).process(record)
    said = {name: value for name, value in record["resource"].items() if name not in before} | record["attributes"]
    assert acted is bool(said)
    return said


@pytest.mark.parametrize(
    ("rules", "resource", "expected"),
    [
        pytest.param((), {}, {}, id="no rules"),
        pytest.param((PRODUCTION,), {}, {NAME: "production", "cloud.region": "eu-west-1"}, id="by topic"),
        pytest.param(({**PRODUCTION, "topic": "other"},), {}, {}, id="another topic"),
        pytest.param((STAGING,), {"service_name": "cart-staging"}, {NAME: "staging"}, id="by service"),
        pytest.param(
            (STAGING, PRODUCTION),
            {"service_name": "cart-staging"},
            {NAME: "staging", "cloud.region": "eu-west-1"},
            id="the first that names a field",
        ),
        pytest.param(
            (CLUSTER,),
            {"host_name": "web-7", "k8s_namespace_name": "shop1"},
            {"k8s.cluster.name": "one"},
            id="by host and a key of the resource",
        ),
        pytest.param((CLUSTER,), {"host_name": "web-7", "k8s_namespace_name": "shop"}, {}, id="one of two only"),
        pytest.param((CLUSTER,), {"host_name": "web-x", "k8s_namespace_name": "shop1"}, {}, id="no such host"),
        pytest.param((CLUSTER,), {"host_name": 7}, {}, id="a number"),
        pytest.param(
            (FLAGS,), {"service_name": "cart"}, {"feature_flag.basket": "b", "feature_flag.dark": True}, id="flags"
        ),
        pytest.param((PRODUCTION,), {"deployment_environment_name": "own"}, {"cloud.region": "eu-west-1"}, id="own"),
        pytest.param((PRODUCTION,), {"deployment_environment": "old"}, {NAME: "old", "cloud.region": "eu-west-1"},
                     id="own, under the old name"),
        pytest.param((), {"deployment_environment": "old"}, {NAME: "old"}, id="the old name without rules"),
    ],
)  # fmt: skip
def test_rules_name_what_the_source_does_not(
    rules: tuple[dict[str, Any], ...], resource: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert concluded(*rules, **resource) == expected


def test_points_of_metrics_get_no_flags() -> None:
    point: Any = example("metric_sum", attributes={}, resource={"service.name": "cart"})
    assert not Environment(Environment.Options(rules=(FLAGS,))).process(point)


def test_ever_new_hosts_cost_no_memory() -> None:
    processor = Environment(Environment.Options(rules=(PRODUCTION,)))
    for number in range(10_000):
        processor.process(record_with({}, {"host.name": f"web-{number}"}))
    assert len(processor._remembered) < 5_000


def test_what_other_records_said_changes_nothing() -> None:
    """1 and True are equal to Python, and not to a glob."""
    processor = Environment(
        Environment.Options(rules=({"host": "1", "region": "one"}, {"host": "T*", "region": "true"}))
    )
    for value, region in ((1, "one"), (True, "true"), (1, "one"), ("1", "one"), ([], None)):
        record = record_with({}, {"host.name": value})
        processor.process(record)
        assert record["resource"].get("cloud.region") == region


def test_a_long_glob_is_matched_in_linear_time() -> None:
    """`fnmatch` gives patterns that never go back; fifty stars would take for ever otherwise."""
    assert concluded({"host": "*a" * 50 + "b", "region": "x"}, host_name="a" * 5_000) == {}


@pytest.mark.parametrize("rule", [{"hots": "x"}, {"environment": ""}, {"feature_flags": {"a": [1]}}])
def test_a_rule_that_is_wrong_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Environment.Options(rules=(rule,))
