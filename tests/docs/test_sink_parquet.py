"""What the page of the Parquet sink says, done."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
import yaml

from streams.sinks.parquet.columns import SCHEMA, VERSION
from streams.sinks.parquet.compaction import DEFAULT
from streams.sinks.parquet.log import SNAPSHOT_EVERY
from streams.sinks.parquet.sink import ParquetOptions, ParquetSink
from streams.testing.items import changed, make_items
from tests.sinks.parquet.datasets import deliver

PAGE = (Path(__file__).resolve().parents[2] / "docs/howto/sink-parquet.md").read_text("utf-8")
FOLDER = "/srv/records"


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture
async def stored(tmp_path: Path) -> Path:
    """The records of one hour, every other one an error."""
    items = [
        changed(
            item,
            signal="log",
            severity_number=9 + 8 * (at % 2),
            observed_timestamp="2026-03-01T12:00:00.000000000Z",
            attributes={"http.route": "/pay"},
        )
        for at, item in enumerate(make_items(20))
    ]
    await deliver(tmp_path, items)
    return tmp_path


def test_the_options_are_all_there() -> None:
    table = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]+ \|$", PAGE.partition("## The files")[0], re.MULTILINE))

    assert {name: table.pop(name) for name in table.keys() & {"url"}} == {
        "url": "`sinks/parquet` in the state directory"
    }
    assert table == {name: str(field.default) for name, field in ParquetOptions.model_fields.items() if name != "url"}
    assert ParquetOptions(**yaml.safe_load(block("yaml"))["sinks"]["parquet"]["options"]).url == FOLDER


def test_every_column_is_told() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE.partition("| columns | |")[2].partition("\n\n")[0]))

    assert told - {"signal", "day", "hour"} >= set(SCHEMA.names)


def test_figures_are_those_of_the_program() -> None:
    records, size, seconds = ParquetSink.batch

    assert f"after {records:,} records, {size >> 20} MiB or {seconds:.0f}\nseconds" in PAGE
    assert f"at most\n{DEFAULT.records:,} records or {DEFAULT.bytes >> 20} MiB" in PAGE
    assert f"`weft.columns: {VERSION}`" in PAGE
    assert SNAPSHOT_EVERY == 100


async def test_duckdb_answers_the_question(stored: Path) -> None:
    found = duckdb.sql(block("sql").replace(FOLDER, str(stored))).fetchall()

    assert len(found) == 10
    assert {row[3] for row in found} == {"/pay"}


async def test_the_view_can_be_asked(stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exec(block("python").replace(FOLDER, str(stored)), {})  # noqa: S102 - the page's own words

    assert sum(int(number) for number in re.findall(r", (\d+)\)", capsys.readouterr().out)) == 20
