"""What is too old by which rule, and which records are a subject's."""

from __future__ import annotations

from datetime import date, timedelta

import orjson
import pytest

from schemas.examples import example
from streams.sinks.governed import Day, Deletion, Group, OfTrace, Rule, Subject, WithAttribute, plan

TODAY = date(2026, 3, 31)
LOGS, ERRORS = Group("log", "cart", 9, 100), Group("log", "cart", 17, 5)
METRICS = Group("metric", "cart", 0, 1_000)
OTHERS = Group("log", "search", 9, 10)
ALL = [LOGS, ERRORS, METRICS, OTHERS]


def planned(days_ago: int, rules: list[Rule], *, alone: bool = True) -> list[Deletion]:
    return [*plan([Day(TODAY - timedelta(days=days_ago), alone, ALL)], rules, TODAY)]


@pytest.mark.parametrize(
    ("rules", "days_ago", "deleted"),
    [
        ([], 10_000, []),
        ([Rule(7)], 7, []),
        ([Rule(7)], 8, ALL),
        ([Rule(0)], 0, []),
        ([Rule(0)], 1, ALL),
        ([Rule(7, signal="metric")], 8, [METRICS]),
        ([Rule(7, service="search")], 8, [OTHERS]),
        ([Rule(7, below=17)], 8, [LOGS, METRICS, OTHERS]),
        ([Rule(7, signal="log", below=17)], 8, [LOGS, OTHERS]),
        ([Rule(30, service="search"), Rule(7)], 8, [LOGS, ERRORS, METRICS]),
        ([Rule(30, service="search"), Rule(7)], 31, ALL),
        ([Rule(7), Rule(1)], 3, []),
    ],
)
def test_the_first_rule_that_covers_a_record_says_how_long_it_is_kept(
    rules: list[Rule], days_ago: int, deleted: list[Group]
) -> None:
    assert [group for deletion in planned(days_ago, rules) for group in deletion.groups] == deleted


@pytest.mark.parametrize(
    ("rules", "alone", "whole"), [([Rule(7)], True, True), ([Rule(7)], False, False), ([Rule(7, "log")], True, False)]
)
def test_a_day_with_a_place_of_its_own_goes_as_a_whole_when_all_of_it_is_old(
    rules: list[Rule], alone: bool, whole: bool
) -> None:
    assert [deletion.whole for deletion in planned(8, rules, alone=alone)] == [whole]


def test_days_come_in_the_order_of_the_calendar() -> None:
    days = [Day(TODAY - timedelta(days=ago), True, ALL) for ago in (9, 30, 12)]
    assert [TODAY - deletion.day for deletion in plan(days, [Rule(7)], TODAY)] == [
        timedelta(days=ago) for ago in (30, 12, 9)
    ]


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("subject", "changes", "owns"),
    [
        (OfTrace(TRACE), {"trace_id": TRACE}, True),
        (OfTrace(TRACE), {"trace_id": "a" * 32}, False),
        (OfTrace(TRACE), {"trace_id": None, "body": f"of {TRACE}"}, True),
        (OfTrace(TRACE), {"trace_id": None, "attributes": {"linked": [TRACE]}}, True),
        (WithAttribute("user.id", "42"), {"attributes": {"user.id": "42"}}, True),
        (WithAttribute("user.id", "42"), {"attributes": {"user.id": 42}}, True),
        (WithAttribute("user.id", "42"), {"attributes": {"user.id": "421"}}, False),
        (WithAttribute("user.id", "42"), {"attributes": {"account.id": "42"}}, False),
        (WithAttribute("host.name", "a"), {"resource": {"service.name": "x", "host.name": "a"}}, True),
        (WithAttribute("user.name", 'Ö "x"\n'), {"attributes": {"user.name": 'Ö "x"\n'}}, True),
        (WithAttribute("gone", "null"), {"attributes": {}}, False),
    ],
)
def test_whose_records_are_erased(subject: Subject, changes: dict[str, object], owns: bool) -> None:
    record = example("log_minimal", **changes)
    value = orjson.dumps(record)
    assert subject.owns(value, record) is owns
    assert subject.needles[0] in value or not owns
