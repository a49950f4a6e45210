"""The command `weft`: one module a command, which imports what is heavy only when it runs."""

from __future__ import annotations

import inspect
import io
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli import (
    check,
    console,
    dialects,
    explain,
    forget,
    health,
    kafka,
    ledger,
    new,
    processors,
    produce,
    query,
    retention,
    schema,
    sink,
    tail,
    test,
    topics,
    up,
    worker,
)

_CONFIG_VARIABLE = "WEFT_CONFIG"


def main() -> None:
    """Run the command line: `weft` of the installed package."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a record may hold what the terminal cannot show
    logging.getLogger().addHandler(logging.NullHandler())  # clients log what is then raised as an error
    try:
        _run()
    except KeyboardInterrupt:  # typer turns it into 130 itself, but not while a command is still being imported
        sys.exit(_INTERRUPTED)
    except (Exception, SystemExit) as error:
        if console.is_closed_pipe(error):
            console.discard_output()
            sys.exit(0)
        if isinstance(error, SystemExit):
            raise
        sys.exit(console.report(error))


_INTERRUPTED = 130


def _run() -> None:
    try:
        build(decorated=console.interactive(sys.stdout))()
    finally:
        sys.stdout.flush()  # what cannot be written fails here, where it can be handled, and not at the very end


def build(*, decorated: bool = False) -> typer.Typer:
    """Put the commands together; `decorated` help has panels and colours."""
    markup: Any = "rich" if decorated else None
    app = typer.Typer(
        name="weft", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=markup
    )
    app.callback(help=inspect.getdoc(_weft))(_weft)
    for name, command in _COMMANDS.items():
        _register(app, name, command, decorated=decorated)
    for name, (meaning, commands) in _GROUPS.items():
        group = typer.Typer(no_args_is_help=True, help=meaning, rich_markup_mode=markup)
        for child, command in commands.items():
            _register(group, child, command, decorated=decorated)
        app.add_typer(group, name=name)
    return app


_COMMANDS: dict[str, Callable[..., Any]] = {
    "up": up.up,
    "worker": worker.worker,
    "sink": sink.sink,
    "kafka": kafka.kafka,
    "produce": produce.produce,
    "tail": tail.tail,
    "query": query.query,
    "forget": forget.forget,
    "explain": explain.explain,
    "dialects": dialects.dialects,
    "processors": processors.processors,
    "ledger": ledger.ledger,
    "health": health.health,
    "schema": schema.schema,
    "check": check.check,
    "test": test.test,
}
_GROUPS: dict[str, tuple[str, dict[str, Callable[..., Any]]]] = {
    "topics": (
        "Create and check the topics.",
        {"create": topics.create, "check": topics.check, "acl": topics.acl},
    ),
    "retention": (
        "Let what sinks have stored grow old.",
        {"plan": retention.plan, "run": retention.run, "compact": retention.compact},
    ),
    "new": ("Begin something of your own.", {"processor": new.processor}),
}


def _register(app: typer.Typer, name: str, command: Callable[..., Any], *, decorated: bool) -> None:
    """Add a command whose help is its docstring, with the examples kept line by line."""
    text = (inspect.getdoc(command) or "").replace("\n\nExamples:\n", "\n\n\b\nExamples:\n")
    if decorated:
        text = text.replace("[", "\\[")  # what rich would take for a style
    app.command(name, help=text, short_help=text.partition("\n")[0])(command)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"weft {version('weft')}")
        raise typer.Exit


def _weft(
    config: Annotated[
        Path | None,
        typer.Option(help="Settings file (YAML); WEFT_* variables win over it.", exists=True, dir_okay=False),
    ] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Turn raw logs, metrics and spans in Kafka into one enriched record each, or a dead letter that says why."""
    if config is not None:
        os.environ[_CONFIG_VARIABLE] = str(config.absolute())  # so that child processes read the same file
