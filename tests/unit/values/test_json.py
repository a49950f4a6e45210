"""JSON read exactly, where the quick parser would change something without a word."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import RejectedRecord
from streams.values.json import WrittenFloat, parse, parse_several, plain_float

DEPTH = 64

EXACT: list[tuple[str, Any, tuple[str, ...]]] = [
    ('{"a":1}', {"a": 1}, ()),
    ('{ "a" : 1 }', {"a": 1}, ()),
    (' [1, 2.50, "x"]\n', [1, 2.5, "x"], ()),
    # integers
    ("[9007199254740993]", [9007199254740993], ()),
    ("[9223372036854775807]", [9223372036854775807], ()),
    ("[-9223372036854775808]", [-9223372036854775808], ()),
    ("[9223372036854775808]", ["9223372036854775808"], ()),
    ("[18446744073709551615]", ["18446744073709551615"], ()),
    ("[12345678901234567890123]", ["12345678901234567890123"], ()),
    ("[-9223372036854775809]", ["-9223372036854775809"], ()),
    ("[1, 18446744073709551616]", [1, "18446744073709551616"], ()),
    ('{"deep":[{"id":98765432109876543210}]}', {"deep": [{"id": "98765432109876543210"}]}, ()),
    # floats
    ("[1e400]", ["1e400"], ("json.non_finite",)),
    ("[-1e400,1]", ["-1e400", 1], ("json.non_finite",)),
    ("[1e-400]", ["1e-400"], ()),
    ("[0e-400, 0.0]", [0.0, 0.0], ()),
    ("[1E5, 1.0]", [100000.0, 1.0], ()),
    ("[1.000000000000000005]", ["1.000000000000000005"], ()),
    ("[1761019822.315275712]", ["1761019822.315275712"], ()),
    (
        "[0.1000000000000000055511151231257827, 0.50000000000000000000]",
        ["0.1000000000000000055511151231257827", 0.5],
        (),
    ),
    # not JSON, but common
    ('{"a":NaN}', {"a": "NaN"}, ("json.non_finite",)),
    ('{"a":[Infinity,-Infinity]}', {"a": ["Infinity", "-Infinity"]}, ("json.non_finite",)),
    ('{"é":NaN}', {"é": "NaN"}, ("json.non_finite",)),
    # keys
    ('{"a":1,"a":2}', {"a": 2}, ("json.duplicate_keys",)),
    ('{"a": 1, "a" : 2}', {"a": 2}, ("json.duplicate_keys",)),
    ('{"x":{"a":1,"\\u0061":2}}', {"x": {"a": 2}}, ("json.duplicate_keys",)),
    ('{"x":[{"a":1},{"a":2}]}', {"x": [{"a": 1}, {"a": 2}]}, ()),
    ('{"a":"\\":","b":"\\" :"}', {"a": '":', "b": '" :'}, ()),
    # text
    ('["\\ud800"]', ["\N{REPLACEMENT CHARACTER}"], ("encoding.replaced",)),
    ('["a\\udc00b"]', ["a\N{REPLACEMENT CHARACTER}b"], ("encoding.replaced",)),
    ('{"\\ud800":1}', {"\N{REPLACEMENT CHARACTER}": 1}, ("encoding.replaced",)),
    ('["\\ud834\\udd1e"]', ["\N{MUSICAL SYMBOL G CLEF}"], ()),
]


@pytest.mark.parametrize(("written", "expected", "flags"), EXACT, ids=[case[0] for case in EXACT])
def test_a_document_says_what_was_written(written: str, expected: Any, flags: tuple[str, ...]) -> None:
    parsed = parse(written.encode(), DEPTH)
    assert (parsed.document, parsed.flags) == (expected, flags)
    assert json.dumps(parsed.document) == json.dumps(expected)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "{",
        '{"a":',
        "[1,]",
        "[1]]",
        '{"a":1}}',
        "[01]",
        "nan",
        "[nan]",
        "[-]",
        '["\x01"]',
        '{"a" 1}',
        "{a:1}",
        '["\\x"]',
    ],
)
def test_what_is_not_json_is_an_error(written: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(written.encode(), DEPTH)


def test_the_seventeen_digits_of_a_double_stay_a_number_that_knows_its_text() -> None:
    number = parse(b'{"t": 0.10000000000000001}', DEPTH).document["t"]
    assert isinstance(number, WrittenFloat)
    assert (number.text, orjson.dumps(number, plain_float)) == ("0.10000000000000001", b"0.1")


def test_thousands_of_digits_are_kept_as_text() -> None:
    digits = "9" * 10_000
    assert parse(b"[1," + digits.encode() + b"]", DEPTH).document == [1, digits]


@pytest.mark.parametrize("written", [b"[" * 64 + b"]" * 64, b'{"a":' * 64 + b"1" + b"}" * 64])
def test_the_deepest_allowed_nesting_is_read(written: bytes) -> None:
    assert parse(written, DEPTH).flags == ()


@pytest.mark.parametrize("written", [b"[" * 65 + b"]" * 65, b'{"a":' * 65 + b"1" + b"}" * 65, b"[" * 100_000])
def test_deeper_nesting_is_rejected_by_name(written: bytes) -> None:
    with pytest.raises(RejectedRecord) as rejected:
        parse(written, DEPTH)
    assert rejected.value.reason == "limit.depth"


def test_brackets_in_strings_are_not_nesting() -> None:
    assert parse(b'{"a":"' + b"[{" * 1000 + b'\\"[["}', DEPTH).flags == ()


@pytest.mark.parametrize("between", ["", " ", "\n", "\r\n\n"])
def test_documents_one_after_another_are_read_one_by_one(between: str) -> None:
    written = ['{"a":1}', '{"a":2,"a":3}', '{"n":18446744073709551616}']
    parsed = parse_several(between.join(written).encode(), DEPTH, 10)
    assert [piece.decode() for _, piece in parsed] == written
    assert [one.document for one, _ in parsed] == [{"a": 1}, {"a": 3}, {"n": "18446744073709551616"}]
    assert [one.flags for one, _ in parsed] == [(), ("json.duplicate_keys",), ()]


@pytest.mark.parametrize("written", [b'{"a":1}', b'{"a":1}{"b"', b'{"a":1} x {"b":2}', b"1 2", b""])
def test_several_documents_are_all_or_none(written: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_several(written, DEPTH, 10)


def test_more_documents_than_allowed_are_too_many() -> None:
    with pytest.raises(RejectedRecord, match="more than 3 records"):
        parse_several(b'{"a":1}' * 4, DEPTH, 3)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def reference(node: Any) -> Any:
    """What the contract says of any JSON value: integers outside int64 are decimal strings."""
    if isinstance(node, dict):
        return {key: reference(leaf) for key, leaf in node.items()}
    if isinstance(node, list):
        return [reference(leaf) for leaf in node]
    if isinstance(node, int) and not isinstance(node, bool) and not -(2**63) <= node < 2**63:
        return str(node)
    return node


@given(JSON, st.sampled_from([None, 1]), st.booleans())
def test_every_json_value_is_read_exactly_in_every_layout(value: Any, indent: int | None, ascii_only: bool) -> None:
    written = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    try:
        data = written.encode()
    except UnicodeEncodeError:
        return
    parsed = parse(data, 500)
    if "encoding.replaced" not in parsed.flags:
        assert repr(parsed.document) == repr(reference(value))


@given(st.lists(st.tuples(st.sampled_from(["a", "b", 'c"d', "e:f"]), st.integers(0, 9)), max_size=6), st.booleans())
def test_a_key_that_is_there_twice_is_always_found(pairs: list[tuple[str, int]], spaced: bool) -> None:
    colon = " : " if spaced else ":"
    written = "{" + ",".join(json.dumps(key) + colon + str(number) for key, number in pairs) + "}"
    parsed = parse(written.encode(), DEPTH)
    assert parsed.document == dict(pairs)
    assert parsed.flags == (("json.duplicate_keys",) if len(dict(pairs)) < len(pairs) else ())
