"""The reference pages that are made from code: metrics, health, settings, dialects, processors, the command line.

`python -m streams.reference` checks them, `python -m streams.reference --write` writes them.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.metrics_core import Metric

from streams.cli.reference import cli_page
from streams.dialects_reference import dialects_page
from streams.health_rules import HOLD_CURES, RULES
from streams.metrics import Metrics, PartitionStatus, ProcessorStatus, RoleCollector, RoleState, SinkStatus
from streams.processors_reference import processors_page
from streams.settings_reference import settings_page

ROOT: Final = Path(__file__).resolve().parent.parent

_METRICS_HEAD: Final = """\
# Metrics

Made from `streams/metrics.py` by `python -m streams.reference --write`; do not edit.

Every role serves them under `/metrics` in the Prometheus text format. A counter's samples end in `_total`, a
histogram's in `_bucket`, `_sum` and `_count`. Labels come from bounded sets: topics and partitions that the role owns,
dialects, stages, reasons, processors. Metrics of partitions are there for owned partitions only, so summing over all
replicas counts each partition once. `deploy/prometheus/` has scrape configuration and alert rules for them.

On Linux the standard `process_*` metrics (memory, CPU seconds, open files, start time) are there too.

"""

_HEALTH_HEAD: Final = """\
# Health

Made from `streams/health_rules.py` by `python -m streams.reference --write`; do not edit.

`weft health` asks every role that runs on this machine with the same state directory, and shows for each its status,
what was found with the next command to type, lag in records and seconds, the bottleneck stage (the largest share of
the work within the last 30 seconds), output in flight and its bound, memory, commits and rebalances.
`weft health --json` prints the same as one JSON object. Exit code 0: all are HEALTHY; 1: one is DEGRADED or FAILING, or
does not answer; 2: none runs.

| over HTTP | answers |
| --- | --- |
| `/health` | 200 and the report as JSON, whatever its status |
| `/health/live` | 200; 503 with the reason while the role is stuck |
| `/health/ready` | 200 only while partitions are assigned and output is acknowledged; else 503 with the reason |
| `/metrics` | [metrics](metrics.md) |

HTTP changes nothing and shows no payloads. It binds `WEFT_HTTP_HOST`, which is 127.0.0.1 unless told otherwise.

## Rules

The status is that of the gravest finding, HEALTHY without any. The window is the last 30 seconds; what looks at a trend
says nothing in a role's first 10 seconds.

"""

_HOLDS_HEAD: Final = """
## Held partitions

What pauses one input partition until an operator acts, and what releases it. A sink's partitions are released with
`weft sink NAME` instead of `weft worker`.

"""


def metrics_page() -> str:
    """Give the page of metrics as Markdown."""
    metrics = Metrics()
    own = ((family, _label_names(metric)) for metric in vars(metrics).values() for family in _families(metric))
    owned = ((family, _sample_labels(family)) for family in RoleCollector(_one_of_each).collect())
    rows = (
        (f"`{family.name}`", family.type, ", ".join(f"`{label}`" for label in labels), family.documentation)
        for family, labels in (*own, *owned)
    )
    return _METRICS_HEAD + _table(("name", "type", "labels", "meaning"), rows)


def health_page() -> str:
    """Give the page of health as Markdown."""
    rules = ((f"`{rule.name}`", rule.status, " ".join((inspect.getdoc(rule.find) or "").split())) for rule in RULES)
    holds = (
        (f"`{reason}`", cure.format(topic="TOPIC", partition="N", command="weft worker"))
        for reason, cure in HOLD_CURES.items()
    )
    return (
        _HEALTH_HEAD
        + _table(("finding", "status", "when"), rules)
        + _HOLDS_HEAD
        + _table(("reason", "what next"), holds)
    )


PAGES: Final[Mapping[Path, Callable[[], str]]] = {
    Path("docs/reference/metrics.md"): metrics_page,
    Path("docs/reference/health.md"): health_page,
    Path("docs/reference/cli.md"): cli_page,
    Path("docs/reference/settings.md"): settings_page,
    Path("docs/reference/dialects.md"): dialects_page,
    Path("docs/reference/processors.md"): processors_page,
}
"""Each page's path in the project's folder, and what makes it."""


def stale_pages(root: Path) -> dict[Path, str]:
    """Give the pages that are missing or differ from the code, with the text they should have."""
    pages = {root / path: make() for path, make in PAGES.items()}
    return {path: text for path, text in pages.items() if not path.is_file() or path.read_text("utf-8") != text}


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Check or write; the exit code is 1 when a page is not current, 2 on wrong usage."""
    if arguments not in ([], ["--write"]):
        sys.stderr.write("usage: python -m streams.reference [--write]\n")
        return 2
    stale = stale_pages(root)
    for path, text in stale.items():
        if arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        sys.stderr.write(f"{'wrote' if arguments else 'not current:'} {path.relative_to(root)}\n")
    return 1 if stale and not arguments else 0


def _families(metric: object) -> Iterable[Metric]:
    return metric.collect() if isinstance(metric, MetricWrapperBase) else ()


def _label_names(metric: MetricWrapperBase) -> tuple[str, ...]:
    return tuple(metric._labelnames)  # noqa: SLF001 - prometheus-client has no public way to ask


def _sample_labels(family: Metric) -> tuple[str, ...]:
    return tuple(family.samples[0].labels)


def _one_of_each() -> RoleState:
    """Give a state in which every gauge has a sample, so that its labels show."""
    partition = PartitionStatus("topic", 0, 0, 0, 0, 0.0, 0, {"flood": ""})
    processor = ProcessorStatus("name", "1", "finish", 0, 0, 0, 0.0, 1, 1, {"email": 1}, "closed", 0.0)
    return RoleState(
        assigned=True,
        stopping=False,
        stuck=None,
        partitions=[partition],
        held_outputs=[],
        oldest_work_seconds=None,
        in_flight_bytes=0,
        in_flight_bytes_limit=0,
        processors=[processor],
        sink=SinkStatus("name", "keyed", "closed", None, 0.0, 0, 0, 0, 0, 0, 0),
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, ("---",) * len(head), *rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
