"""server.properties of the embedded brokers."""

import pytest

from streams.dev.addresses import NodeAddress
from streams.dev.properties import render, server_properties

ONE = (NodeAddress(id=1, port=20001, controller_port=20002),)
THREE = tuple(NodeAddress(id=i, port=20000 + i, controller_port=21000 + i) for i in (1, 2, 3))


@pytest.mark.parametrize(("nodes", "copies", "needed"), [(ONE, "1", "1"), (THREE, "3", "2")])
def test_every_topic_has_a_copy_on_each_node_and_needs_all_but_one(
    nodes: tuple[NodeAddress, ...], copies: str, needed: str
) -> None:
    properties = server_properties(nodes[0], nodes, {})
    factors = {v for k, v in properties.items() if k.endswith("replication.factor")}
    needs = {v for k, v in properties.items() if k.endswith(("min.isr", "min.insync.replicas"))}
    assert (factors, needs) == ({copies}, {needed})


def test_listeners_and_voters_are_on_the_loopback_address_only() -> None:
    properties = server_properties(THREE[1], THREE, {})
    assert properties["node.id"] == "2"
    assert properties["listeners"] == "PLAINTEXT://127.0.0.1:20002,CONTROLLER://127.0.0.1:21002"
    assert properties["controller.quorum.voters"] == "1@127.0.0.1:21001,2@127.0.0.1:21002,3@127.0.0.1:21003"


def test_topics_are_not_created_by_touching_them_and_groups_assemble_at_once() -> None:
    properties = server_properties(ONE[0], ONE, {})
    assert properties["auto.create.topics.enable"] == "false"
    assert properties["group.initial.rebalance.delay.ms"] == "0"


def test_records_with_old_timestamps_are_not_deleted_by_time() -> None:
    properties = server_properties(ONE[0], ONE, {})
    assert properties["log.retention.ms"] == "-1"
    assert int(properties["log.retention.bytes"]) > int(properties["log.segment.bytes"])


def test_overrides_win_and_may_add() -> None:
    overrides = {"auto.create.topics.enable": "true", "compression.type": "zstd"}
    assert overrides.items() <= server_properties(ONE[0], ONE, overrides).items()


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("plain:/path,1", "k=plain:/path,1\n"),
        (" leading", "k=\\u0020leading\n"),
        ("back\\slash", "k=back\\u005cslash\n"),
        ("two\nlines", "k=two\\u000alines\n"),
        ("é", "k=\\u00e9\n"),
        ("😀", "k=\\ud83d\\ude00\n"),
    ],
)
def test_values_are_escaped_as_java_reads_properties_files(value: str, line: str) -> None:
    assert render({"k": value}) == line
