"""Whole real logs of Apache httpd: every line is read, and says what an independent look at it finds."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from typing import Any

from tests.shared_data import ROOT, needs_shared_data
from tests.through import records_of

ACCESS = re.compile(r'^(\S+) (\S+) (\S+) \[([^\]]+)\] "(.*)" (\d{3}) (\d+|-) "(.*)" "(.*)"?$')
A_CHUNK = 500
LEVELS = {"notice": 10, "error": 17}


def all_records_of(lines: list[str]) -> list[dict[str, Any]]:
    return [record for at in range(0, len(lines), A_CHUNK) for record in records_of(*lines[at : at + A_CHUNK])]


def canonical(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000000Z")


@needs_shared_data
def test_every_line_of_a_combined_log_gives_its_time_request_and_status() -> None:
    lines = (ROOT / "elastic_examples" / "apache_logs").read_text().splitlines()
    records = all_records_of(lines)
    assert len(records) == len(lines) == 10_000
    assert [difference for line, record in zip(lines, records, strict=True) if (difference := odd(line, record))] == []


def odd(line: str, record: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    match = ACCESS.match(line)
    assert match, line
    client, _, user, time, request, status, size, referer, agent = match.groups()
    attributes = record["attributes"]
    pairs = [
        ("dialect", record["dialect"], "access-log"),
        ("timestamp", record["timestamp"], canonical(datetime.strptime(time, "%d/%b/%Y:%H:%M:%S %z"))),
        ("body", record["body"], request),
        ("status", attributes.get("http.response.status_code"), int(status)),
        ("size", attributes.get("http.response.body.size"), None if size == "-" else int(size)),
        ("client", attributes.get("client.address"), client),
        ("user", attributes.get("user.name"), None if user == "-" else user),
        ("method", attributes.get("http.request.method"), request.split(" ")[0]),
        ("severity", record["severity_number"], 0),
        ("referer", attributes.get("http.request.header.referer"), None if referer == "-" else [referer]),
        ("agent", attributes.get("user_agent.original"), None if agent.strip('"') == "-" else agent.strip('"')),
    ]
    return [pair for pair in pairs if pair[1] != pair[2]]


@needs_shared_data
def test_every_line_of_an_error_log_has_the_columns_that_researchers_found() -> None:
    lines = (ROOT / "loghub" / "Apache_2k.log").read_text().splitlines()
    with (ROOT / "loghub" / "Apache_2k.log_structured.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    records = all_records_of(lines)
    assert len(records) == len(rows) == 2_000
    assert {record["dialect"] for record in records} == {"apache-error"}
    assert [
        (record["timestamp"], record["severity_text"], record["severity_number"], record["body"]) for record in records
    ] == [expected(row) for row in rows]


def expected(row: dict[str, str]) -> tuple[str, str, int, str]:
    moment = datetime.strptime(row["Time"], "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    content = re.sub(r"^\[client \S+\] ", "", row["Content"])
    return canonical(moment), row["Level"], LEVELS[row["Level"]], content
