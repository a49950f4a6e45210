"""`tracestate` is kept as a whole or not at all."""

from __future__ import annotations

import pytest

from streams.values.tracestate import read_tracestate


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["a=1"], "a=1"),
        (["a=1, b=2 ,\tc=3"], "a=1,b=2,c=3"),
        (["a=1", "b=2"], "a=1,b=2"),
        (["a=1,,b=2", ""], "a=1,b=2"),
        (["tenant@vendor=x y", "0a=z"], "tenant@vendor=x y,0a=z"),
        (["a=1,a=2"], "a=1,a=2"),
        ([",".join(f"k{number}=v" for number in range(32))], ",".join(f"k{number}=v" for number in range(32))),
    ],
)
def test_members_are_joined_in_their_order(headers: list[str], expected: str) -> None:
    assert read_tracestate(headers) == expected


@pytest.mark.parametrize(
    "header",
    ["", ",", "a", "a=", "=1", "A=1", "a =1", "a.b=1", "@a=1", "a=b=c", "a=\u00e9", "a=1,b", "k" * 257 + "=1",
     "a=" + "v" * 257, ",".join(f"k{number}=v" for number in range(33))],
)  # fmt: skip
def test_one_bad_member_or_too_many_void_it(header: str) -> None:
    assert read_tracestate([header]) is None
