"""`weft ledger` on a real broker: books from the commits, and the topics that prove them or do not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from aiokafka import TopicPartition

Weft = Callable[..., Any]
COUNTERS = ("consumed", "split", "enriched", "dead", "sampled", "joined")


class Books:
    """Writes what a worker would have written: raw records, outputs and a commit with counters."""

    def __init__(self, names: Any, log: Any) -> None:
        self.names = names
        self.log = log

    def raw(self, count: int, partition: int = 0) -> None:
        self.log.send([self.log.Written(self.names.raw, partition, b"line")] * count)

    def commit(self, offset: int, partition: int = 0, **content: Any) -> None:
        counts = dict.fromkeys(COUNTERS, 0)
        metadata = {"v": 1, "base": 0, **counts, "cut": None, "guard": 0, "epoch": None, **content}
        self.log.commit(self.names.group, {TopicPartition(self.names.raw, partition): (offset, json.dumps(metadata))})

    def enriched(self, *places: str, body: str = "b", pipeline: str = "p1") -> None:
        """Write a record for each `offset` or `offset.inner` of partition 0."""
        self.log.send([self._enriched(place, body, pipeline) for place in places])

    def _enriched(self, place: str, body: str, pipeline: str) -> Any:
        provenance = {"pipeline": pipeline, "applied": [], "failed": []}
        content = {"event_id": f"{self.names.raw}-0-{place}", "body": body, "provenance": provenance}
        return self.log.Written(self.names.enriched, 0, json.dumps(content).encode())

    def dead(self, *offsets: int, **more: Any) -> None:
        self.log.send([self.log.Written(self.names.dead, 0, b"line", self._why(offset, more)) for offset in offsets])

    def _why(self, offset: int, more: dict[str, Any]) -> Sequence[tuple[str, bytes]]:
        why = {"reason": "decode.json", "stage": "decode", "error": "no", "topic": self.names.raw, "partition": 0}
        why |= {"offset": offset, "timestamp_ms": 0, "attempts": 1, "version": "0.1.0", "pipeline": "0123abcd"}
        return [(f"weft.dead.{name}", str(value).encode()) for name, value in (why | more).items()]


@pytest.fixture
def books(weft: Weft, names: Any, log: Any) -> Books:
    assert weft("topics", "create", "--partitions", "2").code == 0
    return Books(names, log)


def _read(weft: Weft, *options: str) -> tuple[int, dict[str, Any], str]:
    """Give exit code, the row of raw partition 0, and what was said."""
    ran = weft("ledger", "--json", *options)
    content = json.loads(ran.out)
    assert content["balanced"] == (ran.code == 0)
    assert [row["partition"] for row in content["partitions"]] == [0, 1]
    return ran.code, content["partitions"][0], ran.err


def test_a_group_that_never_committed_is_said_and_balances(weft: Weft, books: Books) -> None:
    books.raw(3)

    code, row, said = _read(weft)

    assert code == 0
    assert (row["committed"], row["base"], row["end"], row["lag"]) == (None, None, 3, 3)
    assert f"the group {books.names.group} has never committed" in said


def test_the_books_are_those_of_the_commit(weft: Weft, books: Books) -> None:
    books.raw(10)
    books.commit(9, base=1, consumed=8, split=3, enriched=6, dead=2, sampled=2, joined=1)

    code, row, _ = _read(weft)

    assert code == 0
    assert [row[name] for name in COUNTERS] == [8, 3, 6, 2, 2, 1]
    assert (row["base"], row["committed"], row["begin"], row["end"], row["lag"], row["balance"]) == (1, 9, 0, 10, 1, 0)


def test_the_table_has_a_line_for_each_partition_and_a_total(weft: Weft, books: Books) -> None:
    books.raw(2)
    books.commit(2, consumed=2, enriched=2)

    lines = [line.split() for line in weft("ledger").out.splitlines()]

    assert lines[1] == [f"{books.names.raw}-0", "0", "2", "2", "0", "2", "0", "2", "0", "0", "0", "0"]
    assert lines[2] == [f"{books.names.raw}-1", "-", "-", "0", "0", "0", "0", "0", "0", "0", "0", "0"]
    assert lines[3] == ["total", "0", "2", "0", "2", "0", "0", "0", "0"]


@pytest.mark.parametrize(
    ("offset", "counts", "problem"),
    [
        (3, {"consumed": 3, "enriched": 2}, "1 outcomes are missing"),
        (3, {"consumed": 3, "enriched": 4}, "1 outcomes are too many"),
        (3, {"consumed": 4, "enriched": 4}, "4 records are counted, but only 3 offsets committed"),
        (9, {"consumed": 9, "enriched": 9}, "the log ends at 5, before the committed offset"),
    ],
)
def test_what_does_not_balance_exits_with_1(
    weft: Weft, books: Books, offset: int, counts: dict[str, int], problem: str
) -> None:
    books.raw(5)
    books.commit(offset, **counts)

    code, row, said = _read(weft)

    assert code == 1
    assert row["problems"][0].startswith(problem)
    assert f"{books.names.raw}-0: {problem}" in said


def test_a_commit_of_somebody_else_starts_the_books_at_its_offset(weft: Weft, books: Books) -> None:
    books.raw(5)
    books.log.commit(books.names.group, {TopicPartition(books.names.raw, 0): (3, "not ours")})

    code, row, _ = _read(weft)

    assert (code, row["base"], row["committed"], row["consumed"]) == (0, 3, 3, 0)


def test_commits_of_the_group_on_other_topics_are_notes_and_no_books(weft: Weft, books: Books) -> None:
    note = json.dumps({"v": 1, "topics": {books.names.raw: "id"}})
    books.log.commit(books.names.group, {TopicPartition(books.names.dead, 0): (0, note)})

    code, row, said = _read(weft)

    assert (code, row["committed"]) == (0, None)
    assert "never committed" in said


class TestDeep:
    """The topics are read, not believed."""

    def test_the_table_ends_with_what_was_found(self, weft: Weft, books: Books) -> None:
        books.raw(1)
        books.enriched("0", "0")
        books.commit(1, consumed=1, enriched=1)

        assert weft("ledger", "--deep").out.endswith("\nreplays 1, reprocessed 0, altered 0, holes 0\n")

    def test_every_record_has_its_output(self, weft: Weft, books: Books) -> None:
        books.raw(4)
        books.enriched("0", "1", "3")
        books.dead(2)
        books.commit(4, consumed=4, enriched=3, dead=1)

        code, row, _ = _read(weft, "--deep")

        assert (code, row["problems"]) == (0, [])
        assert (row["replays"], row["reprocessed"], row["altered"], row["holes"]) == (0, 0, 0, 0)

    def test_a_record_without_output_is_a_hole(self, weft: Weft, books: Books) -> None:
        books.raw(4)
        books.enriched("0", "3")
        books.dead(2)
        books.commit(4, consumed=4, enriched=3, dead=1)

        code, row, said = _read(weft, "--deep")

        assert (code, row["holes"]) == (1, 1)
        assert f"{books.names.raw}-0: 1 records without output, at 1\n" in said

    def test_what_is_not_committed_yet_is_no_hole(self, weft: Weft, books: Books) -> None:
        books.raw(4)
        books.enriched("0", "2")
        books.commit(1, consumed=1, enriched=1)

        assert _read(weft, "--deep")[0] == 0

    def test_offsets_of_transactions_and_what_they_aborted_are_no_holes(self, weft: Weft, books: Books) -> None:
        record = books.log.Written(books.names.raw, 0, b"line")
        books.log.transact([record, record])
        books.log.transact([record], abort=True)
        books.raw(1)
        while len(visible := [str(found.offset) for found in books.log.records(books.names.raw)]) < 3:
            pass  # the markers are written behind the transactions' backs
        books.enriched(*visible)
        books.commit(6, consumed=3, enriched=3)

        code, row, _ = _read(weft, "--deep")

        assert (code, row["holes"], row["end"]) == (0, 0, 6)

    def test_sampled_and_joined_records_are_no_holes_and_a_lost_one_beside_them_is(
        self, weft: Weft, books: Books
    ) -> None:
        books.raw(4)
        books.enriched("0")
        books.commit(3, consumed=3, enriched=1, sampled=1, joined=1)
        assert _read(weft, "--deep")[0] == 0

        books.commit(4, consumed=4, enriched=2, sampled=1, joined=1)
        assert _read(weft, "--deep")[1]["holes"] == 1

    def test_a_replay_is_counted_and_is_no_fault(self, weft: Weft, books: Books) -> None:
        books.raw(2)
        books.enriched("0", "1", "0")
        books.dead()
        books.commit(2, consumed=2, enriched=2)

        code, row, _ = _read(weft, "--deep")

        assert (code, row["replays"], row["altered"]) == (0, 1, 0)

    def test_other_bytes_under_the_same_provenance_are_altered(self, weft: Weft, books: Books) -> None:
        books.raw(2)
        books.enriched("0", "1")
        books.enriched("1", body="other")
        books.commit(2, consumed=2, enriched=2)

        code, row, said = _read(weft, "--deep")

        assert (code, row["altered"], row["replays"]) == (1, 1, 1)
        assert "1 outputs altered, at 1\n" in said

    def test_other_bytes_under_another_provenance_are_reprocessed(self, weft: Weft, books: Books) -> None:
        books.raw(1)
        books.enriched("0")
        books.enriched("0", body="other", pipeline="p2")
        books.commit(1, consumed=1, enriched=1)

        code, row, _ = _read(weft, "--deep")

        assert (code, row["reprocessed"], row["altered"]) == (0, 1, 0)

    def test_enriched_and_dead_under_one_provenance_is_altered(self, weft: Weft, books: Books) -> None:
        books.raw(1)
        books.enriched("0", pipeline="0123abcd")
        books.dead(0)
        books.commit(1, consumed=1, enriched=1)

        assert _read(weft, "--deep")[1]["altered"] == 1

    def test_inner_records_of_one_message_are_counted_each(self, weft: Weft, books: Books) -> None:
        books.raw(1)
        books.enriched("0.0", "0.1")
        books.dead(0, index=2)
        books.commit(1, consumed=1, split=2, enriched=2, dead=1)
        assert _read(weft, "--deep")[0] == 0

        books.commit(1, consumed=1, split=3, enriched=3, dead=1)
        code, row, _ = _read(weft, "--deep")
        assert (code, row["problems"]) == (1, ["1 outputs fewer than were counted"])

    def test_one_dead_letter_may_stand_for_a_batch(self, weft: Weft, books: Books) -> None:
        books.raw(3)
        books.dead(0, count=3)
        books.commit(3, consumed=1, dead=1)

        assert _read(weft, "--deep")[0] == 0

    def test_what_weft_did_not_write_is_said(self, weft: Weft, books: Books) -> None:
        log, names = books.log, books.names
        log.send([log.Written(names.enriched, 0, value) for value in (b"plain", b"", b"{}", b"[]")])
        log.send([log.Written(names.dead, 0, b"no headers")])

        code, _, said = _read(weft, "--deep")

        assert code == 0
        assert "5 records in the output topics were not written by Weft" in said


def test_a_reader_that_has_gone_ends_it_silently(weft: Weft, books: Books) -> None:
    books.raw(2)
    books.commit(2, consumed=2, enriched=2)
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        ran = subprocess.run([sys.executable, "-m", "streams.cli", "ledger"], stdout=theirs, stderr=subprocess.PIPE)
    finally:
        os.close(theirs)

    assert (ran.returncode, ran.stderr) == (0, b"")
