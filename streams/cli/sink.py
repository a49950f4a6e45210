"""`weft sink`: a role that writes the enriched records into one store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli import roles

if TYPE_CHECKING:
    from streams.runfiles import RunFile


def sink(
    name: Annotated[str, typer.Argument(help="A kind of sink, or a name that the settings give one.")],
    rewrite: Annotated[
        bool, typer.Option("--rewrite", help="Replace stored versions of a record instead of keeping the first.")
    ] = False,
    isolate: Annotated[
        bool, typer.Option("--isolate", help="Let the sink that runs here write nothing until it is reset.")
    ] = False,
    reset: Annotated[
        bool, typer.Option("--reset", help="Let the sink that runs here write again, and at once.")
    ] = False,
    accept_gap: Annotated[list[str] | None, roles.ACCEPT_GAP] = None,
    resume_partition: Annotated[list[str] | None, roles.RESUME_PARTITION] = None,
) -> None:
    """Write the enriched records into a store until told to stop, then drain and leave.

    Each sink reads the enriched topic, and redrive-NAME if there is such a topic, in its own group weft-sink-NAME; any
    number of replicas share the partitions, unless its store has room for one writer only. While the store does not
    take records its partitions are paused, and nothing is lost. SIGTERM and Ctrl-C stop it. --isolate, --reset and
    --resume-partition speak to the sinks of that name that run here and start none.

    Examples:
      weft sink sqlite
      weft sink postgres --rewrite
      weft sink sqlite --isolate
      weft sink sqlite --resume-partition enriched:3
    """
    accepted = [roles.partition(text, "--accept-gap") for text in accept_gap or ()]
    resumed = [roles.partition(text, "--resume-partition") for text in resume_partition or ()]
    if isolate and reset:
        raise typer.BadParameter("--isolate and --reset are opposites", param_hint="--isolate")
    from streams.kafka.topics import sink_group
    from streams.settings import load

    settings = load()
    here = roles.running(settings, "sink", sink_group(name))
    if isolate or reset:
        _order(here, "isolate" if isolate else "reset", name)
        return
    if resumed and here:
        roles.resume(here, resumed)
        return
    from streams import logs
    from streams.sink_role import run_sink

    logs.configure("sink")
    raise typer.Exit(run_sink(settings, name, rewrite=rewrite, accept_gaps=accepted, resumed=resumed))


def _order(sinks: list[RunFile], command: str, name: str) -> None:
    roles.order(sinks, {"command": command}, f"`weft sink {name}` does not run on this machine")
    typer.echo(f"{command} {name}")
