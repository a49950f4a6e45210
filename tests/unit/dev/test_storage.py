"""The data folder: one owner at a time, and only a Kafka that may open it."""

import fcntl
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from streams.dev.addresses import NodeAddress
from streams.dev.errors import DataFolderInUse, DataFolderUnusable
from streams.dev.storage import ClusterFile, DataFolder, admit

NODE = NodeAddress(id=1, port=20001, controller_port=20002)
CLUSTER = ClusterFile(cluster_id="abc", kafka_version="4.1.0", formatted=True, nodes=(NODE,))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[DataFolder]:
    folder = DataFolder.lock(tmp_path / "kafka")
    yield folder
    folder.close()


@pytest.fixture
def used(folder: DataFolder) -> DataFolder:
    """A folder as a run leaves it behind."""
    logs = folder.node_folder(1) / "data"
    logs.mkdir(parents=True)
    (logs / "meta.properties").write_text("#\nnode.id=1\nversion=1\ncluster.id=abc\n")
    folder.write(CLUSTER)
    return folder


def test_an_empty_folder_holds_no_cluster(folder: DataFolder) -> None:
    assert folder.read() is None


def test_what_was_written_is_read(used: DataFolder) -> None:
    assert used.read() == CLUSTER


def test_a_second_owner_is_refused_at_once_with_exit_2(folder: DataFolder) -> None:
    with pytest.raises(DataFolderInUse, match=str(folder.path)) as caught:
        DataFolder.lock(folder.path)
    assert caught.value.exit_code == 2


def test_a_closed_folder_can_be_taken_again(tmp_path: Path) -> None:
    DataFolder.lock(tmp_path).close()
    DataFolder.lock(tmp_path).close()


def test_brokers_of_a_dead_owner_are_waited_for(tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    brokers_fd = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(brokers_fd, fcntl.LOCK_EX)
    os.pwrite(brokers_fd, b"%d" % dead.pid, 0)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(DataFolder.lock, tmp_path)
        os.close(brokers_fd)
        waiting.result(timeout=10).close()


def test_a_folder_that_cannot_be_made_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderUnusable, match="file/kafka") as caught:
        DataFolder.lock(tmp_path / "file" / "kafka")
    assert caught.value.exit_code == 2


def _truncate(folder: Path) -> None:
    (folder / "cluster.json").write_text('{"cluster_id": "ab')


def _unknown_key(folder: Path) -> None:
    text = json.loads((folder / "cluster.json").read_text())
    (folder / "cluster.json").write_text(json.dumps(text | {"surprise": 1}))


def _lose_cluster_file(folder: Path) -> None:
    (folder / "cluster.json").unlink()


def _lose_meta(folder: Path) -> None:
    (folder / "node-1" / "data" / "meta.properties").unlink()


def _other_cluster(folder: Path) -> None:
    (folder / "node-1" / "data" / "meta.properties").write_text("node.id=1\nversion=1\ncluster.id=other\n")


@pytest.mark.parametrize("damage", [_truncate, _unknown_key, _lose_cluster_file, _lose_meta, _other_cluster])
def test_a_broken_folder_is_refused_and_named(used: DataFolder, damage: Callable[[Path], None]) -> None:
    damage(used.path)
    with pytest.raises(DataFolderUnusable, match=f"{used.path} is broken"):
        used.read()


def test_a_strangers_folder_is_refused_before_anything_is_written_to_it(folder: DataFolder) -> None:
    (folder.path / "thesis.txt").write_text("precious")
    with pytest.raises(DataFolderUnusable, match=r"thesis\.txt"):
        folder.read()


def test_a_format_that_was_cut_short_is_not_called_broken(folder: DataFolder) -> None:
    cluster = CLUSTER.model_copy(update={"formatted": False})
    folder.write(cluster)
    folder.node_folder(1).mkdir()
    assert folder.read() == cluster
    folder.clear_nodes()
    assert not folder.node_folder(1).exists()


@pytest.mark.parametrize("older", ["3.9.1", "4.0.0", "4.0.10", "4.1.0"])
def test_an_older_or_equal_cluster_is_recorded_as_this_version(older: str) -> None:
    cluster = CLUSTER.model_copy(update={"kafka_version": older})
    assert admit(cluster, kafka_version="4.1.0", brokers=1, folder=Path("/data")) == CLUSTER


@pytest.mark.parametrize("newer", ["4.1.1", "4.10.0", "10.0.0"])
def test_a_newer_cluster_is_refused_with_exit_2(newer: str) -> None:
    cluster = CLUSTER.model_copy(update={"kafka_version": newer})
    with pytest.raises(DataFolderUnusable, match=rf"/data .*{newer}") as caught:
        admit(cluster, kafka_version="4.1.0", brokers=1, folder=Path("/data"))
    assert caught.value.exit_code == 2


def test_a_cluster_of_another_size_is_refused_with_the_number_to_ask_for() -> None:
    with pytest.raises(DataFolderUnusable, match="--brokers 1"):
        admit(CLUSTER, kafka_version="4.1.0", brokers=3, folder=Path("/data"))
