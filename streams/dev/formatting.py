"""Give new log directories their cluster id (Kafka's `StorageTool format`)."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from streams.errors import ConfigurationError


def format_nodes(folders: Sequence[Path], command: Sequence[str], cluster_id: str, lock_fd: int) -> None:
    """Format the log directory that each folder's `server.properties` names, all at once.

    `command` runs `kafka.tools.StorageTool`. Raises ConfigurationError when Kafka refuses the properties.
    """
    runs = [
        subprocess.Popen(  # noqa: S603 (the command that java.py builds)
            [*command, "format", "-t", cluster_id, "-c", "server.properties"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            pass_fds=(lock_fd,),
        )
        for folder in folders
    ]
    outputs = [run.communicate()[0] for run in runs]
    for run, output in zip(runs, outputs, strict=True):
        if run.returncode:
            raise ConfigurationError(f"Kafka refuses its configuration: {output.strip()}")
