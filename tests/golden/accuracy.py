"""How many stated facts of the real samples are right: `python -m tests.golden.accuracy` prints a table a dialect."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from streams.testing import FakeRecord
from tests.shared_data import ROOT, facts
from tests.through import outcome_of

NAMES: Final = {
    "otlp_json": "otlp-logs",
    "aws_lambda": "aws-lambda",
    "azure_resource": "azure-resource",
    "clf_combined": "access-log",
    "cloudwatch_subscription": "cloudwatch",
    "docker_json_file": "docker-json",
    "go_panic": "go-panic",
    "klog_glog": "klog",
    "syslog_octet": "rfc5424",
    "w3c_iis": "w3c",
}
"""Sample files whose dialect has another name than the file."""

DISPUTED: Final[frozenset[tuple[str, int, int, str]]] = frozenset(
    ("cloudwatch_subscription", line, record, "timestamp_ns") for line in (0, 4) for record in (0, 1)
)
"""Stated facts held to be wrong: sample, line and inner record from 0, fact. The page in docs gives the reasons."""


class Fact(NamedTuple):
    """One stated fact of one record, and what was found."""

    line: int
    record: int
    name: str
    found: Any
    expected: Any

    @property
    def verdict(self) -> str:
        """`right`, `missing` where nothing was found, else `wrong`."""
        if self.found == self.expected:
            return "right"
        return "missing" if self.found is None else "wrong"


def samples() -> list[str]:
    """The sample files of dialects, by name; none where the samples are absent."""
    return sorted(path.name.removesuffix(".expected.jsonl") for path in (ROOT / "dialects").glob("*.expected.jsonl"))


def check(sample: str) -> Iterator[Fact]:
    """Compare every stated fact of a sample file with what comes out."""
    for raw, stated in facts(sample):
        outcome = outcome_of(raw)
        records = [json.loads(value) for value in outcome.values]
        if stated.get("tombstone"):
            yield Fact(raw.offset, 0, "dead", [letter.reason for letter in outcome.dead], ["decode.tombstone"])
            continue
        if stated.get("drop"):
            yield Fact(raw.offset, 0, "event_name", bool(records and records[0].get("event_name")), True)
            continue
        inner = stated.get("records", [stated])
        yield Fact(raw.offset, 0, "records", len(records), len(inner))
        for index, (record, fact) in enumerate(zip(records, inner, strict=False)):
            yield from _compare(raw, index, record, fact)


def detected(sample: str) -> tuple[int, int]:
    """Give how many records of a sample file are of its dialect, and how many there are."""
    name = NAMES.get(sample, sample.replace("_", "-"))
    records = [json.loads(value) for raw, _ in facts(sample) for value in outcome_of(raw).values]
    return sum(name in (record["dialect"], *record.get("envelopes", ())) for record in records), len(records)


def _compare(raw: FakeRecord, index: int, record: dict[str, Any], fact: dict[str, Any]) -> Iterator[Fact]:
    found = {
        "timestamp_ns": _nanoseconds(record["timestamp"]),
        "severity_number": record["severity_number"],
        "severity_text": record["severity_text"],
        "trace_id": record["trace_id"],
        "span_id": record["span_id"],
        "service": record["resource"]["service.name"],
        "body": record["body"],
    }
    expected = {**fact, "service": fact["service"] or "unknown_service"} if "service" in fact else fact
    for name, said in found.items():
        if name in expected:
            yield Fact(raw.offset, index, name, said, expected[name])


def _nanoseconds(timestamp: str | None) -> int | None:
    if timestamp is None:
        return None
    seconds = int(datetime.strptime(timestamp[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC).timestamp())
    return seconds * 10**9 + int(timestamp[20:29])


def _is_disputed(sample: str, fact: Fact) -> bool:
    return (sample, fact.line, fact.record, fact.name) in DISPUTED


def main() -> int:
    """Print the table, then every fact that is not right; the exit code is 1 when there is one."""
    if not samples():
        sys.stderr.write("the sample data (../shared/data) is not beside the project\n")
        return 2
    write, failed, total = sys.stdout.write, [], Counter[str]()
    write(f"{'sample':26} {'right':>6} {'wrong':>6} {'missing':>8} {'detected':>10}\n")
    for sample in samples():
        found = list(check(sample))
        verdicts = Counter(fact.verdict for fact in found)
        total += verdicts
        failed += [(sample, fact) for fact in found if fact.verdict != "right" and not _is_disputed(sample, fact)]
        hits, records = detected(sample)
        share = f"{hits}/{records}"
        write(f"{sample:26} {verdicts['right']:6} {verdicts['wrong']:6} {verdicts['missing']:8} {share:>10}\n")
    write(f"{'all':26} {total['right']:6} {total['wrong']:6} {total['missing']:8}\n\n")
    for sample, fact in failed:
        place = f"{sample}:{fact.line}.{fact.record} {fact.name}"
        write(f"{place}: found {fact.found!r:.200}, stated {fact.expected!r:.200}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
