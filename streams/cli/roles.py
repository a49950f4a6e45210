"""What the commands of roles have in common: partitions by name, and orders to what runs on this machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import typer

from streams.errors import CheckFailed

if TYPE_CHECKING:
    from streams.runfiles import RunFile
    from streams.settings import Settings

Partition: TypeAlias = tuple[str, int]

ACCEPT_GAP: Final = typer.Option(
    metavar="T:P", help="Go on behind records of this partition that were deleted before they were read."
)
RESUME_PARTITION: Final = typer.Option(metavar="T:P", help="Let a partition go on that the flood guard paused.")


def partition(text: str, option: str) -> Partition:
    """Read a partition; the name of a topic may hold colons.

    Raises:
        BadParameter: it is not TOPIC:PARTITION.
    """
    topic, _, number = text.rpartition(":")
    if not topic or not (number.isascii() and number.isdecimal()):
        raise typer.BadParameter(f"{text!r} is not TOPIC:PARTITION", param_hint=option)
    return topic, int(number)


def running(settings: Settings, role: str, group: str) -> list[RunFile]:
    """Give the roles of this group that run on this machine."""
    from streams.runfiles import run_dir
    from streams.runfiles import running as all_running

    return [found for found in all_running(run_dir(settings.state_dir), role) if found.group == group]


def resume(roles: Sequence[RunFile], partitions: Sequence[Partition]) -> None:
    """Tell running roles to let partitions go on.

    Raises:
        CheckFailed: none of them holds one of these.
        TemporaryError: one does not answer.
    """
    from streams.control import ask

    for topic, number in partitions:
        answers = [ask(role.socket, {"command": "resume", "topic": topic, "partition": number}) for role in roles]
        if not any(answer.get("resumed") for answer in answers):
            refusals = {str(answer["error"]) for answer in answers if "error" in answer}
            raise CheckFailed(
                f"no {roles[0].role} on this machine holds {topic}:{number} paused"
                + "".join(f"\n{text}" for text in refusals),
                cure="`weft health` shows what is paused, and where.",
            )
        typer.echo(f"resumed {topic}:{number}")


def order(roles: Sequence[RunFile], request: Mapping[str, Any], none_runs: str) -> None:
    """Tell running roles what to do.

    Raises:
        CheckFailed: none runs, which `none_runs` says, or one refuses.
        TemporaryError: one does not answer.
    """
    from streams.control import ask

    if not roles:
        raise CheckFailed(none_runs, cure="`weft health` shows what runs here.")
    for role in roles:
        answer = ask(role.socket, request)
        if not answer["ok"]:
            raise CheckFailed(str(answer["error"]), cure="`weft health` shows what there is.")
