"""What redaction finds of what it was not made from, and what it takes for secret that is none: with the aims.

Recall at least 99 % of each kind with a check digit or a fixed form and 95 % of each other, false hits at most 0.5 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache

import pytest

from streams.pipeline import Pipeline
from streams.processors.redaction.kinds import KINDS
from streams.settings import ProcessorEntry, Settings
from streams.testing import FakeRecord, chunk_of
from tests.golden.accuracy import samples
from tests.golden.recall import LIKELY, SURE, came_out, changed, leaks, misses, redacting, table
from tests.personal import held_out
from tests.personal.harmless import HARMLESS
from tests.personal.hiding import PLACES, Hiding
from tests.personal.made import Kinds, Maker
from tests.shared_data import facts, files, needs_shared_data

MOST_MISSED_OF_SURE, MOST_MISSED_OF_LIKELY, MOST_FALSE = 0.01, 0.05, 0.005
SEED = 20_261_121
WITHOUT, WITH = cache(lambda: redacting()), cache(lambda: redacting("redact"))


@pytest.mark.parametrize(
    ("kinds", "places", "rounds", "most"),
    [
        pytest.param(SURE, PLACES, 1, MOST_MISSED_OF_SURE, id="fixed forms"),
        pytest.param(LIKELY, PLACES, 2, MOST_MISSED_OF_LIKELY, id="other forms"),
        pytest.param(held_out.SURE, held_out.PLACES, 2, MOST_MISSED_OF_SURE, id="fixed forms, held out"),
        pytest.param(held_out.LIKELY, held_out.PLACES, 4, MOST_MISSED_OF_LIKELY, id="other forms, held out"),
    ],
)
def test_of_each_kind_nearly_all_is_found_wherever_it_is_hidden(
    kinds: Kinds, places: Mapping[str, Hiding], rounds: int, most: float
) -> None:
    tried: Counter[str] = Counter()
    missed = list(misses(kinds, places, SEED, rounds, tried, WITH()))
    by_kind = Counter(miss.kind for miss in missed)

    assert set(tried) == set(kinds)
    assert [kind for kind in kinds if by_kind[kind] > most * tried[kind]] == [], "\n" + table(tried, missed)


@pytest.mark.parametrize("places", [PLACES, held_out.PLACES], ids=["places", "places held out"])
def test_ids_times_versions_and_hashes_stay(places: Mapping[str, Hiding]) -> None:
    tried: Counter[str] = Counter()
    hits = list(changed(HARMLESS, places, SEED, tried, WITH()))

    assert len(hits) <= MOST_FALSE * tried.total(), "\n" + table(tried, hits)


@pytest.mark.parametrize(
    ("kinds", "places"),
    [({**SURE, **LIKELY}, PLACES), ({**held_out.SURE, **held_out.LIKELY}, held_out.PLACES)],
    ids=["places", "places held out"],
)
def test_without_redaction_all_of_it_is_seen(kinds: Kinds, places: Mapping[str, Hiding]) -> None:
    """Else nothing found would mean nothing."""
    maker = Maker(SEED)
    for (place, hide), (kind, make) in zip(places.items(), [*kinds.items()] * 2, strict=False):
        secret = make(maker)
        values = hide(maker, secret)
        if values is not None:
            assert leaks(secret, came_out(WITHOUT(), values)), (kind, place)


def hits_in_samples() -> tuple[int, Counter[str]]:
    """How many records the samples are, and how many of them hold something of each kind."""
    pipeline = Pipeline(Settings(processors=(ProcessorEntry(name="redact"),)))
    lines = [line for folder in ("loghub", "elastic_examples") for file in files(folder) for line in file.open("rb")]
    values = [*lines, *(FakeRecord(raw.value, 0, raw.key, raw.headers) for name in samples() for raw, _ in facts(name))]
    records, hits = 0, Counter[str]()
    for start in range(0, len(values), 500):
        chunk = chunk_of(*values[start : start + 500])
        pipeline.prepare(chunk)
        for value in pipeline.finish(chunk, {}).values:
            records += 1
            hits.update(kind for kind in KINDS if b"[REDACTED:%b]" % kind.encode() in value)
    return records, hits


@needs_shared_data
def test_real_logs_lose_addresses_and_hardly_anything_else() -> None:
    """Their e-mail addresses are some; of the values behind `token` some are identity codes of objects."""
    records, hits = hits_in_samples()

    assert records > 90_000
    assert hits.keys() <= {"email", "secret"}, hits
    assert hits["secret"] <= MOST_FALSE * records / 10, hits
