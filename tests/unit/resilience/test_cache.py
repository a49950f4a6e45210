"""The memory of answers: how long, how many, and what was asked for longest ago goes first."""

from __future__ import annotations

from collections import OrderedDict

from hypothesis import given
from hypothesis import strategies as st

from streams.resilience.cache import Cache
from streams.testing.outside import ManualClock


def make(entries: int = 3, seconds: float = 10) -> tuple[Cache[int], ManualClock]:
    clock = ManualClock()
    return Cache(entries, seconds, clock), clock


def test_what_was_kept_is_found_and_the_rest_is_missing() -> None:
    cache, _ = make()
    cache.keep("a", 1)
    assert cache.find(["a", "b"]) == ({"a": 1}, ["b"])
    assert (cache.hits, cache.misses) == (1, 1)


def test_an_answer_grows_old() -> None:
    cache, clock = make(seconds=10)
    cache.keep("a", 1)
    clock.advance(9.9)
    assert cache.find(["a"]) == ({"a": 1}, [])
    clock.advance(0.1)
    assert cache.find(["a"]) == ({}, ["a"])


def test_being_asked_for_keeps_it_but_makes_it_no_younger() -> None:
    cache, clock = make(entries=2, seconds=10)
    cache.keep("a", 1)
    cache.keep("b", 2)
    cache.find(["a"])
    cache.keep("c", 3)
    assert cache.find(["a", "b", "c"]) == ({"a": 1, "c": 3}, ["b"])
    clock.advance(10)
    assert cache.find(["a"]) == ({}, ["a"])


def test_with_no_entries_nothing_is_kept() -> None:
    cache, _ = make(entries=0)
    cache.keep("a", 1)
    assert len(cache) == 0


def test_a_strangers_long_keys_are_not_kept() -> None:
    cache, _ = make()
    cache.keep("k" * 1_024, 1)
    cache.keep("k" * 1_025, 2)
    assert len(cache) == 1


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefgh")), max_size=60), st.integers(0, 5))
def test_it_holds_the_last_used_and_never_more_than_its_entries(steps: list[tuple[bool, str]], entries: int) -> None:
    cache, _ = make(entries)
    used: OrderedDict[str, int] = OrderedDict()
    for number, (keeps, key) in enumerate(steps):
        if keeps:
            cache.keep(key, number)
            used[key] = number
            used.move_to_end(key)
        else:
            found, _ = cache.find([key])
            assert found == ({key: used[key]} if key in used else {})
            if key in used:
                used.move_to_end(key)
        while len(used) > entries:
            used.popitem(last=False)
        assert len(cache) == len(used)
