"""What commands show of dead letters: nothing secret, in whatever form it is there."""

from __future__ import annotations

import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.processors.redaction.display import Display
from streams.processors.redaction.options import RedactOptions

SHOWN = Display(RedactOptions())
MAIL = b"bob@example.com"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"to bob@example.com", b"to [REDACTED:email]"),
        (b'{"password":"x","a":1}', b'{"password":"[REDACTED:secret]","a":1}'),
        (b'{"password":"x"', b'{"password":"[REDACTED:secret]"'),
        (b'{"password":"x","password":null}', b'{"password":"[REDACTED:secret]","password":null}'),
        (b'{"m":"bob\\u0040example.com', b'{"m":"[REDACTED:email]'),
        (b'{"p\\u0061ssword":"x"', b'{"p\\u0061ssword":"[REDACTED:secret]"'),
        (b'{"a": 1,  "b": 2}', b'{"a": 1,  "b": 2}'),
        (b"\xff\xfe\x00\x01", b"\xff\xfe\x00\x01"),
        (b"\n\x0fbob@example.com\x18\xff", b"\n\x0f[REDACTED:email]\x18\xff"),
        (gzip.compress(b'{"a":1}', mtime=0), gzip.compress(b'{"a":1}', mtime=0)),
        (gzip.compress(b"to bob@example.com"), b"to [REDACTED:email]"),
        (gzip.compress(gzip.compress(MAIL)), b"[REDACTED:email]"),
        (gzip.compress(MAIL)[:-9], b"[REDACTED:sealed]"),
        (MAIL.decode().encode("utf-16"), "[REDACTED:email]".encode("utf-16")),
        (b"data=" + base64.b64encode(b"write to bob@example.com"), b"data=[REDACTED:encoded]"),
        (b'{"data":"' + base64.b64encode(gzip.compress(MAIL)) + b'"}', b'{"data":"[REDACTED:encoded]"}'),
        (b"id=" + base64.b64encode(b"nothing but a long enough text"),) * 2,
    ],
)
def test_values_are_redacted_in_any_form(value: bytes, shown: bytes) -> None:
    assert SHOWN.data(value) == shown


def test_headers_are_redacted_by_name_and_by_what_they_hold() -> None:
    assert SHOWN.header("Authorization", b"x") == b"[REDACTED:secret]"
    assert SHOWN.header("note", MAIL) == b"[REDACTED:email]"
    assert (
        SHOWN.header("traceparent", b"00-" + b"4" * 32 + b"-" + b"5" * 16 + b"-01")
        == b"00-" + b"4" * 32 + b"-" + b"5" * 16 + b"-01"
    )


def test_the_operators_options_hold_but_no_key_is_needed() -> None:
    options = RedactOptions(mode="hash", key_variable="NOBODY_SETS_THIS", kinds={"email": "keep", "card": "partial"})
    shown = Display(options)

    assert shown.text("bob@example.com 4111111111111111 ") == "bob@example.com [REDACTED:card] "


@given(
    st.binary()
    | st.text().map(str.encode)
    | st.recursive(st.text(), st.lists).map(lambda value: json.dumps(value).encode())
)
def test_anything_is_shown_without_an_error(value: bytes) -> None:
    assert SHOWN.data(value) == SHOWN.data(value)
