"""The options of redact: modes, kinds, more names and patterns, and what cannot work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from streams.errors import ConfigurationError
from streams.processors.redaction.masks import HashKey, hashed
from streams.processors.redaction.options import RedactOptions
from tests.processors import record_with
from tests.redacting import CARD, MAIL, redact, redacted


@pytest.mark.parametrize(
    ("kind", "text", "partial"),
    [
        ("email", MAIL, "b***@example.com"),
        ("card", "4111 1111 1111 1111", "************1111"),
        ("iban", "GB82WEST12345698765432", "GB****************5432"),
        ("ssn", "123-45-6789", "*****6789"),
        ("phone", "+49 30 901820", "********20"),
        ("ipv4", "10.1.2.3", "10.1.2.*"),
        ("ipv6", "2001:db8:1::5", "2001:db8:1:*"),
        ("jwt", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln", "[REDACTED:jwt]"),
    ],
)
def test_partial_shows_a_part_that_is_not_found_again(kind: str, text: str, partial: str) -> None:
    processor = redact(kinds={kind: "partial"})
    made = redacted(processor, body=f"x {text} y")

    assert made["body"] == f"x {partial} y"
    assert not processor.process(made)


def test_hashes_are_alike_for_the_same_value_and_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key_file = tmp_path / "key"
    key_file.write_text("0123456789abcdef0123456789abcdef\n")
    monkeypatch.setenv("HASH_KEY", "another key of some length")
    by_file = redact(mode="hash", key_file=key_file, key_id="a1")
    by_variable = redact(mode="hash", key_variable="HASH_KEY", key_id="b1")
    first = redacted(by_file, body="4111 1111 1111 1111")["body"]

    assert first == redacted(by_file, body=CARD)["body"]
    assert first.startswith("[HMAC:card:a1:")
    assert first != redacted(by_file, body="5555555555554444")["body"]
    assert redacted(by_variable, body=CARD)["body"].startswith("[HMAC:card:b1:")
    assert by_file.snapshot() != by_variable.snapshot()
    assert by_file.files() == (key_file,)
    assert not by_file.process(record_with(body=first, attributes={"password": first}))


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("email", [MAIL, "BOB@example.com", "bob%40example.com", r"bob\u0040example.com", "bob&#64;example.com"]),
        ("card", [CARD, "4111 1111 1111 1111", "4111%201111%201111%201111", "4111-1111-1111-1111"]),
        ("secret", ["a/b=", r"a\/b=", "a%2Fb=", r"a/b\u003d"]),
    ],
)
def test_hashes_are_alike_however_a_value_is_written(kind: str, written: list[str]) -> None:
    assert len({hashed(kind, text, HashKey(b"a key of some length", "1")) for text in written}) == 1


@pytest.mark.parametrize("written", ["bob%40example.com", r"bob\u0040example.com", "bob&#64;example.com"])
def test_a_part_is_shown_without_escapes(written: str) -> None:
    assert redacted(redact(mode="partial"), body=written)["body"] == "b***@example.com"


def test_what_is_kept_is_not_looked_for() -> None:
    processor = redact(kinds={"email": "keep", "card": "keep", "secret": "keep"})
    attributes = {"a": MAIL, "n": int(CARD), "password": "x"}

    assert not processor.process(record_with(attributes=attributes))
    assert redacted(redact(), body="10.1.2.3 2001:db8::1")["body"] == "10.1.2.3 2001:db8::1"
    assert redacted(redact(kinds={"ipv4": "mask"}), body="at 10.1.2.3")["body"] == "at [REDACTED:ipv4]"


def test_more_names_patterns_allowed_values_and_exempt_fields() -> None:
    processor = redact(
        secret_names=("pin-code",),
        patterns={"badge": "B-[0-9]{4,}"},
        allow=("*@example.com",),
        exempt_fields=("note", "password"),
    )
    said = {"pinCode": 1, "a": "B-12345 B-6789", "b": f"{MAIL} x@y.com", "note": "x@y.com", "password": "x"}

    assert redacted(processor, attributes=said)["attributes"] == {
        "pinCode": "[REDACTED:secret]",
        "a": "[REDACTED:badge] [REDACTED:badge]",
        "b": f"{MAIL} [REDACTED:email]",
        "note": "x@y.com",
        "password": "[REDACTED:secret]",
    }


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"kinds": {"mail": "mask"}}, "there is no kind 'mail'"),
        ({"mode": "hash"}, "need a key_file or a key_variable"),
        ({"key_variable": "K"}, "need a key_file or a key_variable"),
        ({"patterns": {"x": r"(a)\1"}}, "RE2 does not take it"),
        ({"patterns": {"x": "(?=a)b"}}, "RE2 does not take it"),
        ({"patterns": {"x": "a*"}}, "finds nothing at all"),
        ({"patterns": {"email": "a"}}, "no free name"),
        ({"patterns": {"x": "a" * 501}}, "1 to 500 characters"),
        ({"key_id": "a:b"}, "key_id"),
        ({"colour": 1}, "colour"),
    ],
)
def test_options_that_cannot_work_are_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        RedactOptions(**options)


def test_a_key_that_is_missing_or_short_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHORT", "abc")
    for options in ({"key_file": tmp_path / "none"}, {"key_variable": "SHORT"}, {"key_variable": "UNSET_VARIABLE"}):
        with pytest.raises(ConfigurationError):
            redact(mode="hash", **options)
