"""`weft worker`: the normalising role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from aiokafka import TopicPartition


def worker(
    accept_gap: Annotated[
        list[str] | None,
        typer.Option(
            metavar="T:P", help="Go on behind records of this partition that were deleted before they were read."
        ),
    ] = None,
    resume_partition: Annotated[
        list[str] | None, typer.Option(metavar="T:P", help="Let a partition go on that the flood guard paused.")
    ] = None,
) -> None:
    """Normalise the raw topics until told to stop, then drain and leave.

    SIGTERM and Ctrl-C stop it. Any number of workers share the partitions. Logs are JSON lines on stderr; event `ready` says that
    partitions are assigned.

    Examples:
      weft worker
      weft worker --accept-gap raw-logs:3
      weft worker --resume-partition raw-logs:3
    """
    accepted = [_partition(text, "--accept-gap") for text in accept_gap or ()]
    resumed = [_partition(text, "--resume-partition") for text in resume_partition or ()]
    from streams import logs
    from streams.settings import load
    from streams.worker import run_worker

    settings = load()
    logs.configure("worker")
    raise typer.Exit(run_worker(settings, accept_gaps=accepted, resumed=resumed))


def _partition(text: str, option: str) -> TopicPartition:
    from aiokafka import TopicPartition

    topic, _, number = text.rpartition(":")
    if not topic or not number.isdecimal() or not number.isascii():
        raise typer.BadParameter(f"{text!r} is not TOPIC:PARTITION", param_hint=option)
    return TopicPartition(topic, int(number))
