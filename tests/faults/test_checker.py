"""The checker finds what it is there to find: each fault, crafted into a run that is otherwise right."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from aiokafka.partitioner import murmur2

from tests.faults.checker import Commit, Committed, Evidence, Kept, check

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
OUTPUTS = 4
APPENDED = 1_000
JSON = ("content-type", b"application/json")
BROKEN = 4
"""The offset of the record that cannot be read; the one at 5 has no trace, the others are one trace."""

Change = Callable[[Evidence], Evidence]


def raw_record(offset: int) -> Kept:
    if offset == BROKEN:
        return Kept(1, offset, TRACE.encode(), b'{"broken', (JSON,), 0)
    document = {"message": f"m{offset}", "sequence": offset}
    traced = offset != 5
    value = json.dumps(document | ({"trace_id": TRACE} if traced else {})).encode()
    return Kept(1, offset, TRACE.encode() if traced else None, value, (), 0)


def enriched_record(position: int, raw: Kept) -> Kept:
    place = (murmur2(raw.key) & 0x7FFFFFFF) % OUTPUTS if raw.key else raw.partition
    record = {
        "event_id": f"raw-{raw.partition}-{raw.offset}",
        "trace_id": raw.key.decode() if raw.key else None,
        "body": f"m{raw.offset}",
        "attributes": {"sequence": raw.offset},
    }
    return Kept(place, position, raw.key, json.dumps(record).encode(), (), APPENDED)


def dead_record(raw: Kept) -> Kept:
    place = {"topic": "raw", "partition": str(raw.partition), "offset": str(raw.offset), "reason": "decode.json"}
    headers = tuple((f"weft.dead.{name}", text.encode()) for name, text in place.items())
    return Kept(raw.partition, 0, raw.key, raw.value, (*raw.headers, *headers), APPENDED)


def metadata(**changes: int) -> str:
    counts = {"consumed": 8, "split": 0, "enriched": 7, "dead": 1, "sampled": 0, "joined": 0}
    return json.dumps(counts | changes)


def right_run() -> Evidence:
    """Eight records of raw partition 1, each with its one right outcome."""
    raw = [raw_record(offset) for offset in range(8)]
    return Evidence(
        raw_topic="raw",
        raw=raw,
        enriched=[enriched_record(n, kept) for n, kept in enumerate(raw) if kept.offset != BROKEN],
        dead=[dead_record(raw[BROKEN])],
        enriched_partitions=OUTPUTS,
        dead_partitions=2,
        ends={0: 0, 1: 8},
        commits={1: Commit(8, metadata())},
        history=[Committed(APPENDED - 1, 1, 0), Committed(APPENDED, 1, 8)],
    )


def test_a_right_run_has_nothing_wrong() -> None:
    verdict = check(right_run())

    assert not verdict.found
    assert (verdict.records, verdict.enriched, verdict.dead, verdict.replays) == (8, 7, 1, 0)


def test_replays_of_the_same_bytes_are_counted_and_right() -> None:
    run = right_run()
    replayed = replace(run, enriched=[*run.enriched, *run.enriched[2:]], dead=[*run.dead, *run.dead])

    verdict = check(replayed)

    assert not verdict.found
    assert verdict.replays == 6


def enriched_changed(index: int, **fields: object) -> Change:
    """Change a field of an enriched record as Kafka holds it."""

    def change(run: Evidence) -> Evidence:
        records = list(run.enriched)
        records[index] = records[index]._replace(**fields)  # type: ignore[arg-type]
        return replace(run, enriched=records)

    return change


def said_changed(index: int, **fields: object) -> Change:
    """Change what an enriched record says."""

    def change(run: Evidence) -> Evidence:
        value = json.dumps(json.loads(run.enriched[index].value or b"") | fields).encode()
        return enriched_changed(index, value=value)(run)

    return change


def dead_changed(**fields: object) -> Change:
    def change(run: Evidence) -> Evidence:
        return replace(run, dead=[run.dead[0]._replace(**fields)])  # type: ignore[arg-type]

    return change


def replayed_as(**fields: object) -> Change:
    """Add a copy of the first enriched record that differs."""

    def change(run: Evidence) -> Evidence:
        copy = run.enriched[0]._replace(offset=7, **fields)  # type: ignore[arg-type]
        return replace(run, enriched=[*run.enriched, copy])

    return change


def enriched_order(*order: int) -> Change:
    return lambda run: replace(run, enriched=[run.enriched[index] for index in order])


def committed(offset: int, text: str | None = None) -> Change:
    return lambda run: replace(run, commits={1: Commit(offset, metadata() if text is None else text)})


def history(*seen: tuple[int, int]) -> Change:
    return lambda run: replace(run, history=[Committed(time_ms, 1, offset) for time_ms, offset in seen])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        pytest.param(enriched_order(0, 1, 2, 3, 4, 5), "lost", id="an enriched record is missing"),
        pytest.param(lambda run: replace(run, dead=[]), "lost", id="a dead letter is missing"),
        pytest.param(lambda run: replace(run, raw=run.raw[:-1]), "invented", id="an outcome has no input"),
        pytest.param(replayed_as(value=b'{"event_id":"raw-1-0"}'), "altered", id="a replay has other bytes"),
        pytest.param(replayed_as(key=None), "altered", id="a replay has another key"),
        pytest.param(replayed_as(partition=3), "moved", id="a replay is on another partition"),
        pytest.param(enriched_order(1, 0, 2, 3, 4, 5, 6), "out of order", id="two records of a trace are swapped"),
        pytest.param(enriched_changed(0, key=b"other"), "wrong key", id="a record has another key"),
        pytest.param(enriched_changed(0, key=None), "wrong key", id="a record has lost its key"),
        pytest.param(enriched_changed(4, key=b"x"), "wrong key", id="a record without trace has a key"),
        pytest.param(enriched_changed(0, partition=3), "wrong partition", id="a trace is on another partition"),
        pytest.param(enriched_changed(4, partition=3), "wrong partition", id="an untraced record is misplaced"),
        pytest.param(said_changed(0, body="m1"), "content of another record", id="a record has another's body"),
        pytest.param(said_changed(0, trace_id=None), "content of another record", id="a record has lost its trace"),
        pytest.param(said_changed(0, attributes={}), "content of another record", id="a record has lost a field"),
        pytest.param(said_changed(0, event_id="x-1-0"), "foreign", id="an output is of another topic"),
        pytest.param(said_changed(0, event_id="raw-1-4"), "both enriched and dead", id="a record has two outcomes"),
        pytest.param(
            lambda run: replace(run, dead=[*run.dead, dead_record(run.raw[0])], enriched=run.enriched[1:]),
            "wrong outcome",
            id="a good record is dead",
        ),
        pytest.param(dead_changed(value=b"{"), "dead letter differs from its original", id="a dead letter's bytes"),
        pytest.param(dead_changed(key=None), "dead letter differs from its original", id="a dead letter's key"),
        pytest.param(
            lambda run: dead_changed(headers=run.dead[0].headers[1:])(run),
            "dead letter differs from its original",
            id="a dead letter's own header",
        ),
        pytest.param(
            lambda run: dead_changed(headers=run.dead[0].headers[:-1])(run),
            "dead letter without a reason",
            id="a dead letter does not say why",
        ),
        pytest.param(dead_changed(partition=0), "wrong partition", id="a dead letter is misplaced"),
        pytest.param(committed(9), "commit ahead", id="committed beyond the end"),
        pytest.param(committed(7), "commit behind", id="not committed to the end"),
        pytest.param(lambda run: replace(run, commits={}), "commit behind", id="never committed"),
        pytest.param(committed(8, ""), "wrong counter", id="no counters"),
        pytest.param(committed(8, metadata(joined=1)), "counters do not balance", id="counters do not balance"),
        pytest.param(committed(8, metadata(consumed=9, enriched=8)), "wrong counter", id="counted twice"),
        pytest.param(committed(8, metadata(enriched=8, dead=0)), "wrong counter", id="counted as the other outcome"),
        pytest.param(history((1_000, 8), (1_001, 3)), "commit went back", id="a commit went back"),
        pytest.param(history((1_000, 7)), "history without the last commit", id="a commit is missing"),
        pytest.param(history(), "history without the last commit", id="no commit could be read"),
        pytest.param(history((999, 1), (1_000, 8)), "commit before its output", id="committed before the output"),
        pytest.param(history((999, 5), (1_000, 8)), "commit before its output", id="committed before a dead letter"),
    ],
)
def test_each_fault_is_found(change: Change, fault: str) -> None:
    assert fault in check(change(right_run())).found
