"""`weft health`: how the roles that run on this machine are."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli.console import console
from streams.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from streams.runfiles import RunFile

_ANSWER_SECONDS = 5.0
_LARGEST_ANSWER = 16_777_216
_RANKS = ("HEALTHY", "DEGRADED", "FAILING")


@dataclass(frozen=True, slots=True)
class Answer:
    """What one role said: its report as JSON, or None with the error that came instead."""

    run: RunFile
    report: dict[str, Any] | None
    error: str | None

    @property
    def status(self) -> str:
        """The report's status; a role that does not answer is FAILING."""
        return str(self.report["status"]) if self.report else "FAILING"


def health(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")] = False,
) -> None:
    """Show how each role on this machine is: what is wrong, what to type next, lag, bottleneck, memory.

    Exit code 0 when all are HEALTHY, 1 when one is DEGRADED or FAILING, 2 when none runs.

    Examples:
      weft health
      weft health --json
    """
    from streams.cli.health_view import show
    from streams.runfiles import run_dir
    from streams.settings import load

    answers = ask_all(run_dir(load().state_dir))
    status = max((answer.status for answer in answers), key=_RANKS.index)
    if as_json:
        roles = [{"status": answer.status, **asdict(answer)} for answer in answers]
        typer.echo(json.dumps({"status": status, "roles": roles}, indent=2))
    else:
        show(answers, console(sys.stdout))
    raise typer.Exit(_RANKS.index(status) and 1)


def ask_all(directory: Path) -> list[Answer]:
    """Ask every role that has a run file.

    Raises:
        ConfigurationError: there is none.
    """
    from streams.runfiles import running

    run_files = running(directory)
    if not run_files:
        raise ConfigurationError(
            f"nothing of Weft runs with the state directory {directory.parent}",
            cure="Start something: `weft up`, or `weft worker`. Roles with another WEFT_STATE_DIR are not seen.",
        )
    return [ask(run_file) for run_file in run_files]


def ask(run: RunFile) -> Answer:
    """Ask one role how it is; one that does not answer says why."""
    from http.client import HTTPConnection, HTTPException
    from urllib.parse import urlsplit

    address = urlsplit(run.http)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=_ANSWER_SECONDS)
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
        body = response.read(_LARGEST_ANSWER)
        if response.status != 200:
            return Answer(run, None, f"{run.http}/health answered {response.status}")
        return Answer(run, json.loads(body), None)
    except (OSError, HTTPException, ValueError) as error:
        return Answer(run, None, f"{run.http}/health does not answer: {type(error).__name__}")
    finally:
        connection.close()
