"""What the page of the SQLite sink says, done."""

from __future__ import annotations

import asyncio
import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from streams.settings import Settings
from streams.sinks.sqlite.sink import SqliteOptions
from tests.sinks.sqlite.records import DAY, item, stored
from tests.unit.cli.conftest import Weft, weft

__all__ = ["weft"]

PAGE = (Path(__file__).resolve().parents[2] / "docs/howto/sink-sqlite.md").read_text("utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_the_options_are_all_there_with_their_meaning() -> None:
    fields = SqliteOptions.model_fields.items()
    rows = [f"| `{name}` | {field.default} | {field.description} |" for name, field in fields]
    assert "\n".join(rows) in PAGE
    assert PAGE.count("\n| `") - len(rows) == 4, "files"


@pytest.mark.parametrize("line", [line for line in block("console").splitlines() if "query" in line])
def test_the_questions_can_be_asked(weft: Weft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    asyncio.run(stored(tmp_path / "sinks" / "sqlite", [item(1)]))
    monkeypatch.setenv("WEFT_STATE_DIR", str(tmp_path))
    program, *arguments = shlex.split(line)
    assert program == "weft"
    assert weft(*arguments).code == 0


async def test_any_sqlite_reads_the_files(tmp_path: Path) -> None:
    await stored(tmp_path, [item(number) for number in range(20)])
    with closing(sqlite3.connect(tmp_path / DAY)) as connection:
        assert connection.execute(block("sql")).fetchall() == [("payment refused",)] * 10


async def test_python_asks_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await stored(tmp_path / "sinks" / "sqlite", [item(1), item(2, body="accepted")])
    code = block("python").replace('store_of("sqlite")', 'store_of("sqlite", settings)')
    indented = "\n".join(f"    {line}" for line in code.splitlines())
    names = {"settings": Settings.model_validate({"state_dir": tmp_path})}
    exec(f"async def page():\n{indented}", names)  # noqa: S102 - the page's own words
    await names["page"]()  # type: ignore[operator]
    assert capsys.readouterr().out == "2026-03-01T12:00:00.123456789Z payment refused\n"
