"""When the records of a trace are given."""

from typing import Any

from streams.dev.trace_groups import MOST_RECORDS, MOST_TRACES, QUIET_SECONDS, TraceGroups


def _record(trace_id: str, number: int = 0) -> dict[str, Any]:
    return {"trace_id": trace_id, "number": number}


def test_a_trace_is_given_once_when_it_was_quiet_for_long_enough() -> None:
    groups = TraceGroups()
    groups.add(_record("a", 1), 10.0)
    groups.add(_record("a", 2), 10.2)
    assert groups.take(10.2 + QUIET_SECONDS * 0.9) == []
    assert groups.take(10.3 + QUIET_SECONDS) == [[_record("a", 1), _record("a", 2)]]
    assert groups.take(99.0) == []


def test_traces_that_overlap_are_kept_apart_in_the_order_in_which_they_became_quiet() -> None:
    groups = TraceGroups()
    for trace_id, number in [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("a", 3)]:
        groups.add(_record(trace_id, number), 1.0)
    assert groups.take(9.0) == [
        [_record("b", 1), _record("b", 2)],
        [_record("a", 1), _record("a", 2), _record("a", 3)],
    ]


def test_what_comes_after_a_trace_was_given_is_a_new_group() -> None:
    groups = TraceGroups()
    groups.add(_record("a", 1), 1.0)
    groups.take(9.0)
    groups.add(_record("a", 2), 10.0)
    assert groups.take(19.0) == [[_record("a", 2)]]


def test_a_trace_that_never_ends_is_given_in_parts() -> None:
    groups = TraceGroups()
    for number in range(MOST_RECORDS):
        groups.add(_record("a", number), 1.0)
    [group] = groups.take(1.0)
    assert len(group) == MOST_RECORDS


def test_the_traces_quiet_for_longest_give_way_when_there_are_too_many() -> None:
    groups = TraceGroups()
    for number in range(MOST_TRACES + 2):
        groups.add(_record(str(number)), 1.0)
    groups.add(_record("0", 2), 1.0)
    assert groups.take(1.0) == [[_record("1")], [_record("2")]]


def test_the_rest_is_all_that_is_left() -> None:
    groups = TraceGroups()
    groups.add(_record("a"), 1.0)
    groups.add(_record("b"), 1.0)
    assert groups.rest() == [[_record("a")], [_record("b")]]
    assert groups.rest() == []
