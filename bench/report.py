"""Results as a table and as JSON; ratios first."""

from __future__ import annotations

import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import orjson
import psutil
from rich.table import Table

from bench.peers.catalogue import BARE_AIOKAFKA, NAIVE_FAUST, WEFT
from bench.plan import Figures, Plan, Results
from bench.process import Cores

_LIBRARIES = ("weft", "aiokafka", "faust-streaming", "orjson", "pydantic")
_NONE = "-"


def ratio(figures: Figures, other: Figures) -> float:
    """Give the median over rounds of records per CPU-second against another peer in the same round."""
    pairs = zip(figures.throughputs, other.throughputs, strict=True)
    return median(own.per_cpu_second / against.per_cpu_second for own, against in pairs)


def summary(results: Results) -> dict[str, dict[str, float | None]]:
    """Give every figure of every peer, medians over the rounds."""
    return {name: _summarise(figures, results) for name, figures in results.items()}


def _summarise(figures: Figures, results: Results) -> dict[str, float | None]:
    latency, memory = figures.latency, figures.memory
    return {
        "times_naive_faust": ratio(figures, results[NAIVE_FAUST.name]),
        "of_bare_aiokafka": ratio(figures, results[BARE_AIOKAFKA.name]),
        "of_weft": ratio(figures, results[WEFT.name]),
        "records_per_cpu_second": median(run.per_cpu_second for run in figures.throughputs),
        "records_per_second": median(run.per_second for run in figures.throughputs),
        "start_seconds": median(run.seconds for run in figures.starts),
        "start_cpu_seconds": median(run.cpu_seconds for run in figures.starts),
        "latency_load_per_second": latency.per_second if latency else None,
        "latency_p50_ms": latency.p50_ms if latency else None,
        "latency_p99_ms": latency.p99_ms if latency else None,
        "peak_rss_mib": memory.peak_mib if memory else None,
        "rss_growth_mib_per_minute": memory.growth_mib_per_minute if memory else None,
    }


def table(results: Results) -> Table:
    """Lay the figures out with one column a peer."""
    rows = summary(results)
    shown = Table(title="medians over the rounds")
    shown.add_column("")
    for name in rows:
        shown.add_column(name, justify="right")
    for figure in next(iter(rows.values())):
        shown.add_row(figure.replace("_", " "), *(_number(row[figure]) for row in rows.values()))
    return shown


def _number(value: float | None) -> str:
    if value is None:
        return _NONE
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.2f}"


def write(path: Path, results: Results, plan: Plan, cores: Cores) -> None:
    """Write everything that was measured, and on what, as JSON."""
    content: dict[str, Any] = {
        "summary": summary(results),
        "rounds": {name: asdict(figures) for name, figures in results.items()},
        "plan": asdict(plan),
        "machine": _machine(cores),
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2))


def _machine(cores: Cores) -> dict[str, Any]:
    return {
        "cores": psutil.cpu_count(),
        "pinned": cores.peer is not None,
        "system": f"{platform.system()} {platform.machine()}",
        "python": sys.version.split()[0],
        "libraries": {name: version(name) for name in _LIBRARIES},
    }
