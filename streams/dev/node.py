"""One broker process under its guardian."""

from pathlib import Path

from streams.dev.guarded import GuardedProcess

GRACE_SECONDS = 10.0


class BrokerNode(GuardedProcess):
    """A broker that can be started, stopped and killed any number of times.

    `folder` is its working directory; what it prints goes to `broker.log` there.
    """

    def __init__(self, node_id: int, folder: Path) -> None:
        super().__init__(
            f"Kafka broker {node_id}", folder=folder, log=folder / "broker.log", grace_seconds=GRACE_SECONDS
        )
        self.id = node_id

    def port_was_taken(self) -> bool:
        """Whether the broker ended because it could not listen on its port."""
        return "Address already in use" in self.log_text()
