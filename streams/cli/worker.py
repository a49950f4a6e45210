"""`weft worker`: the normalising role."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from streams.errors import CheckFailed

if TYPE_CHECKING:
    from streams.runfiles import RunFile
    from streams.settings import Settings

Partition: TypeAlias = tuple[str, int]


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
    isolate: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Make no more calls for this look-up until it is reset.")
    ] = None,
    reset: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Make calls for this look-up again, and at once.")
    ] = None,
) -> None:
    """Normalise the raw topics until told to stop, then drain and leave.

    SIGTERM and Ctrl-C stop it. Any number of workers share the partitions. Logs are JSON lines on stderr;
    event `ready` says that partitions are assigned. --resume-partition with a worker running here tells that
    one and returns; --isolate and --reset tell the workers that run here and start none.

    Examples:
      weft worker
      weft worker --accept-gap raw-logs:3
      weft worker --resume-partition raw-logs:3
      weft worker --isolate owners
    """
    accepted = [_partition(text, "--accept-gap") for text in accept_gap or ()]
    resumed = [_partition(text, "--resume-partition") for text in resume_partition or ()]
    from streams.settings import load

    settings = load()
    if orders := [("isolate", name) for name in isolate or ()] + [("reset", name) for name in reset or ()]:
        for command, name in orders:
            _order(_running(settings), command, name)
        return
    if resumed and (here := _running(settings)):
        for partition in resumed:
            _resume(here, partition)
        return
    from streams import logs
    from streams.worker import run_worker

    logs.configure("worker")
    raise typer.Exit(run_worker(settings, accept_gaps=accepted, resumed=resumed))


def _partition(text: str, option: str) -> Partition:
    topic, _, number = text.rpartition(":")
    if not topic or not (number.isascii() and number.isdecimal()):
        raise typer.BadParameter(f"{text!r} is not TOPIC:PARTITION", param_hint=option)
    return topic, int(number)


def _running(settings: Settings) -> list[RunFile]:
    """Give the workers of this group that run on this machine."""
    from streams.runfiles import run_dir, running

    return [found for found in running(run_dir(settings.state_dir), "worker") if found.group == settings.group]


def _resume(workers: list[RunFile], partition: Partition) -> None:
    """Tell the running workers to let a partition go on.

    Raises:
        CheckFailed: none of them holds it.
        TemporaryError: one does not answer.
    """
    from streams.control import ask

    topic, number = partition
    request = {"command": "resume", "topic": topic, "partition": number}
    answers = [ask(worker.socket, request) for worker in workers]
    if not any(answer.get("resumed") for answer in answers):
        refusals = {str(answer["error"]) for answer in answers if "error" in answer}
        raise CheckFailed(
            f"no worker on this machine holds {topic}:{number} paused" + "".join(f"\n{text}" for text in refusals),
            cure="`weft health` shows what is paused, and where.",
        )
    typer.echo(f"resumed {topic}:{number}")


def _order(workers: list[RunFile], command: str, processor: str) -> None:
    """Tell the running workers what to do with the calls of a look-up.

    Raises:
        CheckFailed: none runs, or one refuses.
        TemporaryError: one does not answer.
    """
    from streams.control import ask

    if not workers:
        raise CheckFailed("no worker of this group runs on this machine", cure="`weft health` shows what runs here.")
    for worker in workers:
        answer = ask(worker.socket, {"command": command, "processor": processor})
        if not answer["ok"]:
            raise CheckFailed(str(answer["error"]), cure="`weft health` shows the processors and their breakers.")
    typer.echo(f"{command} {processor}")
