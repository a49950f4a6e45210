"""The data folder of an embedded cluster: who may use it, what it holds, and which Kafka may open it.

lock              held (flock) by the starter and by every broker it started
cluster.json      ClusterFile
node-N/           a broker's working directory: server.properties, broker.log
node-N/data/      its Kafka log directory
"""

import os
import shutil
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from streams.dev import lock
from streams.dev.addresses import NodeAddress
from streams.dev.errors import DataFolderInUse, DataFolderUnusable
from streams.dev.properties import LOG_DIR

_OWNER_GONE_SECONDS = 15.0
MOVE_AWAY = "Move the folder away or choose another with --data or WEFT_STATE_DIR."


class ClusterFile(BaseModel):
    """What `cluster.json` says: the cluster, the Kafka version that last opened it, its ports.

    `formatted` is false from the decision for a cluster id until every log directory carries it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    cluster_id: str = Field(min_length=1)
    kafka_version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    formatted: bool
    nodes: tuple[NodeAddress, ...]


class DataFolder:
    """A locked data folder; the lock lasts until `close` and until the last broker has ended."""

    def __init__(self, path: Path, lock_fd: int) -> None:
        self.path = path
        self.lock_fd = lock_fd

    @classmethod
    def lock(cls, path: Path) -> Self:
        """Take the folder, creating it if need be.

        Waits a few seconds for the brokers of a starter that was killed. Raises DataFolderInUse while
        another process has it, DataFolderUnusable when it cannot be written.
        """
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock_fd = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DataFolderUnusable(f"The Kafka data folder {path} cannot be used: {error}", cure=MOVE_AWAY) from error
        if not lock.take(lock_fd, wait_seconds=_OWNER_GONE_SECONDS):
            os.close(lock_fd)
            raise DataFolderInUse(
                f"The Kafka data folder {path} is in use by another process.",
                cure="Stop that process or choose another folder with --data or WEFT_STATE_DIR.",
            )
        return cls(path, lock_fd)

    def close(self) -> None:
        """Give the folder back."""
        os.close(self.lock_fd)

    def node_folder(self, node_id: int) -> Path:
        """The working directory of a broker."""
        return self.path / f"node-{node_id}"

    def read(self) -> ClusterFile | None:
        """The cluster in the folder, None in an empty one. Raises DataFolderUnusable if it is broken."""
        try:
            cluster = ClusterFile.model_validate_json((self.path / "cluster.json").read_bytes())
        except FileNotFoundError:
            others = sorted(p.name for p in self.path.iterdir() if p.name != "lock")
            if others:
                raise self.broken(f"it holds {others[0]!r} but no cluster.json") from None
            return None
        except (OSError, ValidationError) as error:
            raise self.broken("cluster.json cannot be read") from error
        if cluster.formatted:
            self._check_log_directories(cluster)
        return cluster

    def write(self, cluster: ClusterFile) -> None:
        """Record the cluster, durably and in one step."""
        new = self.path / "cluster.json.new"
        with new.open("w") as file:
            file.write(cluster.model_dump_json(indent=1))
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path / "cluster.json")

    def clear_nodes(self) -> None:
        """Remove what a format that was cut short left behind."""
        for folder in self.path.glob("node-*"):
            shutil.rmtree(folder)

    def broken(self, what: str) -> DataFolderUnusable:
        """The error for a folder that is damaged in the way `what` says."""
        return DataFolderUnusable(f"The Kafka data folder {self.path} is broken: {what}.", cure=MOVE_AWAY)

    def _check_log_directories(self, cluster: ClusterFile) -> None:
        for node in cluster.nodes:
            file = self.node_folder(node.id) / LOG_DIR / "meta.properties"
            lines = file.read_text(errors="replace").splitlines() if file.is_file() else []
            if not {f"cluster.id={cluster.cluster_id}", f"node.id={node.id}"} <= set(lines):
                raise self.broken(f"{file.relative_to(self.path)} does not belong to the cluster")


def admit(cluster: ClusterFile, *, kafka_version: str, brokers: int, folder: Path) -> ClusterFile:
    """The cluster as this Kafka may open it: an older one is recorded as upgraded from here on.

    The features that the older version finalised stay as they are. Raises DataFolderUnusable for a
    cluster of a newer version or of another number of brokers.
    """
    if _ordered(cluster.kafka_version) > _ordered(kafka_version):
        raise DataFolderUnusable(
            f"The Kafka data folder {folder} was written by Kafka {cluster.kafka_version}; this is {kafka_version}.",
            cure=f"Use a newer Weft. {MOVE_AWAY}",
        )
    if len(cluster.nodes) != brokers:
        raise DataFolderUnusable(
            f"The Kafka data folder {folder} holds a cluster of {len(cluster.nodes)} brokers, not of {brokers}.",
            cure=f"Start it with --brokers {len(cluster.nodes)} or choose another folder with --data.",
        )
    return cluster.model_copy(update={"kafka_version": kafka_version})


def _ordered(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
