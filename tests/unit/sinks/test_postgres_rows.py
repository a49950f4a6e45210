"""What PostgreSQL is given of a record: exact bytes, and columns that it can take and find it by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sinks.base import Item, Refused
from streams.sinks.postgres.rows import COLUMNS, json_text, name_key, rows_of, tsvector, words_in
from streams.sinks.times import nanoseconds
from streams.testing.items import changed, make_items

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def log(**changes: Any) -> Item:
    return changed(make_items(1)[0], **changes)


def row_of(item: Item) -> dict[str, Any]:
    [row] = rows_of([item], last=False)
    return dict(zip(COLUMNS, row, strict=True))


def test_the_value_is_the_bytes_that_came() -> None:
    item = log()._replace(value=b'{"whatever": 1.0e0}')
    assert row_of(item)["value"] == b'{"whatever": 1.0e0}'


@pytest.mark.parametrize(
    ("observed", "day", "number"),
    [
        ("1970-01-01T00:00:00.000000001Z", date(1970, 1, 1), 1),
        ("2024-02-29T23:59:59.999999999Z", date(2024, 2, 29), 1_709_251_199_999_999_999),
        ("2261-12-31T23:59:59.000000000Z", date(2261, 12, 31), 9_214_646_399_000_000_000),
    ],
)
def test_the_day_and_the_nanoseconds_are_those_of_the_observed_time(observed: str, day: date, number: int) -> None:
    row = row_of(log(observed_timestamp=observed, timestamp=None))
    assert (row["day"], row["observed_ns"], row["happened_ns"]) == (day, number, number)


def test_a_record_happened_at_its_own_time_if_it_has_one() -> None:
    row = row_of(log(timestamp="1999-12-31T23:59:59.123456789Z"))
    assert row["happened_ns"] == nanoseconds("1999-12-31T23:59:59.123456789Z") == 946_684_799_123_456_789


@pytest.mark.parametrize(
    ("exemplars", "found"),
    [
        ([], None),
        ([{"trace_id": None}, {"value": 1}], None),
        ([{"trace_id": TRACE}, {"trace_id": TRACE}], [TRACE]),
    ],
)
def test_a_metric_is_found_by_the_traces_of_its_exemplars(exemplars: list[Any], found: object) -> None:
    row = row_of(log(signal="metric", metric={"exemplars": exemplars}))
    assert row["exemplar_traces"] == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Payment REFUSED, order_7/12.50", {"payment", "refused", "order", "7", "12", "50"}),
        ("Müller ÉCLAIR e\u0301t\u0065\u0301", {"muller", "eclair", "ete"}),
        ("'; drop table & | ! <-> :*", {"drop", "table"}),
        ("x" * 65, {"x" * 64, "x"}),
        ("你好 world", {"你好", "world"}),
        ("\0\ufffd\ud800", set()),
    ],
)
def test_words_are_runs_of_letters_and_digits_in_any_case_and_without_accents(text: str, words: set[str]) -> None:
    assert words_in(text) == words


def test_the_words_of_a_huge_text_fit_into_a_tsvector() -> None:
    longest = " ".join(chr(0x20000 + number % 0xA000) * 4 for number in range(300_000))
    assert len(tsvector(words_in(longest))) < 2**20


@pytest.mark.parametrize("text", ["\ufdfa" * 250_000, "\u0130 " * 250_000])
def test_letters_that_become_several_make_no_words_too_long_for_a_tsvector(text: str) -> None:
    assert len(tsvector(words_in(text))) < 2**20


def json_of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts
    return st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=8)


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in [*value, *(value.values() if isinstance(value, dict) else ())]:
            yield from strings_in(inner)


@given(json_of(st.text(st.characters(codec="utf-8", exclude_characters="\0"))))
def test_values_that_jsonb_takes_are_sent_as_they_are(value: Any) -> None:
    assert json.loads(json_text(value)) == value


@given(json_of(st.text('\0\ud800\\u0"a')))
def test_any_value_is_sent_without_nul_and_lone_surrogates(value: Any) -> None:
    for text in strings_in(json.loads(json_text(value))):
        assert "\0" not in text
        text.encode()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a\0b", '"a\ufffdb"'),
        (r"a\u0000b", r'"a\\u0000b"'),
        ({"\0": ["\0", 1]}, '{"\ufffd": ["\ufffd", 1]}'),
        ({"a": "\ud800"}, '{"a": "?"}'),
        (12345678901234567890123, "12345678901234567890123"),
        (18446744073709551615, "18446744073709551615"),
    ],
)
def test_what_jsonb_refuses_has_another_sign_there_and_numbers_stay_exact(value: Any, text: str) -> None:
    assert json_text(value) == text


@pytest.mark.parametrize("name", ["checkout", "a" * 200, "é" * 200])
def test_a_service_is_found_by_its_name(name: str) -> None:
    assert name_key(name) == name


def test_long_names_fit_into_an_index_and_stay_apart() -> None:
    one, other = name_key("x" * 9_000 + "1"), name_key("x" * 9_000 + "2")
    assert one != other
    assert len(one.encode()) < 2_000
    assert "\0" not in name_key("a\0b")


@pytest.mark.parametrize(("last", "kept"), [(False, 1), (True, 2)])
def test_of_one_event_id_in_a_batch_one_version_is_sent(last: bool, kept: int) -> None:
    versions = [*make_items(5, version=1), *make_items(5, version=2)]
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in rows_of(versions, last=last)]
    assert [row["event_id"] for row in rows] == [item.event_id for item in versions[:5]]
    assert {orjson.loads(row["value"])["attributes"]["check.version"] for row in rows} == {kept}


@pytest.mark.parametrize("missing", ["observed_timestamp", "timestamp", "resource", "severity_number", "body"])
def test_what_is_no_enriched_record_is_refused_without_its_text(missing: str) -> None:
    item = log(body="secret")
    record = {name: value for name, value in item.record.items() if name != missing}
    with pytest.raises(Refused, match="no enriched record") as raised:
        rows_of([*make_items(3)[1:], item._replace(record=record)], last=False)
    assert "secret" not in str(raised.value)
