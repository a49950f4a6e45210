"""The readable form of `weft health`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from streams.cli.health import Answer

_STYLES = {"HEALTHY": "bold green", "DEGRADED": "bold yellow", "FAILING": "bold red"}
_MEBIBYTE = 1_048_576


def show(answers: Sequence[Answer], console: Console) -> None:
    """Print each role: a headline, then what is wrong, the figures, processors and partitions of its report."""
    for answer in answers:
        where = f"  pid {answer.run.pid}, {answer.run.http}"
        _line(console, f"{answer.run.role} ", (answer.status, _STYLES[answer.status]), where)
        if answer.report is None:
            _line(console, f"  {answer.error}")
        else:
            _show_report(answer.report, console)


def _show_report(report: dict[str, Any], console: Console) -> None:
    for finding in report["findings"]:
        _line(console, "  ", (finding["status"], _STYLES[finding["status"]]), f"  {finding['message']}")
        _line(console, f"    next: {finding['next']}")
    figures = Table(box=None, show_header=False, padding=(0, 2))
    for name, value in _figures(report):
        figures.add_row(name, value)
    console.print(figures)
    if report["processors"]:
        console.print(_processors(report["processors"]))
    if report["partitions"]:
        console.print(_partitions(report["partitions"]))


def _line(console: Console, *parts: str | tuple[str, str]) -> None:
    console.print(Text.assemble(*parts), soft_wrap=True)


def _figures(report: dict[str, Any]) -> Iterator[tuple[str, str]]:
    identity = report["identity"]
    yield "group", f"{identity['group']} ({identity['environment']})"
    yield "version", f"{identity['version']}, pipeline {identity['pipeline']}"
    yield "up", f"{report['uptime_seconds']:.0f} s"
    yield "lag", f"{report['lag_records']:,} records, {report['lag_seconds']:.1f} s"
    yield "in flight", _of(report["in_flight_bytes"], report["in_flight_bytes_limit"])
    yield "oldest work", "none" if report["oldest_work_seconds"] is None else f"{report['oldest_work_seconds']:.1f} s"
    if stage := report["bottleneck"]:
        where = f"{stage['stage']}: {stage['processor']}" if stage["processor"] else stage["stage"]
        yield "bottleneck", f"{where}, {stage['share']:.0%} of the work"
    if sink := report["sink"]:
        yield "sink", f"{sink['name']} ({sink['effect']}), breaker {sink['breaker']}, {sink['retries']:,} retries"
        yield "records", ", ".join(f"{sink[outcome]:,} {outcome}" for outcome in ("stored", "rejected", "filtered"))
        yield "batches", f"up to {sink['batch_records']:,} records, {sink['concurrency']} at the same time"
    yield "memory", f"{report['rss_bytes'] / _MEBIBYTE:.0f} MiB"
    commits = ", ".join(f"{count:,} {result}" for result, count in sorted(report["commits"].items()))
    yield "commits", commits or "none yet"
    yield "rebalances", str(report["rebalances"])


def _of(part: int, whole: int) -> str:
    return f"{part / _MEBIBYTE:.1f} of {whole / _MEBIBYTE:.1f} MiB"


def _processors(processors: Sequence[dict[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    table.add_column("processor")
    for name in ("changed/s", "failed/min", "µs", "cache hits"):
        table.add_column(name, justify="right")
    table.add_column("breaker")
    for row in processors:
        table.add_row(
            f"{row['name']}@{row['version']}",
            f"{row['changed_per_second']:,.0f}",
            f"{row['failures']:,}",
            "" if row["microseconds"] is None else f"{row['microseconds']:.1f}",
            "" if row["cache_hit_rate"] is None else f"{row['cache_hit_rate']:.0%}",
            row["breaker"] or "",
        )
    return table


def _partitions(partitions: Sequence[dict[str, Any]]) -> Table:
    table = Table(box=None, padding=(0, 2), header_style="dim")
    table.add_column("partition")
    for name in ("position", "committed", "lag", "seconds", "chunks"):
        table.add_column(name, justify="right")
    for row in partitions:
        table.add_row(
            f"{row['topic']}-{row['partition']}",
            *(str(row[key]) for key in ("position", "committed")),
            "?" if row["lag_records"] is None else str(row["lag_records"]),
            "?" if row["lag_seconds"] is None else f"{row['lag_seconds']:.1f}",
            str(row["in_flight"]),
        )
    return table
