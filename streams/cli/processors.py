"""`weft processors`: what can examine a record on its way, what does, and how it fares."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.errors import ConfigurationError

if TYPE_CHECKING:
    from streams.settings import ProcessorEntry, Settings

_NAME_WIDTH, _VERSION_WIDTH, _STATE_WIDTH = 18, 4, 10
_FIGURES_WIDTH = 30
_LABEL_WIDTH = 12


def processors(
    name: Annotated[str | None, typer.Argument(help="Show this one with its options.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a processor.")] = False,
) -> None:
    """List the processors that there are, or show one: what it declares and how it fares.

    `active` ones are in the chain that the settings make, `available` ones could be, `missing` ones need a package
    that is not installed, and `broken` ones cannot be loaded. While a worker runs here, the figures are those of its
    last minute.

    Examples:
      weft processors
      weft processors redact
      weft processors --json
    """
    from streams.settings import load

    settings = load()
    running = _running(settings)
    chosen = [{**one, "running": running.get(one["name"], [])} for one in _all(settings) if name in (None, one["name"])]
    if not chosen:
        raise ConfigurationError(f"there is no processor {name!r}", cure="`weft processors` lists them.")
    if as_json:
        for one in chosen:
            typer.echo(json.dumps(one, ensure_ascii=False))
    elif name is None:
        for one in chosen:
            typer.echo(_line(one, figures=bool(running)))
    else:
        typer.echo("\n".join(_page(chosen[0])))


def _running(settings: Settings) -> Mapping[str, list[dict[str, Any]]]:
    """Give what the workers on this machine report of their processors, by name; one that does not answer says none."""
    from streams.cli.health import ask
    from streams.runfiles import run_dir, running

    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for run in running(run_dir(settings.state_dir), "worker"):
        for reported in (ask(run).report or {}).get("processors", ()):
            found[reported["name"]].append({"pid": run.pid, **reported})
    return found


def _all(settings: Settings) -> Iterator[dict[str, Any]]:
    """Give those of the chain in their order, then the others: those that ship, then those of packages."""
    from streams.processors.registry import BUILTIN, offers

    active = {entry.name: entry for entry in settings.processors if entry.enabled}
    others = dict.fromkeys((*(kind.name for kind in BUILTIN), *(offer.name for offer in offers())))
    for entry in settings.processors:
        others.pop(entry.name, None)
    for entry in settings.processors:
        yield _described(entry.name, entry, "active" if entry.name in active else "available")
    for name in others:
        yield _described(name, None, "available")


def _described(name: str, entry: ProcessorEntry | None, state: str) -> dict[str, Any]:
    from streams.processors.description import describe
    from streams.processors.registry import find

    try:
        said = describe(find(name, entry.use if entry else None))
    except ConfigurationError as error:
        return {"name": name, "version": "", "state": "broken", "summary": error.message}
    state = "missing" if said["missing"] else state
    settings = entry.model_dump(mode="json", exclude_defaults=True, exclude={"name"}) if entry else {}
    return {"name": name, "version": said.pop("version"), "state": state, **said, "settings": settings}


def _line(one: dict[str, Any], *, figures: bool) -> str:
    """One line of the list; with figures when a worker runs: changed records a second and failures of the minute."""
    where = f"{one['name']:<{_NAME_WIDTH}} {one['version']:<{_VERSION_WIDTH}} {one['state']:<{_STATE_WIDTH}}"
    changed = sum(worker["changed_per_second"] for worker in one["running"])
    failures = sum(worker["failures"] for worker in one["running"])
    told = f"{changed:,.0f}/s changed, {failures:,} failed" if one["running"] else ""
    return f"{where} {f'{told:<{_FIGURES_WIDTH}} ' if figures else ''}{one['summary']}"


def _page(one: dict[str, Any]) -> Iterator[str]:
    if one["state"] == "broken":
        yield f"{one['name']}: {one['summary']}"
        return
    yield from (f"{one['name']}@{one['version']}", "", one["docs"], "")
    state = f"{one['state']}: needs {', '.join(one['missing'])}" if one["missing"] else one["state"]
    facts = {
        "state": state,
        "class": one["class"],
        "signature": one["signature"],
        "reads": ", ".join(one["reads"]),
        "writes": ", ".join(one["writes"]),
        "overwrites": ", ".join(one["overwrites"]),
        "second run": one["not_idempotent"],
        "settings": json.dumps(one["settings"], ensure_ascii=False) if one["settings"] else "",
    }
    yield from (f"{label:<{_LABEL_WIDTH}}{fact}" for label, fact in facts.items() if fact)
    yield from (f"{'option':<{_LABEL_WIDTH}}{_option(option)}" for option in one["options"])
    yield from (
        f"{'worker':<{_LABEL_WIDTH}}{worker['pid']}: {', '.join(_figures(worker))}" for worker in one["running"]
    )


def _option(option: dict[str, Any]) -> str:
    default = "required" if option["required"] else f"default {json.dumps(option['default'], ensure_ascii=False)}"
    return f"{option['name']}: {option['type']}, {default}: {option['meaning']}"


def _figures(worker: Mapping[str, Any]) -> Iterator[str]:
    yield f"version {worker['version']}"
    yield f"{worker['records_per_second']:,.0f} records/s"
    yield f"{worker['changed_per_second']:,.0f} changed/s"
    yield f"{worker['failures']:,} failed within the minute"
    if worker["microseconds"] is not None:
        yield f"{worker['microseconds']:.1f} us a record"
    if worker["cache_hit_rate"] is not None:
        yield f"{worker['cache_hit_rate']:.0%} cache hits"
    if worker["breaker"]:
        yield f"breaker {worker['breaker']}"
