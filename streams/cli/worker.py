"""`weft worker`: the normalising role."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.cli import roles


def worker(
    accept_gap: Annotated[list[str] | None, roles.ACCEPT_GAP] = None,
    resume_partition: Annotated[list[str] | None, roles.RESUME_PARTITION] = None,
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
    accepted = [roles.partition(text, "--accept-gap") for text in accept_gap or ()]
    resumed = [roles.partition(text, "--resume-partition") for text in resume_partition or ()]
    from streams.settings import load

    settings = load()
    here = roles.running(settings, "worker", settings.group)
    if orders := [("isolate", name) for name in isolate or ()] + [("reset", name) for name in reset or ()]:
        for command, name in orders:
            request = {"command": command, "processor": name}
            roles.order(here, request, "no worker of this group runs on this machine")
            typer.echo(f"{command} {name}")
        return
    if resumed and here:
        roles.resume(here, resumed)
        return
    from streams import logs
    from streams.worker import run_worker

    logs.configure("worker")
    raise typer.Exit(run_worker(settings, accept_gaps=accepted, resumed=resumed))
