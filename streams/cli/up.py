"""`weft up`: everything on this machine."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.console import say
from streams.errors import CheckFailed, ConfigurationError

if TYPE_CHECKING:
    from streams.cli.up_view import Lines
    from streams.dev.books import Books
    from streams.dev.demo import DemoPlan
    from streams.settings import Settings

_SEED_BITS = 32


def up(
    demo: Annotated[bool, typer.Option("--demo", help="Feed sample logs and show what becomes of them.")] = False,
    seconds: Annotated[
        float | None, typer.Option(min=0, metavar="N", help="Stop N seconds after all is ready.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Let --demo feed brokers that WEFT_BROKERS names.")] = False,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed gives the same demo traffic.")] = None,
) -> None:
    """Run Kafka, topics, a worker and the SQLite sink on this machine, and count what they did.

    Runs until Ctrl-C, then stops them in order. Kafka is the embedded one, with its data in the state directory,
    unless WEFT_BROKERS names brokers. Logs are logs/worker.log and logs/sink-sqlite.log in the state directory;
    `weft query` finds what is stored.
    If a child process ends by itself, all end: its last words are shown and its exit code is passed on.
    Exit 1 when the counts do not balance.

    Examples:
      weft up
      weft up --demo
      weft up --demo --seconds 20
    """
    from streams.cli.up_view import Lines, summary_lines
    from streams.settings import load

    settings, lines = load(), Lines()
    plan = _plan(settings, lines, yes=yes, seed=seed) if demo else None
    try:
        with lines.status():
            books = _up(settings, seconds, plan, lines)
        typer.echo("\n".join(summary_lines(books)))
    except KeyboardInterrupt:
        say("stopped before Kafka answered")
        return
    if not books.balanced:
        raise CheckFailed("\n".join(books.problems))


def _plan(settings: Settings, lines: Lines, *, yes: bool, seed: int | None) -> DemoPlan:
    from streams.dev.demo import DemoPlan, raw_topic

    if settings.brokers and not yes:
        raise ConfigurationError(
            f"the demo would write sample logs to the brokers at {settings.brokers}",
            cure="Unset WEFT_BROKERS to use the embedded Kafka, or add --yes if that is what you want.",
        )
    raw_topic(settings)  # raises before anything is started
    return DemoPlan(secrets.randbits(_SEED_BITS) if seed is None else seed, lines)


def _up(settings: Settings, seconds: float | None, plan: DemoPlan | None, lines: Lines) -> Books:
    from streams.dev.up import up

    return up(settings, seconds=seconds, demo=plan, notice=lines.notice)
