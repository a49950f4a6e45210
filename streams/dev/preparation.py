"""Make a locked data folder ready for the brokers: cluster file, ports, properties, format."""

import base64
import uuid
from collections.abc import Mapping, Sequence

from streams.dev.addresses import assign_addresses
from streams.dev.formatting import format_nodes
from streams.dev.jars import manifest
from streams.dev.properties import render, server_properties
from streams.dev.storage import ClusterFile, DataFolder, admit


def prepare(
    folder: DataFolder, *, brokers: int, port: int | None, properties: Mapping[str, str], storage_tool: Sequence[str]
) -> ClusterFile:
    """Create the cluster in an empty folder or take up the one that is there; return it with its ports of now.

    `storage_tool` is the command line of `kafka.tools.StorageTool`. Raises DataFolderUnusable, PortTaken,
    and ConfigurationError when Kafka refuses `properties`.
    """
    cluster = _taken_up(folder, brokers)
    cluster = cluster.model_copy(update={"nodes": assign_addresses(brokers, port, cluster.nodes)})
    if not cluster.formatted:
        folder.clear_nodes()
    folder.write(cluster)
    for node in cluster.nodes:
        folder.node_folder(node.id).mkdir(exist_ok=True)
        text = render(server_properties(node, cluster.nodes, properties))
        (folder.node_folder(node.id) / "server.properties").write_text(text)
    if not cluster.formatted:
        node_folders = [folder.node_folder(node.id) for node in cluster.nodes]
        format_nodes(node_folders, storage_tool, cluster.cluster_id, folder.lock_fd)
        cluster = cluster.model_copy(update={"formatted": True})
        folder.write(cluster)
    return cluster


def _taken_up(folder: DataFolder, brokers: int) -> ClusterFile:
    version = manifest().kafka_version
    cluster = folder.read()
    if cluster is None or not cluster.formatted:
        return ClusterFile(cluster_id=_new_cluster_id(), kafka_version=version, formatted=False, nodes=())
    return admit(cluster, kafka_version=version, brokers=brokers, folder=folder.path)


def _new_cluster_id() -> str:
    """A random UUID as Kafka writes it: base64url without padding, never starting with a dash."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not text.startswith("-"):
            return text
