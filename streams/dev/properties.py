"""`server.properties` of one broker (Kafka documentation, "Broker Configs" and "KRaft")."""

from collections.abc import Mapping, Sequence

from streams.dev.addresses import NodeAddress
from streams.dev.ports import HOST

# Below the broker's own folder, which is its working directory: a data folder with a comma or a
# non-Latin name in its path is no problem that way.
LOG_DIR = "data"

_SMALL = {
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    "transaction.state.log.num.partitions": "3",
    "share.coordinator.state.topic.num.partitions": "3",
}
# Disk use is bounded by size alone: by time, records with old timestamps would vanish at once.
_RETENTION = {
    "log.retention.ms": "-1",
    "log.retention.bytes": str(1024 * 1024 * 1024),
    "log.segment.bytes": str(64 * 1024 * 1024),
}
# A killed broker's partitions move after 4 s instead of 9, and groups assemble without delay.
_QUICK = {
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "4000",
    "group.initial.rebalance.delay.ms": "0",
}


def server_properties(node: NodeAddress, nodes: Sequence[NodeAddress], overrides: Mapping[str, str]) -> dict[str, str]:
    """The properties of `node` in the cluster of `nodes`; `overrides` win over everything.

    Every topic, internal ones included, has a copy on each node, and writes with `acks=all` need all
    copies but one (one of one, two of three).
    """
    copies = str(len(nodes))
    needed = str(max(1, len(nodes) - 1))
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.voters": ",".join(f"{n.id}@{HOST}:{n.controller_port}" for n in nodes),
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{HOST}:{node.port},CONTROLLER://{HOST}:{node.controller_port}",
        "log.dirs": LOG_DIR,
        "auto.create.topics.enable": "false",
        "default.replication.factor": copies,
        "min.insync.replicas": needed,
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": needed,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": needed,
        **_SMALL,
        **_RETENTION,
        **_QUICK,
        **overrides,
    }


def render(properties: Mapping[str, str]) -> str:
    """The text of a properties file (java.util.Properties): ASCII, one `name=value` a line."""
    return "".join(f"{name}={_escape(value)}\n" for name, value in properties.items())


def _escape(value: str) -> str:
    return "".join(c if "!" <= c <= "~" and c != "\\" else _utf16_escapes(c) for c in value)


def _utf16_escapes(char: str) -> str:
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))
