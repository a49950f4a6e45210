"""The real Apache Kafka on this machine, one broker or three, without Docker or a system Java."""

import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from streams.dev.addresses import NodeAddress
from streams.dev.errors import BrokerFailed, DataFolderUnusable, PortTaken
from streams.dev.jars import ensure_jars
from streams.dev.java import find_java, java_command
from streams.dev.node import BrokerNode
from streams.dev.ports import HOST
from streams.dev.preparation import prepare
from streams.dev.readiness import answers
from streams.dev.storage import MOVE_AWAY, DataFolder
from streams.errors import ConfigurationError, UnexpectedState
from streams.paths import cache_dir

_READY_SECONDS = 60.0
_POLL_SECONDS = 0.05
_PORT_ATTEMPTS = 3
_STORAGE_TOOL_HEAP_MB = 128


class EmbeddedKafka:
    """A Kafka cluster in child processes that end with this process, however it ends.

    `data_dir` keeps cluster, topics and ports between runs. `brokers` is 1, or 3 for replication factor 3
    and `min.insync.replicas` 2. `port` fixes the first broker's port (the next brokers take the next ones);
    by default free ports are chosen and remembered. `cache` is where the jars are kept, by default
    `cache_dir()`. `heap_mb` is each broker's Java heap in MiB. `properties` override anything in
    `server.properties`, but a PLAINTEXT listener must stay on each broker's port. `notice` gets lines for
    a person when a start takes long.

    Usable as a context manager: started on entry, stopped on exit.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        brokers: int = 1,
        port: int | None = None,
        cache: Path | None = None,
        heap_mb: int = 256,
        properties: Mapping[str, str] | None = None,
        notice: Callable[[str], None] = lambda line: None,
    ) -> None:
        if brokers not in (1, 3):
            raise ConfigurationError(f"An embedded Kafka has 1 or 3 brokers, not {brokers}.")
        self.data_dir = data_dir.absolute()
        self._brokers = brokers
        self._port = port
        self._cache = cache or cache_dir()
        self._heap_mb = heap_mb
        self._properties = properties or {}
        self._notice = notice
        self._folder: DataFolder | None = None
        self._command: list[str] = []
        self._cluster_id = ""
        self._addresses: dict[int, NodeAddress] = {}
        self._nodes: dict[int, BrokerNode] = {}

    @property
    def bootstrap(self) -> str:
        """`host:port[,host:port...]` of all brokers; empty before the start."""
        return ",".join(f"{HOST}:{address.port}" for address in self._addresses.values())

    @property
    def pids(self) -> dict[int, int]:
        """The process ids of the running brokers by node id (1, 2, 3)."""
        return {node.id: node.pid for node in self._nodes.values() if node.running}

    @property
    def failed(self) -> bool:
        """Whether a broker that was started has ended by itself."""
        return any(node.failed for node in self._nodes.values())

    def start(self) -> str:
        """Start all brokers and return `bootstrap` once they answer metadata and group requests.

        Raises what `find_java`, `ensure_jars`, `DataFolder.lock` and `prepare` raise, DataFolderUnusable
        when Kafka ends while starting, BrokerFailed when it does not answer within 60 s.
        """
        java = find_java()
        jars = ensure_jars(self._cache, self._notice)
        self._command = java_command(java, jars, "kafka.Kafka", "server.properties", heap_mb=self._heap_mb)
        storage_tool = java_command(java, jars, "kafka.tools.StorageTool", heap_mb=_STORAGE_TOOL_HEAP_MB)
        self._folder = DataFolder.lock(self.data_dir)
        try:
            self._launch(self._folder, storage_tool)
        except BaseException:
            self.stop()
            raise
        return self.bootstrap

    def stop(self) -> None:
        """Shut every broker down cleanly and give the data folder back; nothing happens when stopped."""
        self._end_nodes()
        if self._folder is not None:
            self._folder.close()
            self._folder = None

    def start_node(self, node_id: int) -> None:
        """Start one broker again and wait until it answers. Raises DataFolderUnusable, BrokerFailed."""
        lock_fd = self._held().lock_fd
        self._nodes[node_id].start(self._command, lock_fd)
        self._await_answers([node_id])

    def stop_node(self, node_id: int) -> None:
        """Shut one broker down cleanly (SIGTERM) and wait until it is gone."""
        self._nodes[node_id].request_stop()
        self._nodes[node_id].wait_ended()

    def kill(self, node_id: int) -> None:
        """End one broker with SIGKILL and wait until it is gone."""
        self._nodes[node_id].kill()

    def check(self) -> None:
        """Raise BrokerFailed if a broker that was started has ended by itself."""
        for node in self._nodes.values():
            if node.failed:
                raise BrokerFailed(f"Kafka broker {node.id} ended by itself.", cure=node.log_end())

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self, folder: DataFolder, storage_tool: list[str]) -> None:
        for attempt in range(1, _PORT_ATTEMPTS + 1):
            try:
                self._launch_once(folder, storage_tool)
            except PortTaken:
                # Somebody was quicker between the choice of a port and its use.
                if self._port or attempt == _PORT_ATTEMPTS:
                    raise
                self._end_nodes()
            else:
                return

    def _launch_once(self, folder: DataFolder, storage_tool: list[str]) -> None:
        cluster = prepare(
            folder, brokers=self._brokers, port=self._port, properties=self._properties, storage_tool=storage_tool
        )
        self._cluster_id = cluster.cluster_id
        self._addresses = {address.id: address for address in cluster.nodes}
        self._nodes = {node_id: BrokerNode(node_id, folder.node_folder(node_id)) for node_id in self._addresses}
        for node in self._nodes.values():
            node.start(self._command, folder.lock_fd)
        self._await_answers(self._nodes)

    def _await_answers(self, node_ids: Collection[int]) -> None:
        ports = [self._addresses[node_id].port for node_id in node_ids]
        deadline = time.monotonic() + _READY_SECONDS
        while not answers(ports, node_ids, self._cluster_id):
            for node_id in node_ids:
                self._check_start(self._nodes[node_id])
            if time.monotonic() > deadline:
                raise BrokerFailed(
                    f"Kafka did not answer within {_READY_SECONDS:.0f} s; its logs are in {self.data_dir}."
                )
            time.sleep(_POLL_SECONDS)

    def _check_start(self, node: BrokerNode) -> None:
        if not node.failed:
            return
        if node.port_was_taken():
            raise PortTaken(f"A port of Kafka broker {node.id} is in use.", cure="Choose another with --port.")
        raise DataFolderUnusable(
            f"Kafka ended while starting on the data folder {self.data_dir}. {node.log_end()}", cure=MOVE_AWAY
        )

    def _end_nodes(self) -> None:
        for node in self._nodes.values():
            node.request_stop()
        for node in self._nodes.values():
            node.wait_ended()

    def _held(self) -> DataFolder:
        if self._folder is None:
            raise UnexpectedState("The embedded Kafka was not started.")
        return self._folder
