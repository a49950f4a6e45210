"""What one run did: the worker's own books between two moments, against what was fed and what came out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from streams.kafka.ledger import Account
from streams.types import Counts


@dataclass(frozen=True, slots=True)
class Observed:
    """What the demo saw with its own eyes: how many records it fed, and all outputs by dialect and by reason."""

    produced: int
    enriched: Counter[str]
    dead: Counter[str]


@dataclass(frozen=True, slots=True)
class Books:
    """The books of a run; `observed` is None where nothing but the worker looked.

    `counts` is what was committed in this run, `in_flight` the offsets that are not committed at its end; `sink` has
    the same of the sink, whose `enriched` are what it stored.
    """

    counts: Counts
    in_flight: int
    problems: tuple[str, ...]
    observed: Observed | None = None
    sink: Books | None = None

    @property
    def balanced(self) -> bool:
        """Whether every record that was consumed has its outcome, and every outcome was seen."""
        return not self.problems


def close(
    before: Sequence[Account], after: Sequence[Account], observed: Observed | None = None, sink: Books | None = None
) -> Books:
    """Close the books of a run that lasted from `before` to `after`, and those of its sink with them."""
    counts = Counts()
    earlier = {account.tp: account for account in before}
    for account in after:
        counts.add(_counted(earlier.get(account.tp), account))
    in_flight = sum(account.lag for account in after)
    problems = [*_problems(after, counts, in_flight, observed), *(_sink_problems(counts, sink) if sink else ())]
    return Books(counts, in_flight, tuple(problems), observed, sink)


def _sink_problems(counts: Counts, sink: Books) -> Iterator[str]:
    yield from (f"sink: {problem}" for problem in sink.problems)
    if (lost := counts.enriched - sink.counts.consumed - sink.in_flight) > 0:
        yield f"{lost} enriched records did not reach the sink"


def _counted(before: Account | None, after: Account) -> Counts:
    """Give what one partition's counters gained; from zero when they began anew in between."""
    if after.state is None:
        return Counts()
    if before is None or before.state is None or before.state.base != after.state.base:
        return after.state.counts
    old, new = before.state.counts, after.state.counts
    return Counts(**{field.name: getattr(new, field.name) - getattr(old, field.name) for field in fields(Counts)})


def _problems(after: Sequence[Account], counts: Counts, in_flight: int, observed: Observed | None) -> Iterator[str]:
    for account in after:
        yield from (f"{account.tp.topic}-{account.tp.partition}: {problem}" for problem in account.problems())
    if counts.balance:
        yield f"{abs(counts.balance)} outcomes of this run are {'missing' if counts.balance > 0 else 'too many'}"
    if observed is None:
        return
    if observed.produced > counts.consumed + in_flight:
        yield f"{observed.produced - counts.consumed - in_flight} records that were produced did not reach the worker"
    # More may be seen than is committed: replays, and work after the last commit.
    if (unseen := counts.enriched - observed.enriched.total()) > 0:
        yield f"{unseen} enriched records are counted that are not in the topic"
    if (unseen := counts.dead - observed.dead.total()) > 0:
        yield f"{unseen} dead letters are counted that are not in the topic"
