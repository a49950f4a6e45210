"""`weft topics`: create what is declared, compare it with the cluster, print who must be allowed what."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from streams.cli.console import say
from streams.errors import CheckFailed


def create(
    partitions: Annotated[
        int | None,
        typer.Option(min=1, help="Partitions of each new topic: the most workers that share its work. Default: 6."),
    ] = None,
    replication: Annotated[
        int | None, typer.Option(min=1, help="Replicas of each partition. Default: the brokers'.")
    ] = None,
) -> None:
    """Create every declared topic that is missing.

    Raw topics that are named, the enriched topic and dead letters, with the limits that fit together.
    What exists already is left as it is; `weft topics check` says whether it fits.

    Examples:
      weft topics create
      weft topics create --partitions 12 --replication 3
    """
    from streams.kafka.administration import BROKERS_CHOICE, PARTITIONS, create_missing
    from streams.settings import load

    made = asyncio.run(
        create_missing(load(), partitions=partitions or PARTITIONS, replication=replication or BROKERS_CHOICE)
    )
    for name in made.created:
        typer.echo(f"created {name}")
    for name in made.existing:
        typer.echo(f"exists  {name}")


def check() -> None:
    """Compare the declared topics with the cluster.

    Exit 1 with every difference and its cure.

    Examples:
      weft topics check
    """
    from streams.kafka.administration import differences
    from streams.settings import load

    found = asyncio.run(differences(load()))
    for difference in found:
        say(f"{difference.problem}\n  {difference.cure}")
    if found:
        raise CheckFailed(f"the cluster differs from what is declared in {len(found)} respects")
    typer.echo("all topics are as declared")


def acl() -> None:
    """Print the commands that allow each principal the least it needs.

    The principals are weft-worker, weft-sink, weft-producer, weft-reader and weft-operator. Nothing is executed.

    Examples:
      weft topics acl
      weft topics acl > grant.sh
    """
    from streams.kafka.acl import acl_lines
    from streams.pipeline.build import build_chain
    from streams.settings import load

    settings = load()
    tables = sorted({table.topic for table in build_chain(settings).tables().values()})
    for line in acl_lines(settings, tables):
        typer.echo(line)
