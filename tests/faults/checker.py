"""Judges a run by what is in the topics and the group's commits alone; it shares no code with the program.

What must hold after the last record was committed: each input offset has exactly one outcome, whatever is there
twice has the same bytes, and a trace (or, without one, a raw partition) keeps its order once later copies are
taken out. No commit may ever be ahead of the log of its outputs, or go back.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiokafka.partitioner import murmur2

_EXAMPLES = 5
_COUNTERS = ("consumed", "split", "enriched", "dead", "sampled", "joined")

Headers = tuple[tuple[str, bytes], ...]


class Kept(NamedTuple):
    """A record as a topic holds it; `time_ms` is when it was appended to the log, for the outputs."""

    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    time_ms: int


class Commit(NamedTuple):
    """What the group has committed for a raw partition."""

    offset: int
    metadata: str


class Committed(NamedTuple):
    """A commit that was made while the run went on; `time_ms` is when the broker took it."""

    time_ms: int
    partition: int
    offset: int


@dataclass(kw_only=True)
class Evidence:
    """Everything that a run left: topics as they are, in offset order within each partition.

    `ends` and `commits` are by raw partition, `history` is every commit in the order in which it was made.
    """

    raw_topic: str
    raw: Sequence[Kept]
    enriched: Sequence[Kept]
    dead: Sequence[Kept]
    enriched_partitions: int
    dead_partitions: int
    ends: Mapping[int, int]
    commits: Mapping[int, Commit]
    history: Sequence[Committed] = ()


class Place(NamedTuple):
    """Coordinates of a raw record."""

    partition: int
    offset: int


@dataclass
class Verdict:
    """What is wrong, by kind of fault, and what the run consisted of; `replays` are copies beyond the first."""

    records: int = 0
    enriched: int = 0
    dead: int = 0
    replays: int = 0
    found: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def add(self, fault: str, where: object) -> None:
        """Count a fault and keep the first places where it was found."""
        self.found[fault] += 1
        if len(self.examples[fault]) < _EXAMPLES:
            self.examples[fault].append(str(where))

    def replay(self, where: object) -> None:
        """Count a later copy, which is no fault, and keep the first places."""
        self.replays += 1
        if self.replays <= _EXAMPLES:
            self.examples["replays"].append(str(where))

    def __str__(self) -> str:
        found = "; ".join(f"{name}: {n} ({', '.join(self.examples[name])})" for name, n in self.found.items())
        return (
            f"{self.records} records, {self.enriched} enriched, {self.dead} dead, {self.replays} replays: "
            f"{found or 'nothing wrong'}"
        )


@dataclass
class _Copies:
    """The outcomes of one topic: the first copy of each raw record, in the order of the log."""

    first: dict[Place, Kept] = field(default_factory=dict)

    def take(self, place: Place, kept: Kept, verdict: Verdict) -> None:
        first = self.first.get(place)
        if first is None:
            self.first[place] = kept
            return
        verdict.replay(place)
        if (first.key, first.value, first.headers) != (kept.key, kept.value, kept.headers):
            verdict.add("altered", place)
        if first.partition != kept.partition:
            verdict.add("moved", place)


def check(evidence: Evidence) -> Verdict:
    """Find everything that is wrong with a run."""
    verdict = Verdict(records=len(evidence.raw))
    raw = {Place(kept.partition, kept.offset): kept for kept in evidence.raw}
    enriched = _enriched(evidence, verdict)
    dead = _dead(evidence, verdict)
    verdict.enriched, verdict.dead = len(enriched.first), len(dead.first)
    _check_outcomes(raw, enriched, dead, verdict)
    _check_content(raw, enriched, evidence.enriched_partitions, verdict)
    _check_dead(raw, dead, evidence.dead_partitions, verdict)
    _check_order(raw, enriched.first, verdict)
    _check_order(raw, dead.first, verdict, by_trace=False)
    _check_commits(evidence, enriched, dead, verdict)
    _check_history(evidence, (*enriched.first.items(), *dead.first.items()), verdict)
    return verdict


def _enriched(evidence: Evidence, verdict: Verdict) -> _Copies:
    copies = _Copies()
    for kept in evidence.enriched:
        topic, partition, offset = json.loads(kept.value or b"{}")["event_id"].rsplit("-", 2)
        if topic != evidence.raw_topic:
            verdict.add("foreign", (kept.partition, kept.offset))
        else:
            copies.take(Place(int(partition), int(offset)), kept, verdict)
    return copies


def _dead(evidence: Evidence, verdict: Verdict) -> _Copies:
    copies = _Copies()
    for kept in evidence.dead:
        headers = dict(kept.headers)
        if headers.get("weft.dead.topic") != evidence.raw_topic.encode():
            verdict.add("foreign", (kept.partition, kept.offset))
        else:
            place = Place(int(headers["weft.dead.partition"]), int(headers["weft.dead.offset"]))
            copies.take(place, kept, verdict)
    return copies


def _check_outcomes(raw: Mapping[Place, Kept], enriched: _Copies, dead: _Copies, verdict: Verdict) -> None:
    """Each input has one outcome, and it is the right one: what cannot be read is dead, the rest is not."""
    for place, kept in raw.items():
        lives, dies = place in enriched.first, place in dead.first
        if not (lives or dies):
            verdict.add("lost", place)
        elif lives and dies:
            verdict.add("both enriched and dead", place)
        elif dies != _broken(kept):
            verdict.add("wrong outcome", place)
    for place in (enriched.first.keys() | dead.first.keys()) - raw.keys():
        verdict.add("invented", place)


def _broken(kept: Kept) -> bool:
    """Whether a record claims to be JSON and is not."""
    if ("content-type", b"application/json") not in kept.headers:
        return False
    try:
        json.loads(kept.value or b"")
    except ValueError:
        return True
    return False


def _trace(kept: Kept) -> str | None:
    """The trace id that a raw record names; all that the tests produce name it as their key, or none."""
    return kept.key.decode() if kept.key is not None else None


def _check_content(raw: Mapping[Place, Kept], enriched: _Copies, partitions: int, verdict: Verdict) -> None:
    """An enriched record holds what its own raw record said, under its trace's key and on its trace's partition."""
    for place, kept in enriched.first.items():
        source = raw.get(place)
        if source is None or _broken(source):
            continue
        trace = _trace(source)
        record = json.loads(kept.value or b"{}")
        if record["trace_id"] != trace or _said(record) != _told(source):
            verdict.add("content of another record", place)
        if kept.key != (trace.encode() if trace else None):
            verdict.add("wrong key", place)
        hashed = murmur2(kept.key) & 0x7FFFFFFF if kept.key else place.partition
        if kept.partition != hashed % partitions:
            verdict.add("wrong partition", place)


def _said(record: Mapping[str, Any]) -> tuple[object, object]:
    return record["body"], record["attributes"].get("sequence")


def _told(source: Kept) -> tuple[object, object]:
    document = json.loads(source.value or b"{}")
    return document["message"], document["sequence"]


def _check_dead(raw: Mapping[Place, Kept], dead: _Copies, partitions: int, verdict: Verdict) -> None:
    """A dead letter is its original, byte for byte, with a reason."""
    for place, kept in dead.first.items():
        source = raw.get(place)
        if source is None:
            continue
        if (kept.key, kept.value) != (source.key, source.value) or not set(source.headers) <= set(kept.headers):
            verdict.add("dead letter differs from its original", place)
        if not dict(kept.headers).get("weft.dead.reason"):
            verdict.add("dead letter without a reason", place)
        if kept.partition != place.partition % partitions:
            verdict.add("wrong partition", place)


def _check_order(
    raw: Mapping[Place, Kept], first: Mapping[Place, Kept], verdict: Verdict, *, by_trace: bool = True
) -> None:
    """First copies come in the order of the raw offsets, within a trace or, without one, a raw partition."""
    last: dict[object, Place] = {}
    for place in first:
        trace = _trace(raw[place]) if by_trace and place in raw else None
        group = trace if trace is not None else place.partition
        before = last.get(group)
        if before is not None and before >= place:
            verdict.add("out of order", f"{place} after {before}")
        last[group] = place


def _check_commits(evidence: Evidence, enriched: _Copies, dead: _Copies, verdict: Verdict) -> None:
    """Every partition is committed to its end, with counters that balance and agree with the topics."""
    outcomes = {
        "consumed": Counter(kept.partition for kept in evidence.raw),
        "enriched": Counter(place.partition for place in enriched.first),
        "dead": Counter(place.partition for place in dead.first),
    }
    for partition, end in evidence.ends.items():
        commit = evidence.commits.get(partition, Commit(0, ""))
        if commit.offset != end:
            verdict.add("commit ahead" if commit.offset > end else "commit behind", f"{partition}: {commit.offset}")
        if not end:
            continue
        counts = json.loads(commit.metadata or "{}")
        consumed, split, *ends = (counts.get(name, -1) for name in _COUNTERS)
        if consumed + split != sum(ends):
            verdict.add("counters do not balance", f"{partition}: {counts}")
        for name, of_partition in outcomes.items():
            if counts.get(name) != of_partition[partition]:
                verdict.add("wrong counter", f"{partition}: {name} {counts.get(name)}, not {of_partition[partition]}")


def _check_history(evidence: Evidence, first: Iterable[tuple[Place, Kept]], verdict: Verdict) -> None:
    """No commit covers a record whose outcome was appended only later; none goes back; the last one is what counts."""
    outcomes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place, kept in first:
        outcomes[place.partition].append((place.offset, kept.time_ms))
    made: dict[int, list[Committed]] = defaultdict(list)
    for commit in evidence.history:
        made[commit.partition].append(commit)
    for partition, last in evidence.commits.items():
        if not made[partition] or made[partition][-1].offset != last.offset:
            verdict.add("history without the last commit", partition)
    for partition, commits in made.items():
        _check_sequence(commits, sorted(outcomes[partition]), verdict)


def _check_sequence(commits: Sequence[Committed], outcomes: Sequence[tuple[int, int]], verdict: Verdict) -> None:
    """Judge the commits of one partition; `outcomes` holds offsets and times of appending."""
    covered = newest = highest = 0
    for commit in commits:
        if commit.offset < highest:
            verdict.add("commit went back", f"{commit} after {highest}")
        highest = max(highest, commit.offset)
        while covered < len(outcomes) and outcomes[covered][0] < commit.offset:
            newest = max(newest, outcomes[covered][1])
            covered += 1
        if newest > commit.time_ms:
            verdict.add("commit before its output", f"{commit}, output at {newest}")
