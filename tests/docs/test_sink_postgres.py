"""What the page on PostgreSQL says: its options, its rights and its queries, tried on a real server."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from streams.sinks.postgres.options import PostgresOptions
from streams.testing.items import make_items
from tests.postgres import PostgresServer, connected, shared
from tests.sinks.postgres.database import Database
from tests.unit.cli.conftest import Weft, weft

PAGE = (Path(__file__).resolve().parents[2] / "docs/howto/sink-postgres.md").read_text("utf-8")
SQL = re.findall(r"^```sql\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
RIGHTS, *QUERIES = SQL
[SETTINGS] = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
NOW = {"observed_timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000000000Z"}

__all__ = ["weft"]


def test_the_options_are_those_that_there_are() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*?) ?\| (.*) \|$", PAGE, re.MULTILINE)
    shown = {name: (default, meaning.replace("`", "")) for name, default, meaning in rows}
    assert shown == {
        name: ("" if field.default is None else str(field.default), (field.description or "").replace("`", ""))
        for name, field in PostgresOptions.model_fields.items()
    }


def test_the_settings_are_valid() -> None:
    assert PostgresOptions(**yaml.safe_load(SETTINGS)["sinks"]["postgres"]["options"]).dsn_env == "DATABASE_URL"


@pytest.mark.parametrize("line", re.findall(r"^weft (query .*)$", PAGE, re.MULTILINE))
def test_the_questions_can_be_asked(line: str, weft: Weft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dsn = asyncio.run(shared().new_database())
    asyncio.run(Database(dsn, tmp_path).write(make_items(5, trace_id="4bf92f3577b34da6a3ce929d0e0e4736", **NOW)))
    (tmp_path / "weft.yaml").write_text(SETTINGS)
    monkeypatch.setenv("WEFT_CONFIG", str(tmp_path / "weft.yaml"))
    monkeypatch.setenv("DATABASE_URL", dsn)
    answer = weft(*line.split())
    assert (answer.code, "payment refused" in answer.out) == (0, True), answer


async def test_the_rights_suffice_and_the_queries_answer(postgres: PostgresServer, tmp_path: Path) -> None:
    name = (await postgres.new_database()).rpartition("/")[2]
    async with connected(postgres.dsn(name)) as admin:
        await admin.execute("drop role if exists weft_reader")
        await admin.execute(RIGHTS.replace("create role weft_sink login;", ""))  # every test's owner has that name
    try:
        await Database(postgres.dsn(name, user="weft_sink"), tmp_path).write(make_items(50))
        async with connected(postgres.dsn(name, user="weft_reader")) as reader:
            answers = [await reader.fetch(query) for query in QUERIES]
    finally:
        async with connected(postgres.dsn(name)) as admin:
            await admin.execute("drop owned by weft_reader; drop role weft_reader")
    assert answers[-1][0][0].startswith('{"schema_version":1')


@pytest.mark.parametrize("table", re.findall(r"^\| `(\w+)` \| (?!.*\|.*\|$)", PAGE, re.MULTILINE))
async def test_the_tables_are_there(table: str, database_of_page: Database) -> None:
    [(found,)] = await database_of_page.fetch(f"select to_regclass('{table}') is not null")
    assert found


@pytest.fixture
async def database_of_page(postgres_dsn: str, tmp_path: Path) -> Database:
    database = Database(postgres_dsn, tmp_path)
    await database.write(make_items(1))
    return database
