"""`weft kafka` as a process: starts, keeps data and ports, ends with its parent, refuses wrong folders."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.dev.cluster import EmbeddedKafka
from streams.dev.jars import ensure_jars, manifest
from streams.dev.java import find_java, java_command
from streams.paths import cache_dir

WEFT_KAFKA = [sys.executable, "-c", "from streams.cli import main; main()", "kafka"]


class Run:
    """A running `weft kafka`."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [*WEFT_KAFKA, "--data", str(data)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert self.process.stdout is not None
        with self.process.stdout as stdout:
            word, self.bootstrap = stdout.readline().split()
        assert word == "ready"
        self.descendants = psutil.Process(self.process.pid).children(recursive=True)

    def end(self, number: signal.Signals) -> int:
        """Send a signal to the process group, as a terminal does, and return the exit code."""
        os.killpg(self.process.pid, number)
        return self.process.wait(30)


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as a clean run with two records leaves it."""
    data = tmp_path_factory.mktemp("kept")
    with EmbeddedKafka(data) as cluster:
        asyncio.run(_produce(cluster.bootstrap, [b"a", b"b"]))
    return data


@pytest.fixture
def data(kept: Path, tmp_path: Path) -> Path:
    """A copy of `kept` for one test alone."""
    return shutil.copytree(kept, tmp_path / "kafka")


@pytest.fixture
def run(data: Path) -> Iterator[Callable[[], Run]]:
    """Starts `weft kafka` on the folder `data`."""
    runs: list[Run] = []

    def start() -> Run:
        runs.append(Run(data))
        return runs[-1]

    yield start
    for started in runs:
        started.process.kill()
        started.process.wait()
        psutil.wait_procs(started.descendants, timeout=30)


async def _produce(bootstrap: str, values: list[bytes]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("kept", 1, 1)])
    await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for value in values:
            await producer.send_and_wait("kept", value)


async def _consume(bootstrap: str, count: int) -> list[bytes | None]:
    consumer = AIOKafkaConsumer("kept", bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    async with consumer, asyncio.timeout(20):
        return [(await consumer.getone()).value for _ in range(count)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_cleanly_on_a_signal_and_finds_data_and_port_again(
    run: Callable[[], Run], number: signal.Signals
) -> None:
    first = run()
    await _produce(first.bootstrap, [b"c"])
    assert first.end(number) == 0
    assert not any(process.is_running() for process in first.descendants)
    second = run()
    assert second.bootstrap == first.bootstrap
    assert await _consume(second.bootstrap, 3) == [b"a", b"b", b"c"]


async def test_kill_9_leaves_no_orphan_and_the_data_is_there_at_once(run: Callable[[], Run]) -> None:
    first = run()
    await _produce(first.bootstrap, [b"c"])
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    second = run()
    gone, alive = psutil.wait_procs(first.descendants, timeout=0)
    assert (len(gone), alive) == (2, [])
    assert await _consume(second.bootstrap, 3) == [b"a", b"b", b"c"]


def test_a_broker_that_dies_ends_the_command_with_75(run: Callable[[], Run]) -> None:
    running = run()
    [broker] = [p for p in running.descendants if p.name() == "java"]
    broker.kill()
    assert running.process.wait(30) == 75


def _refusal(data: Path, *options: str) -> str:
    """What `weft kafka` says when it refuses to start; it must exit with 2 and never say ready."""
    done = subprocess.run(
        [*WEFT_KAFKA, "--data", str(data), *options], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    return done.stderr.replace("\n", "")


def test_a_second_process_on_the_folder_is_refused_and_so_is_its_port(
    run: Callable[[], Run], data: Path, tmp_path: Path
) -> None:
    port = run().bootstrap.rpartition(":")[2]
    assert str(data) in _refusal(data)
    assert f"Port {port} is in use" in _refusal(tmp_path / "other", "--port", port)


def _newer(data: Path) -> None:
    cluster = json.loads((data / "cluster.json").read_text())
    (data / "cluster.json").write_text(json.dumps(cluster | {"kafka_version": "99.0.0"}))


def _without_meta(data: Path) -> None:
    (data / "node-1" / "data" / "meta.properties").unlink()


def _with_a_damaged_snapshot(data: Path) -> None:
    (data / "node-1" / "data" / "bootstrap.checkpoint").write_bytes(b"\xff" * 200)


@pytest.mark.parametrize("damage", [_newer, _without_meta, _with_a_damaged_snapshot])
def test_a_newer_or_broken_folder_is_refused(data: Path, damage: Callable[[Path], None]) -> None:
    damage(data)
    assert str(data) in _refusal(data)


async def test_a_folder_of_an_older_kafka_is_upgraded_in_place(run: Callable[[], Run], data: Path) -> None:
    _format_as_older(data, version="3.9.0", metadata_version="3.9-IV0")
    upgraded = run()
    await _produce(upgraded.bootstrap, [b"c"])
    assert await _consume(upgraded.bootstrap, 1) == [b"c"]
    assert json.loads((data / "cluster.json").read_text())["kafka_version"] == manifest().kafka_version


def _format_as_older(data: Path, *, version: str, metadata_version: str) -> None:
    """Leave the folder as an older Kafka would have: its version recorded, only its features finalised."""
    cluster = json.loads((data / "cluster.json").read_text())
    (data / "cluster.json").write_text(json.dumps(cluster | {"kafka_version": version}))
    shutil.rmtree(data / "node-1" / "data")
    tool = java_command(find_java(), ensure_jars(cache_dir(), print), "kafka.tools.StorageTool", heap_mb=128)
    older = ["-t", cluster["cluster_id"], "-c", "server.properties", "--release-version", metadata_version]
    subprocess.run([*tool, "format", *older], cwd=data / "node-1", check=True)
