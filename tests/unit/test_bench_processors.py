"""The bench of processors: its rows at a size that says nothing about speed."""

from __future__ import annotations

from bench.processors import catalogue_megabytes, rows


def test_there_is_a_row_for_each_aim_and_every_one_was_measured() -> None:
    made = list(rows(lines=60, rounds=1, services=200))

    assert [row.name.partition(":")[0] for row in made] == [
        *("redaction alone, of orjson.loads", "default chain, of normalising") * 2,
        "catalogue of 200 services, of one of 100",
    ]
    assert [row.aim for row in made] == ["< 1.5", "<= 1", "", "", "1"]
    assert all(row.compared > 0 for row in made)


def test_a_larger_catalogue_holds_more() -> None:
    assert 0 < catalogue_megabytes(1_000) < catalogue_megabytes(3_000) < 10
