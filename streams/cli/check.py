"""`weft check`: what the settings mean, and whether what runs here runs with them."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from streams.pipeline import Pipeline
    from streams.settings import Settings

_WIDTH = 12


@dataclass(frozen=True, slots=True)
class Role:
    """A running role and the pipeline that it says it works with; None when it does not answer."""

    role: str
    pid: int
    pipeline: str | None


def check(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")] = False,
) -> None:
    """Check the settings, show the processors and sinks they make, and whether the workers have them.

    No role is started; processors are made, with whatever they read or start, and the options of sinks are read. Exit
    code 0 when the settings are right and what runs here runs with them, 1 when a worker runs with others, 2 when the
    settings are wrong.

    Examples:
      weft check
      weft --config weft.yaml check
      weft check --json
    """
    from streams.pipeline import Pipeline
    from streams.settings import load, settings_file

    settings = load()
    pipeline = Pipeline(settings)
    if tables := pipeline.chain.tables():
        from streams.kafka.tables import read_tables

        pipeline = Pipeline(settings, asyncio.run(read_tables(settings, tables)))
    roles = _running(settings)
    drifted = [role for role in roles if role.pipeline != pipeline.provenance]
    said = {
        "file": str(settings_file()) if settings_file() else None,
        "environment": settings.environment,
        "pipeline": pipeline.provenance,
        "processors": _chain(pipeline),
        "sinks": _sinks(settings),
        "roles": [asdict(role) for role in roles],
        "drift": bool(drifted),
    }
    typer.echo(json.dumps(said, indent=2) if as_json else "\n".join(_lines(said)))
    raise typer.Exit(1 if drifted else 0)


def _running(settings: Settings) -> list[Role]:
    from streams.cli.health import ask
    from streams.runfiles import run_dir, running

    answers = [ask(run) for run in running(Path(run_dir(settings.state_dir))) if run.role == "worker"]
    return [
        Role(answer.run.role, answer.run.pid, answer.report["identity"]["pipeline"] if answer.report else None)
        for answer in answers
    ]


def _chain(pipeline: Pipeline) -> list[dict[str, Any]]:
    return [
        {
            "processor": step.label,
            "on_failure": step.on_failure,
            "defaults": dict(step.defaults),
            "when": {} if step.wanted is None else step.when.model_dump(mode="json", exclude_defaults=True),
            "options": step.processor.options.model_dump(mode="json", exclude_defaults=True),
        }
        for step in pipeline.chain.steps
    ]


def _sinks(settings: Settings) -> list[dict[str, Any]]:
    """Describe the sinks that the settings name; secrets among their options are masked."""
    from streams.sinks.build import describe_sink

    described = ((name, describe_sink(settings, name)) for name in settings.sinks)
    return [
        {
            "sink": name,
            "kind": kind.name,
            "effect": kind.effect,
            "options": options.model_dump(mode="json", exclude_defaults=True),
        }
        for name, (kind, options, _) in described
    ]


def _lines(said: dict[str, Any]) -> list[str]:
    lines = [
        f"{'file':<{_WIDTH}}{said['file'] or 'none: defaults and WEFT_* variables'}",
        f"{'environment':<{_WIDTH}}{said['environment']}",
        f"{'pipeline':<{_WIDTH}}{said['pipeline']}",
    ]
    for step in said["processors"] or [{"processor": "none"}]:
        remarks = [f"{name}: {json.dumps(value)}" for name, value in step.items() if name != "processor" and value]
        lines.append(f"{'processor':<{_WIDTH}}{step['processor']}  {', '.join(remarks)}".rstrip())
    for sink in said["sinks"]:
        options = f", options: {json.dumps(sink['options'])}" if sink["options"] else ""
        lines.append(f"{'sink':<{_WIDTH}}{sink['sink']}  {sink['kind']}, {sink['effect']}{options}")
    return [*lines, *(_role(role, said["pipeline"]) for role in said["roles"])]


def _role(role: dict[str, Any], wanted: str) -> str:
    return f"{'running':<{_WIDTH}}{role['role']} {role['pid']}  {_drift(role['pipeline'], wanted)}"


def _drift(runs: str | None, wanted: str) -> str:
    if runs == wanted:
        return "runs with these settings"
    if runs is None:
        return "does not answer; see `weft health`"
    return f"runs with others (pipeline {runs}): see its log, `kill -HUP` it to reload, or restart it"
