"""Every change of a schema or a processor stands on the page of changes, with its version and its date."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from itertools import groupby, pairwise
from operator import itemgetter

import pytest

from schemas.json_schema import PUBLISHED
from schemas.publish import ROOT
from streams.processors.base import Processor
from streams.processors.registry import BUILTIN
from tests.behaviour import FOLDER

PAGE = "docs/reference/changes.md"
DIGITS = 16
Row = list[str]


def table(title: str) -> list[Row]:
    """The cells of a table, row by row, without its head."""
    section = (ROOT / PAGE).read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip().strip("`") for cell in line.split("|")[1:-1]] for line in section.splitlines() if "|" in line]
    return rows[2:]


SCHEMAS, PROCESSORS = table("Schemas"), table("Processors")


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_newest_row_of_a_schema_has_its_digest(name: str) -> None:
    schema, _, version = name.partition("/v")
    digest = sha256((ROOT / f"schemas/golden/{name}.schema.json").read_bytes()).hexdigest()[:DIGITS]
    newest = next((row for row in SCHEMAS if row[:2] == [schema, version]), [])
    assert newest[3:4] == [digest], f"tell in {PAGE} what changed, with the digest {digest}"


@pytest.mark.parametrize("kind", BUILTIN, ids=[kind.name for kind in BUILTIN])
def test_the_newest_row_of_a_processor_is_its_version(kind: type[Processor]) -> None:
    newest = next((row for row in PROCESSORS if row[0] == kind.name), [])
    assert newest[1:2] == [kind.version], f"tell in {PAGE} what version {kind.version} changed"


def test_each_version_of_a_processor_has_a_row_and_its_file_of_behaviour() -> None:
    assert sorted(f"{name}@{version}.yaml" for name, version, *_ in PROCESSORS) == sorted(
        path.name for path in FOLDER.glob("*.yaml")
    )


def test_only_published_schemas_have_rows() -> None:
    assert {f"{name}/v{version}" for name, version, *_ in SCHEMAS} == set(PUBLISHED)


@pytest.mark.parametrize("rows", [SCHEMAS, PROCESSORS], ids=["schemas", "processors"])
def test_rows_have_dates_that_fall_and_say_what_changed(rows: list[Row]) -> None:
    assert all(row[-1] for row in rows)
    for _, of_one in groupby(sorted(rows, key=itemgetter(0)), itemgetter(0)):
        days = [date.fromisoformat(row[2]) for row in of_one]
        assert all(newer >= older for newer, older in pairwise(days))
