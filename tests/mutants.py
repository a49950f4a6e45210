"""Proves that the tests bite: each one-line mutant of the delivery path must fail the test that is named for it.

Run it by `make mutants`. The tree is copied, so that the working tree is never touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("streams", "schemas", "tests", "pyproject.toml")
SECONDS = 180


class Mutant(NamedTuple):
    """One line made wrong, and the test that must notice."""

    name: str
    file: str
    right: str
    wrong: str
    test: str


MUTANTS = (
    Mutant(
        "commit before the acknowledgement",
        "streams/kafka/commits.py",
        "while self._bundles and not self._bundles[0].pending:",
        "while self._bundles:",
        "tests/unit/kafka/test_commits.py::test_nothing_is_committed_before_its_outputs_are_acknowledged",
    ),
    Mutant(
        "register after an await",
        "streams/kafka/source.py",
        "        chunks = list(self._register(fetched))",
        "        await self.sleep(1); chunks = list(self._register(fetched))",
        "tests/kafka/runtime/test_handover.py::test_records_are_registered_before_anything_else_can_run",
    ),
    Mutant(
        "commit after the revoke",
        "streams/kafka/ownership.py",
        "        committed = await self._commit_in_time()\n        self.assignments = {}",
        "        self.assignments = {}; committed = await self._commit_in_time()",
        "tests/kafka/runtime/test_handover.py::test_a_stop_commits_what_is_acknowledged",
    ),
    Mutant(
        "no drain",
        "streams/kafka/ownership.py",
        "while not all(a.tracker.idle for",
        "while False and not all(a.tracker.idle for",
        "tests/kafka/runtime/test_handover.py::test_a_stop_waits_for_acknowledgements_in_flight",
    ),
    Mutant(
        "a send error is swallowed",
        "streams/kafka/writer.py",
        "                if not (error.retriable or isinstance(error, KafkaTimeoutError)):\n                    raise",
        "                if not (error.retriable or isinstance(error, KafkaTimeoutError)):\n                    return",
        "tests/unit/kafka/test_writer.py::"
        "test_a_failure_that_cannot_be_retried_ends_the_writer_with_nothing_sent_after_it",
    ),
    Mutant(
        "batches are swapped",
        "streams/kafka/writer.py",
        "self._parcels.append(parcel)",
        "self._parcels.appendleft(parcel)",
        "tests/unit/kafka/test_writer.py::test_the_next_batch_leaves_only_after_the_last_one_was_acknowledged",
    ),
    Mutant(
        "a second batch behind one that is not acknowledged",
        "streams/kafka/writer.py",
        "await (await self._producer.send_batch(",
        "(await self._producer.send_batch(",
        "tests/unit/kafka/test_writer.py::test_the_next_batch_leaves_only_after_the_last_one_was_acknowledged",
    ),
    Mutant(
        "no seek back after getmany raised",
        "streams/kafka/source.py",
        "            ownership.seek_to_tails()",
        "            pass",
        "tests/kafka/runtime/test_hazards.py::"
        "test_when_a_fetch_raises_every_position_goes_back_to_where_records_were_registered",
    ),
    Mutant(
        "a sink stores replays again",
        "streams/agents/lane.py",
        "elif seen.is_new(item):",
        "elif True:",
        "tests/unit/agents/test_lane.py::test_every_record_has_its_outcome",
    ),
    Mutant(
        "a sink goes on with a partition that was revoked",
        "streams/agents/lane.py",
        "        self.task.cancel()",
        "        pass",
        "tests/unit/agents/test_lane.py::test_an_abandoned_write_ends_and_nothing_of_it_is_settled",
    ),
    Mutant(
        "a sink stores what was given back",
        "streams/agents/deliver.py",
        "if chunk.stale:",
        "if False:",
        "tests/unit/agents/test_deliver.py::test_what_was_given_back_is_left_alone",
    ),
    Mutant(
        "a store that is away does not pause its partitions",
        "streams/sink_role.py",
        'self.ownership.hold_those(self.deliverer.has_work, "sink.unavailable", self.outlet.look())',
        "self.outlet.look()",
        "tests/kafka/sinks/test_outages.py::test_an_operator_isolates_a_sink_and_resets_it",
    ),
    Mutant(
        "no generation check",
        "streams/kafka/membership.py",
        "if self.current != member:",
        "if False:",
        "tests/kafka/runtime/test_hazards.py::test_a_commit_under_a_generation_that_is_over_is_refused",
    ),
    Mutant(
        "a cut is obeyed before it is committed",
        "streams/agents/normalise.py",
        "return await self._ownership.commit_cut(chunk.assignment) and not chunk.stale",
        "return True",
        "tests/unit/test_normaliser.py::test_a_chunk_that_obeys_a_cut_is_processed_once_the_cut_is_committed",
    ),
    Mutant(
        "a cut is not repeated",
        "streams/kafka/assignment.py",
        "cut = self.cut if self.cut is not None and self.cut > prefix else None",
        "cut = self.cut if self.cut != self.committed.cut else None",
        "tests/unit/kafka/test_cuts.py::test_a_cut_is_repeated_until_the_offset_has_reached_it",
    ),
    Mutant(
        "complete behind an open event",
        "streams/pipeline/multiline/joiner.py",
        "return group.first.offset if group else end",
        "return end",
        "tests/unit/pipeline/multiline/test_replays.py::test_the_same_bytes_whatever_happens",
    ),
    Mutant(
        "auto-commit",
        "streams/kafka/role_clients.py",
        "enable_auto_commit=False",
        "enable_auto_commit=True",
        "tests/kafka/runtime/test_hazards.py::"
        "test_a_drain_ends_at_its_deadline_and_only_the_acknowledged_prefix_is_committed",
    ),
    Mutant(
        "commit after another writer took over",
        "streams/sinks/parquet/log.py",
        "            raise Fenced",
        "            pass",
        "tests/sinks/parquet/test_log.py::test_who_was_taken_over_can_commit_nothing",
    ),
    Mutant(
        "marks beside the log",
        "streams/sinks/parquet/partition.py",
        "self._writer.commit(self._attempt.id, new, marks=marks)",
        "self._writer.commit(self._attempt.id, new)",
        "tests/sinks/parquet/test_sink.py::test_replays_in_another_split_change_no_file",
    ),
    Mutant(
        "a lost answer forgotten",
        "streams/sinks/parquet/partition.py",
        "        self._settle()\n        refused",
        "        refused",
        "tests/sinks/parquet/test_sink.py::test_redriven_records_whose_answer_was_lost_are_stored_once",
    ),
    Mutant(
        "no note of files to come",
        "streams/sinks/parquet/writer.py",
        "        self._note([*(file.path for file in added), *removed])\n",
        "",
        "tests/sinks/parquet/test_sink.py::test_what_a_zombie_wrote_and_could_not_remove_is_gone_after_the_next_assignment",
    ),
    Mutant(
        "a dead letter after the marks",
        "streams/resilience/parcel.py",
        "            await self._bury(self._batch.items[index], delivered)",
        "            pass",
        "tests/unit/resilience/test_marked_delivery.py::test_nothing_behind_a_dead_record_is_written_before_it_is_buried",
    ),
    Mutant(
        "a record given up for its store's failures",
        "streams/resilience/attempts.py",
        "stored > 0 and lost * _MOSTLY <= stored and self.openings == before.openings",
        "stored > 0",
        "tests/unit/resilience/test_exhausted.py::test_in_a_storm_of_an_hour_nothing_is_given_up",
    ),
    Mutant(
        "a record given up without a witness",
        "streams/resilience/parcel.py",
        "            failures += suspect\n",
        "            failures += 1\n",
        "tests/unit/resilience/test_exhausted.py::test_with_nothing_else_to_store_it_waits",
    ),
    Mutant(
        "a trace stored around what is not",
        "streams/resilience/parcel.py",
        "if result.outcome is Outcome.RETRY or (key in held and not (dead and self._batch.marks)):",
        "if result.outcome is Outcome.RETRY:",
        "tests/unit/resilience/test_delivery.py::test_behind_what_is_not_settled_the_trace_waits",
    ),
    Mutant(
        "parts with the marks of the whole",
        "streams/resilience/deduplication.py",
        "advanced(batch.before, batch.items[:end])",
        "batch.marks",
        "tests/unit/resilience/test_marked_delivery.py::test_marks_are_never_ahead_of_what_is_stored_or_rejected",
    ),
    Mutant(
        "a lost answer stored twice",
        "streams/resilience/writer.py",
        "        self._unknown.add(place)\n",
        "",
        "tests/unit/resilience/test_writer.py::test_what_was_stored_without_an_answer_is_not_stored_again",
    ),
)


def passes(tree: Path, test: str) -> bool:
    """Run one test against a tree; False when it fails or hangs."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "--timeout=60",
        test,
    ]
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env=_environment(tree),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    if done.returncode not in (0, 1):
        raise SystemExit(f"{test} could not be run: pytest exit code {done.returncode}")
    return done.returncode == 0


def _environment(tree: Path) -> dict[str, str]:

    return {**os.environ, "PYTHONPATH": str(tree)}


def survives(mutant: Mutant) -> bool:
    """Apply a mutant to a copy of the tree and run its test there."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in COPIED:
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, tree / name)
        path = tree / mutant.file
        text = path.read_text()
        if text.count(mutant.right) != 1:
            raise SystemExit(f"{mutant.name}: {mutant.file} does not hold the line once: {mutant.right}")
        path.write_text(text.replace(mutant.right, mutant.wrong))
        return passes(tree, mutant.test)


def main() -> int:
    """Run every mutant (or those whose names hold the arguments); 1 when one survives."""
    wanted = [m for m in MUTANTS if not sys.argv[1:] or any(word in m.name for word in sys.argv[1:])]
    for test in sorted({mutant.test for mutant in wanted}):
        if not passes(ROOT, test):
            raise SystemExit(f"fails without any mutant: {test}")
    survivors = []
    for mutant in wanted:
        survived = survives(mutant)
        print(f"{'SURVIVED' if survived else 'killed  '}  {mutant.name}", flush=True)
        survivors += [mutant.name] if survived else []
    print(f"{len(wanted) - len(survivors)} killed, {len(survivors)} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
