"""`weft retention` and `weft forget`: what they say, what they delete, and the book that they keep."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from streams.governance import archived
from streams.sinks.governed import Deletion, Rule, plan
from streams.sinks.parquet import dataset
from streams.sinks.sqlite.keeper import SqliteKeeper
from streams.sinks.sqlite.store import SqliteStore
from streams.sinks.stores import Query
from streams.testing.items import make_items
from tests.governing import FIRST, ITEMS, PERSON, PERSONAL, SqliteAlone, of
from tests.sinks.parquet.datasets import deliver
from tests.unit.cli.conftest import Weft

NOW = datetime.now(UTC).date().isoformat()
RULES = "sinks: {sqlite: {retention: [{signal: metric, days: 0}, {severity_below: 17, days: 7}]}}"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store that holds records of old days, and one of today."""
    monkeypatch.setenv("WEFT_STATE_DIR", str(tmp_path))
    store = SqliteAlone(tmp_path / "sinks" / "sqlite")
    asyncio.run(store.put([*ITEMS, *PERSONAL, of(NOW, 99)]))
    return tmp_path


@pytest.fixture
def ruled(state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (state / "weft.yaml").write_text(RULES)
    monkeypatch.setenv("WEFT_CONFIG", str(state / "weft.yaml"))
    return state


def found(state: Path) -> list[str]:
    return asyncio.run(SqliteAlone(state / "sinks" / "sqlite").found())


def book(state: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (state / "audit.ndjson").read_text().splitlines()]


KEPT = ["raw-logs-0-1", "raw-logs-0-4", "raw-logs-0-99"]


def test_a_plan_tells_what_a_run_deletes_and_touches_nothing(weft: Weft, ruled: Path) -> None:
    before = found(ruled)
    told = [json.loads(line) for line in weft("retention", "plan", "--json").out.splitlines()]
    assert found(ruled) == before
    done = [json.loads(line) for line in weft("retention", "run", "--json").out.splitlines()]
    assert done == told
    assert sum(deletion["records"] for deletion in done) == len(before) - len(KEPT)
    assert found(ruled) == KEPT


def test_a_run_tells_a_person_line_by_line_what_went(weft: Weft, ruled: Path) -> None:
    result = weft("retention", "run")
    assert "sqlite  deleted 2026-03-01  metric checkout INFO  1 record" in result.out
    assert result.err.strip() == f"deleted {len(ITEMS) + len(PERSONAL) - 2} records"


def test_a_deletion_that_is_cut_off_is_in_the_book_all_the_same(
    weft: Weft, ruled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut_off(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(SqliteKeeper, "delete", cut_off)
    weft("retention", "run")
    assert [line["state"] for line in book(ruled)] == ["begun"]


def test_a_day_that_gets_records_while_it_is_archived_stays(
    weft: Weft, ruled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would be deleted without being in the archive."""
    days, late = SqliteKeeper.days, of(FIRST, 77)

    async def meanwhile(keeper: SqliteKeeper, before: Any) -> Any:
        if (ruled / "archive").exists():
            await SqliteAlone(ruled / "sinks" / "sqlite").put([late])
        return await days(keeper, before)

    monkeypatch.setattr(SqliteKeeper, "days", meanwhile)
    result = weft("retention", "run", "--archive", str(ruled / "archive"))
    assert result.code == 75
    assert f"{FIRST} got records while it was archived" in result.err
    assert late.event_id in found(ruled)


def test_each_deletion_is_a_line_in_the_book(weft: Weft, ruled: Path) -> None:
    weft("retention", "run")
    lines = book(ruled)
    assert [(line["state"], line["action"], line["sink"], line["day"]) for line in lines] == [
        (state, "retention", "sqlite", day)
        for day in ("1991-01-01", "2026-03-01", "2026-03-02")
        for state in ("begun", "done")
    ]
    assert all(line["deleted"] == line["records"] > 0 for line in lines[1::2])
    assert (ruled / "audit.ndjson").stat().st_mode & 0o077 == 0


def test_what_goes_is_in_the_archive_before_and_there_once(weft: Weft, ruled: Path) -> None:
    """Begun again after a crash between the two, nothing is archived twice."""
    archive = ruled / "archive"
    before = {record["event_id"]: record for record in records(ruled)}
    first = asyncio.run(planned(ruled))[0]
    asyncio.run(archived(str(archive), "sqlite", first, SqliteKeeper(ruled / "sinks" / "sqlite")))
    weft("retention", "run", "--archive", str(archive))
    kept = list(dataset.records(archive))
    assert {record["event_id"]: record for record in kept} == {
        event_id: record for event_id, record in before.items() if event_id not in KEPT
    }
    assert len(kept) == len(before) - len(KEPT)
    assert [line["archived"] for line in book(ruled)[1::2]] == [0, 4, 3]


def records(state: Path) -> list[dict[str, Any]]:
    async def ask() -> list[dict[str, Any]]:
        store = SqliteStore(state / "sinks" / "sqlite")
        try:
            return [*await store.search(Query())]
        finally:
            await store.stop()

    return asyncio.run(ask())


async def planned(state: Path) -> list[Deletion]:
    today = datetime.now(UTC).date()
    rules = [Rule(0, signal="metric"), Rule(7, below=17)]
    return [*plan(await SqliteKeeper(state / "sinks" / "sqlite").days(today), rules, today)]


def test_a_second_run_finds_nothing(weft: Weft, ruled: Path) -> None:
    weft("retention", "run")
    result = weft("retention", "run")
    assert (result.out, result.err.strip()) == ("", "nothing is too old")


@pytest.mark.parametrize("command", ["plan", "run"])
def test_without_rules_there_is_nothing_to_do_and_the_cure_is_told(weft: Weft, state: Path, command: str) -> None:
    result = weft("retention", command)
    assert result.code == 2
    assert "retention: [{days: 30}]" in result.err


@pytest.mark.parametrize("command", ["plan", "run"])
def test_rules_for_a_store_that_weft_cannot_govern_are_an_error(weft: Weft, ruled: Path, command: str) -> None:
    (ruled / "weft.yaml").write_text("sinks: {sqlite: {retention: [{days: 0}]}, file: {retention: [{days: 30}]}}")
    before = found(ruled)
    result = weft("retention", command)
    assert result.code == 2
    assert "the store of file cannot be governed by Weft" in result.err
    assert found(ruled) == before


def test_a_plan_without_anything_says_so(weft: Weft, ruled: Path) -> None:
    (ruled / "weft.yaml").write_text("sinks: {sqlite: {retention: [{days: 100000}]}}")
    result = weft("retention", "plan")
    assert (result.out, result.err.strip()) == ("", "nothing is too old")


def test_nothing_is_erased_where_one_of_the_stores_cannot_be_asked(weft: Weft, ruled: Path) -> None:
    (ruled / "weft.yaml").write_text("sinks: {sqlite: {}, postgres: {options: {dsn_env: NO_SUCH_VARIABLE}}}")
    before = found(ruled)
    result = weft("forget", "--attribute", f"user.id={PERSON}", "--yes")
    assert result.code == 2
    assert found(ruled) == before


def test_a_person_is_erased_from_all_stores(weft: Weft, state: Path) -> None:
    result = weft("forget", "--attribute", f"user.id={PERSON}", "--yes")
    assert result.out.splitlines() == [
        "sqlite  1991-01-01  1 record erased",
        f"sqlite  {FIRST}  1 record erased",
        "sqlite  2026-03-02  1 record erased",
        "sqlite  3 records erased",
    ]
    assert not {"raw-logs-0-10", "raw-logs-0-12", "raw-logs-0-14"} & set(found(state))


def test_the_book_does_not_say_who_was_erased(weft: Weft, state: Path) -> None:
    weft("forget", "--attribute", f"user.id={PERSON}", "--yes")
    assert [(line["action"], line["kind"]) for line in book(state)] == [("forget", "WithAttribute")] * 2
    assert book(state)[1]["erased"] == 3
    assert PERSON not in (state / "audit.ndjson").read_text()


def test_an_erasure_can_be_read_by_a_program(weft: Weft, state: Path) -> None:
    said = json.loads(weft("forget", "--trace", "a" * 32, "--yes", "--json").out)
    assert said == {"sink": "sqlite", "erased": 0, "days": {}, "note": ""}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--trace", "xyz"),
        ("--attribute", "user.id"),
        ("--attribute", "=42"),
        ("--attribute", "a="),
        ("--attribute", "a=\udcff"),
        ("--trace", "a" * 32, "--attribute", "a=b"),
    ],
)
def test_who_is_meant_must_be_said_once_and_whole(weft: Weft, state: Path, arguments: tuple[str, ...]) -> None:
    assert weft("forget", *arguments, "--yes").code == 2


def test_nothing_is_erased_unasked_where_nobody_can_answer(weft: Weft, state: Path) -> None:
    result = weft("forget", "--attribute", f"user.id={PERSON}")
    assert result.code == 2
    assert "--yes" in result.err
    assert "raw-logs-0-10" in found(state)


def test_where_nothing_was_stored_there_is_nothing_to_erase(
    weft: Weft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEFT_STATE_DIR", str(tmp_path))
    result = weft("forget", "--trace", "a" * 32, "--yes")
    assert result.code == 2
    assert "no store" in result.err


def test_the_small_files_of_a_parquet_sink_are_merged(
    weft: Weft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEFT_STATE_DIR", str(tmp_path))
    folder = tmp_path / "sinks" / "parquet"
    for seed in range(2):
        asyncio.run(deliver(folder, make_items(20, partition=seed), partition=seed))
    records = len(list(dataset.records(folder)))

    assert "merged" in weft("retention", "compact").err

    files = dataset.committed(folder)
    assert len(files) == len({file.path.rpartition("/")[0] for file in files})
    assert sum(file.records for file in files) == records == 40
    assert weft("retention", "compact").err.strip() == "there is nothing to merge"


def test_a_store_without_small_files_has_nothing_to_merge(weft: Weft, state: Path) -> None:
    assert weft("retention", "compact", "--sink", "sqlite").err.strip() == "there is nothing to merge"
