"""Lines of fourteen systems with the columns that others parsed out of them: none is lost, and the columns agree."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import pytest

from streams.testing import FakeRecord
from tests.shared_data import ROOT, needs_shared_data
from tests.through import records_of

Row = dict[str, str]
Column = Callable[[Row], Any]

FOLDER = ROOT / "loghub"
NEW_YEAR = datetime(2006, 1, 1, tzinfo=UTC)


class System(NamedTuple):
    """What the columns of one system mean: its dialect, when a line was written, and where other columns are found."""

    dialect: str
    time: Callable[[Row], datetime]
    columns: dict[str, Column]
    """Path in the record, and the column (or what is made of several) that must stand there."""


def column(name: str) -> Column:
    return lambda row: row[name]


def number(name: str) -> Column:
    return lambda row: int(row[name]) if row[name] else None


def written(form: str, *names: str) -> Callable[[Row], datetime]:
    """A time that stands in these columns, in the form of strptime."""
    return lambda row: datetime.strptime(" ".join(row[name] for name in names), form).replace(tzinfo=UTC)


def without_year(form: str, *names: str) -> Callable[[Row], datetime]:
    """A time without a year, in the half year before or after New Year 2006."""

    def read(row: Row) -> datetime:
        text = " ".join(row[name] for name in names)
        candidates = [datetime.strptime(f"{year} {text}", f"%Y {form}").replace(tzinfo=UTC) for year in (2005, 2006)]
        return min(candidates, key=lambda time: abs(time - NEW_YEAR))

    return read


def blue_gene_time(row: Row) -> datetime:
    """The seconds of the first time, which is in UTC, and the fraction of the local one."""
    fraction = int(row["Time"].rpartition(".")[2])
    return datetime.fromtimestamp(int(row["Timestamp"]), UTC).replace(microsecond=fraction)


def health_time(row: Row) -> datetime:
    date, _, clock = row["Time"].partition("-")
    hour, minute, second, millisecond = map(int, clock.split(":"))
    return datetime.strptime(date, "%Y%m%d").replace(
        hour=hour, minute=minute, second=second, microsecond=millisecond * 1000, tzinfo=UTC
    )


LEVEL = {"severity_text": column("Level")}
BODY = {"body": column("Content")}
LOGGER = {"scope.name": column("Component")}
SERVICE = {"resource.service.name": column("Component")}

SYSTEMS = {
    "Android": System(
        "android",
        without_year("%m-%d %H:%M:%S.%f", "Date", "Time"),
        LEVEL | BODY | LOGGER | {"attributes.process.pid": number("Pid"), "attributes.thread.id": number("Tid")},
    ),
    "Apache": System("apache-error", written("%a %b %d %H:%M:%S %Y", "Time"), LEVEL),
    "BGL": System(
        "supercomputer",
        blue_gene_time,
        LEVEL | BODY | {"resource.host.name": column("Node"), "attributes.component": column("Component")},
    ),
    "HDFS": System(
        "java-text",
        written("%y%m%d %H%M%S", "Date", "Time"),
        LEVEL | BODY | LOGGER | {"attributes.process.pid": number("Pid")},
    ),
    "HPC": System(
        "hpc",
        lambda row: datetime.fromtimestamp(int(row["Time"]), UTC),
        BODY | {"resource.host.name": column("Node"), "attributes.component": column("Component")},
    ),
    "Hadoop": System(
        "java-text",
        written("%Y-%m-%d %H:%M:%S,%f", "Date", "Time"),
        LEVEL | BODY | LOGGER | {"attributes.thread.name": column("Process")},
    ),
    "HealthApp": System("healthapp", health_time, BODY | LOGGER | {"attributes.process.pid": number("Pid")}),
    "Linux": System(
        "rfc3164",
        without_year("%b %d %H:%M:%S", "Month", "Date", "Time"),
        BODY
        | {
            "resource.service.name": lambda row: row["Component"].removeprefix("-- "),
            "resource.host.name": column("Level"),
            "attributes.process.pid": number("PID"),
        },
    ),
    "Mac": System(
        "rfc3164",
        without_year("%b %d %H:%M:%S", "Month", "Date", "Time"),
        BODY | SERVICE | {"resource.host.name": column("User"), "attributes.process.pid": number("PID")},
    ),
    "OpenSSH": System(
        "rfc3164",
        without_year("%b %d %H:%M:%S", "Date", "Day", "Time"),
        BODY | {"resource.host.name": column("Component"), "attributes.process.pid": number("Pid")},
    ),
    "Proxifier": System(
        "proxifier",
        without_year("%m.%d %H:%M:%S", "Time"),
        BODY | {"attributes.process.executable.name": column("Program")},
    ),
    "Spark": System("java-text", written("%y/%m/%d %H:%M:%S", "Date", "Time"), LEVEL | BODY | LOGGER),
    "Windows": System("windows-cbs", written("%Y-%m-%d %H:%M:%S", "Date", "Time"), LEVEL | BODY | LOGGER),
    "Zookeeper": System(
        "java-text",
        written("%Y-%m-%d %H:%M:%S,%f", "Date", "Time"),
        LEVEL | BODY | {"attributes.code.line.number": number("Id")},
    ),
}
"""Columns that mean something else than their heading are compared with what they hold: Linux' `Level` is its host."""


def lines_and_rows(system: str) -> Iterator[tuple[bytes, Row]]:
    lines = (FOLDER / f"{system}_2k.log").read_bytes().removesuffix(b"\n").split(b"\n")
    with (FOLDER / f"{system}_2k.log_structured.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return zip((line.removesuffix(b"\r") for line in lines), rows, strict=True)


def at(record: dict[str, Any], path: str) -> Any:
    """The value of a field, or of a key in one whose own name holds points."""
    field, _, key = path.partition(".")
    value = record.get(field)
    return (value or {}).get(key) if key else value


@needs_shared_data
def test_every_system_is_here() -> None:
    assert {path.name.partition("_")[0] for path in FOLDER.glob("*_2k.log")} == set(SYSTEMS)


@needs_shared_data
@pytest.mark.parametrize("system", SYSTEMS)
def test_no_line_is_lost_and_its_columns_are_right(system: str) -> None:
    dialect, time, columns = SYSTEMS[system]
    pairs = list(lines_and_rows(system))
    observed = int(NEW_YEAR.timestamp() * 1000)
    records = records_of(*(FakeRecord(line, index, timestamp=observed) for index, (line, _) in enumerate(pairs)))
    assert len(records) == 2_000
    wrong = [
        (index, path, at(record, path), expected(row))
        for index, (record, (_, row)) in enumerate(zip(records, pairs, strict=True))
        for path, expected in ({"dialect": lambda _: dialect} | columns).items()
        if _plain(at(record, path)) != _plain(expected(row))
    ]
    late = [
        (index, _time_of_line(record), time(row))
        for index, (record, (_, row)) in enumerate(zip(records, pairs, strict=True))
        if _time_of_line(record) != f"{time(row):%Y-%m-%dT%H:%M:%S.%f}000Z"
    ]
    assert (wrong, late) == ([], [])


def _time_of_line(record: dict[str, Any]) -> str | None:
    """The columns know nothing of the date that a message of syslog may begin with and that beats its head's."""
    time: str | None = record["attributes"].get("rfc3164.timestamp", record["timestamp"])
    return time


def _plain(value: Any) -> Any:
    """The columns were cut at blanks, so that those around a value tell nothing."""
    return json.dumps(value).strip() if not isinstance(value, str) else value.strip()
