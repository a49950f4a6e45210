"""`weft ledger`: whether every consumed record has its outcome."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from streams.cli import console
from streams.cli.console import say
from streams.errors import CheckFailed

if TYPE_CHECKING:
    from streams.kafka.audit import Audit, Finding
    from streams.kafka.ledger import Account
    from streams.settings import Settings

_COUNTS = ("consumed", "split", "enriched", "dead", "sampled", "joined")
_DEEP = ("replays", "reprocessed", "altered", "holes")
_POSITIONS = ("base", "committed", "end")
_COLUMNS = (*_POSITIONS, "lag", *_COUNTS, "balance")
_RARE = ("split", "sampled", "joined")


def ledger(
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Read both output topics as well: replays, altered bytes and holes by event id."),
    ] = False,
    sink: Annotated[
        str | None, typer.Option(metavar="NAME", help="The books of this sink instead of the worker's.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Show what was consumed and what became of it; exit 1 when it does not balance.

    Per raw partition: consumed + split = enriched + dead + sampled + joined, counted since an offset. The
    counters are in the group's commits, so this costs a few requests. --deep reads the enriched topic and the
    dead letters fully, with 12 bytes of memory for each raw offset and about 200 for each inner record of a batch.
    Of a sink, which consumes what is enriched, `enriched` counts what is stored and `sampled` the replays it filtered.

    Examples:
      weft ledger
      weft ledger --deep
      weft ledger --sink sqlite
      weft ledger --json
    """
    if deep and sink:
        raise typer.BadParameter("only the worker's outputs can be read", param_hint="--deep")
    from streams.kafka.ledger import read_ledger, read_sink_ledger
    from streams.kafka.topics import sink_group
    from streams.settings import load

    settings = load()
    accounts = asyncio.run(read_sink_ledger(settings, sink) if sink else read_ledger(settings))
    group, role = (sink_group(sink), f"weft sink {sink}") if sink else (settings.group, "weft worker")
    audit = _audit(settings, accounts) if deep else None
    findings = audit.findings if audit else [None] * len(accounts)
    rows = [_row(account, finding) for account, finding in zip(accounts, findings, strict=True)]
    problems = [f"{row['topic']}-{row['partition']}: {problem}" for row in rows for problem in row["problems"]]
    if as_json:
        typer.echo(json.dumps({"group": group, "balanced": not problems, "partitions": rows}))
    else:
        _print_table(rows)
    _remark(group, role, accounts, audit)
    if problems:
        raise CheckFailed("\n".join(problems))


def _audit(settings: Settings, accounts: Sequence[Account]) -> Audit:
    from rich.progress import Progress

    from streams.kafka.audit import audit

    shown = console.interactive(sys.stderr)
    with Progress(console=console.console(sys.stderr), transient=True, disable=not shown) as bar:
        task = bar.add_task("reading outputs", total=None)
        return asyncio.run(audit(settings, accounts, lambda read, total: bar.update(task, completed=read, total=total)))


def _row(account: Account, finding: Finding | None) -> dict[str, Any]:
    state = account.state
    row: dict[str, Any] = {"topic": account.tp.topic, "partition": account.tp.partition}
    row |= {"base": state.base if state else None, "committed": state.offset if state else None}
    row |= {"begin": account.begin, "end": account.end, "lag": account.lag}
    row |= {name: getattr(state.counts, name) if state else 0 for name in _COUNTS}
    row["balance"] = state.counts.balance if state else 0
    row["problems"] = list(account.problems())
    if finding is not None:
        row |= {"replays": finding.outcomes.replays, "reprocessed": finding.outcomes.reprocessed}
        row |= {"altered": finding.outcomes.altered, "holes": finding.unexplained}
        row["problems"] += finding.problems()
    return row


def _print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    from rich import box
    from rich.table import Table

    shown = console.interactive(sys.stdout)
    # A terminal is narrow: what is rare has its column there only when it happened.
    names = [name for name in _COLUMNS if not shown or name not in _RARE or any(row[name] for row in rows)]
    table = Table(box=box.SIMPLE_HEAD if shown else None, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    table.add_column("partition", overflow="fold")
    for name in names:
        table.add_column("since offset" if name == "base" else name, justify="right")
    for row in rows:
        cells = ("-" if row[name] is None else str(row[name]) for name in names)
        table.add_row(f"{row['topic']}-{row['partition']}", *cells)
    if len(rows) > 1:
        totals = ("" if name in _POSITIONS else str(sum(row[name] for row in rows)) for name in names)
        table.add_row("total", *totals)
    console.console(sys.stdout).print(table)
    if any("holes" in row for row in rows):
        typer.echo(", ".join(f"{name} {sum(row[name] for row in rows)}" for name in _DEEP))


def _remark(group: str, role: str, accounts: Sequence[Account], audit: Audit | None) -> None:
    if not accounts:
        say("there is no topic to read yet: `weft topics create`")
    elif all(account.state is None for account in accounts):
        say(f"the group {group} has never committed: run `{role}`")
    if audit and audit.foreign:
        say(f"{audit.foreign} records in the output topics were not written by Weft")
    if audit and audit.trimmed:
        say(f"retention has deleted the first records of {', '.join(audit.trimmed)}: they look like losses here")
