"""What redact does to a record: which fields it looks at, in which modes, what it leaves alone, and how it fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.conform import conform
from streams.dialects.base import new_record
from streams.errors import ConfigurationError
from streams.pipeline import Pipeline
from streams.processors.redact import Redact
from streams.processors.redaction.options import RedactOptions
from streams.settings import ProcessorEntry, Settings
from streams.testing import chunk_of
from streams.types import Record, Source

MAIL, MASK = "bob@example.com", "[REDACTED:email]"
CARD = "4111111111111111"


def redact(**options: Any) -> Redact:
    return Redact(RedactOptions(**options))


DEFAULT = redact()


def record(**fields: Any) -> Record:
    source: Source = {"topic": "t", "partition": 0, "offset": 0}
    made: Any = new_record("json", "t-0-0", "2026-01-01T00:00:00.000000000Z", source)
    made.update(fields)
    return made  # type: ignore[no-any-return]


def redacted(processor: Redact = DEFAULT, **fields: Any) -> Any:
    made = record(**fields)
    processor.process(made)
    return made


def point(**fields: Any) -> dict[str, Any]:
    return {
        "name": "n",
        "type": "gauge",
        "temporality": None,
        "monotonic": None,
        "start_timestamp": None,
        "value": 1,
    } | fields


def span(**fields: Any) -> dict[str, Any]:
    ids = {"parent_span_id": None, "start": None, "end": None, "duration_ns": None}
    return {"name": "n", "kind": "server", "status": {"code": "ok"}, **ids} | fields


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"body": f"to {MAIL}"}, {"body": f"to {MASK}"}),
        ({"body": {"a": [1, {"b": MAIL}]}}, {"body": {"a": [1, {"b": MASK}]}}),
        ({"attributes": {"to": MAIL}}, {"attributes": {"to": MASK}}),
        ({"resource": {"service.name": MAIL}}, {"resource": {"service.name": MASK}}),
        ({"scope": {"name": MAIL}}, {"scope": {"name": MASK}}),
        ({"scope": {"attributes": {"a": MAIL}}}, {"scope": {"attributes": {"a": MASK}}}),
        ({"severity_text": MAIL}, {"severity_text": MASK}),
        ({"event_name": MAIL}, {"event_name": MASK}),
        ({"original": f"x {MAIL}"}, {"original": f"x {MASK}"}),
        (
            {"signal": "metric", "metric": point(name=MAIL, description=MAIL)},
            {"metric": point(name=MASK, description=MASK)},
        ),
        (
            {"signal": "metric", "metric": point(exemplars=[{"value": 1, "attributes": {"to": MAIL}}])},
            {"metric": point(exemplars=[{"value": 1, "attributes": {"to": MASK}}])},
        ),
        ({"signal": "metric", "metric": point(value=int(CARD))}, {"metric": point(value=int(CARD))}),
        (
            {"signal": "span", "span": span(name=MAIL, status={"code": "error", "message": MAIL})},
            {"span": span(name=MASK, status={"code": "error", "message": MASK})},
        ),
        (
            {"signal": "span", "span": span(events=[{"name": MAIL, "attributes": {"password": "x"}}])},
            {"span": span(events=[{"name": MASK, "attributes": {"password": "[REDACTED:secret]"}}])},
        ),
        (
            {
                "signal": "span",
                "span": span(links=[{"span_id": "b", "trace_state": f"a={MAIL}", "attributes": {"a": MAIL}}]),
            },
            {"span": span(links=[{"span_id": "b", "trace_state": f"a={MASK}", "attributes": {"a": MASK}}])},
        ),
    ],
)
def test_everything_that_the_source_said_is_looked_at(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    made = redacted(**fields)

    assert {name: made[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param({"password": "x"}, {"password": "[REDACTED:secret]"}, id="text"),
        pytest.param({"password": 1234}, {"password": "[REDACTED:secret]"}, id="number"),
        pytest.param({"password": 1.5}, {"password": "[REDACTED:secret]"}, id="fraction"),
        pytest.param(
            {"password": True, "token": None, "secret": ""}, {"password": True, "token": None, "secret": ""}, id="none"
        ),
        pytest.param(
            {"token": ["a", 2, {"b": "c"}]},
            {"token": ["[REDACTED:secret]"] * 2 + [{"b": "[REDACTED:secret]"}]},
            id="inside",
        ),
        pytest.param(
            {"credentials": {"user": "u", "ok": False}},
            {"credentials": {"user": "[REDACTED:secret]", "ok": False}},
            id="object",
        ),
        pytest.param({"password": "[REDACTED:secret]"}, {"password": "[REDACTED:secret]"}, id="masked already"),
        pytest.param({"tokens": 512, "tests": {"pass": 3}}, {"tokens": 512, "tests": {"pass": 3}}, id="counts"),
        pytest.param(
            {"tokens": "abc", "pass": "x"},
            {"tokens": "[REDACTED:secret]", "pass": "[REDACTED:secret]"},
            id="not counts",
        ),
        pytest.param(
            {"h": [{"name": "Cookie", "value": "a=b"}]},
            {"h": [{"name": "Cookie", "value": "[REDACTED:secret]"}]},
            id="pair",
        ),
        pytest.param({"h": [["Authorization", "x"]]}, {"h": [["Authorization", "[REDACTED:secret]"]]}, id="list pair"),
        pytest.param(
            {"h": ["Host", "a", "Cookie", "b"]}, {"h": ["Host", "a", "Cookie", "[REDACTED:secret]"]}, id="raw headers"
        ),
        pytest.param({MAIL: 1}, {MASK: 1}, id="a name"),
        pytest.param({"a@b.com": 1, "c@d.com": 2}, {MASK: 1, f"{MASK}.1": 2}, id="two names"),
        pytest.param({"a@b.com": 1, MASK: 2}, {MASK: 1, f"{MASK}.1": 2}, id="a name that looks masked"),
        pytest.param({"n": int(CARD)}, {"n": "[REDACTED:card]"}, id="card as a number"),
        pytest.param({"n": float(CARD)}, {"n": "[REDACTED:card]"}, id="card as a fraction"),
        pytest.param({"n": -int(CARD)}, {"n": -int(CARD)}, id="negative number"),
        pytest.param({"phone": 4930901820}, {"phone": "[REDACTED:phone]"}, id="phone as a number"),
        pytest.param({"customerPhone": "030 901820"}, {"customerPhone": "[REDACTED:phone]"}, id="phone by name"),
    ],
)
def test_documents_are_redacted_at_any_depth(said: dict[str, Any], expected: dict[str, Any]) -> None:
    assert redacted(attributes=said)["attributes"] == expected
    assert redacted(body={"deep": [said]})["body"] == {"deep": [expected]}


SECRET_NAMES = [
    "password",
    "passwd",
    "secret",
    "authorization",
    "ssn",
    "api_key",
    "token",
    "cookie",
    "set-cookie",
    "private_key",
    "client_secret",
    "access_key",
    "credentials",
    "db_password",
    "dbPassword",
    "DB_PASSWORD",
    "X-Api-Key",
    "apiKey",
    "ApiKey",
    "api.key",
    "refreshToken",
    "id_token",
    "x-amz-security-token",
    "passphrase",
    "pwd",
    "user.password",
    "http.request.header.authorization",
    "aws_secret_access_key",
    "SecretAccessKey",
    "AccountKey",
    "sharedAccessKey",
    "password2",
    "password_confirmation",
    "passwords",
    "tokens[0]",
    "Proxy-Authorization",
    "encryptionKey",
    "cvv",
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_that_are_secret(name: str) -> None:
    assert redacted(attributes={name: "x1"})["attributes"] == {name: "[REDACTED:secret]"}


@pytest.mark.parametrize(
    "name",
    [
        "token_type",
        "tokenizer",
        "password_length",
        "passenger",
        "secretary",
        "key",
        "keyboard",
        "cookie_count",
        "author",
        "public_key_id",
        "access_key_id",
        "monkey",
    ],
)
def test_names_that_only_look_secret(name: str) -> None:
    assert redacted(attributes={name: "x1"})["attributes"] == {name: "x1"}


@pytest.mark.parametrize(
    "name",
    [
        "trace_id",
        "traceId",
        "span.id",
        "event_id",
        "uuid",
        "timestamp",
        "timestamp_ms",
        "epoch",
        "version",
        "app.version",
        "sha256",
        "md5",
        "etag",
        "ETag",
        "build",
        "build_number",
        "offset",
        "user_id",
        "order-id",
        "requestId",
        "commit",
        "hash",
        "checksum",
        "time",
        "date",
    ],
)
def test_fields_of_ids_times_versions_and_hashes_keep_what_looks_like_data(name: str) -> None:
    attributes = {name: CARD, "n": {name: int(CARD)}, "m": {name: ["123-45-6789"]}}

    assert redacted(attributes=dict(attributes))["attributes"] == attributes
    assert redacted(body=f"{name}={CARD} done")["body"] == f"{name}={CARD} done"


@pytest.mark.parametrize("name", ["card_id", "pan", "note", "event.card_number"])
def test_other_fields_do_not(name: str) -> None:
    assert redacted(attributes={name: CARD})["attributes"] == {name: "[REDACTED:card]"}


def test_a_text_with_blanks_is_no_id() -> None:
    assert redacted(attributes={"event": f"paid with {CARD}"})["attributes"] == {"event": "paid with [REDACTED:card]"}


def test_the_record_is_flagged_only_when_something_was_redacted() -> None:
    clean = record(body="all is well", attributes={"a": 1})

    assert not DEFAULT.process(clean)
    assert "flags" not in clean
    assert redacted(body=MAIL, flags=["partial"])["flags"] == ["partial", "redacted"]


def test_what_records_share_is_not_changed_under_them() -> None:
    shared = {"service.name": "s", "owner": MAIL}
    first, second = record(resource=shared), record(resource=shared)

    assert DEFAULT.process(first)
    assert DEFAULT.process(second)
    assert shared["owner"] == MAIL
    assert first["resource"] == second["resource"] == {"service.name": "s", "owner": MASK}


def test_counts_tell_how_much_of_each_kind_and_nothing_else() -> None:
    processor = redact()
    redacted(processor, body=f"{MAIL} {MAIL} {CARD}")

    assert dict(processor.counts) == {"email": 2, "card": 1}


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
    assert not by_file.process(record(body=first, attributes={"password": first}))


def test_what_is_kept_is_not_looked_for() -> None:
    processor = redact(kinds={"email": "keep", "card": "keep", "secret": "keep"})
    attributes = {"a": MAIL, "n": int(CARD), "password": "x"}

    assert not processor.process(record(attributes=attributes))
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


def test_a_redactor_that_fails_lets_nothing_pass() -> None:
    pipeline = Pipeline(Settings(processors=(ProcessorEntry(name="redact"),)))

    def fail(*_: object) -> None:
        raise ArithmeticError("broken")

    pipeline.chain.steps[0].processor._redactor.search_lines = fail  # type: ignore[attr-defined]
    chunk = chunk_of('{"msg":"x"}')
    pipeline.prepare(chunk)
    outcome = pipeline.finish(chunk, {})

    assert outcome.values == []
    assert [letter.reason for letter in outcome.dead] == ["redaction.failed"]


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"))
    | st.sampled_from(
        [MAIL, CARD, "password=x y", "key", "call 555-123-4567", '"', "\\", "\n", "token", "IBAN", "\x1b[1m"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(codec="utf-8")) | st.sampled_from(["password", "name", "value", "id", MAIL]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
FIELDS = st.fixed_dictionaries(
    {"body": JSON, "attributes": st.dictionaries(st.text(st.characters(codec="utf-8")), JSON, max_size=4)},
    optional={"original": st.text(st.characters(codec="utf-8"))},
)


@given(FIELDS)
def test_any_record_stays_one_and_is_redacted_once_and_for_all(fields: dict[str, Any]) -> None:
    made: Any = record(**fields, provenance={"pipeline": "0" * 16, "applied": [], "failed": []})
    acted = DEFAULT.process(made)
    once = orjson.dumps(made)

    if acted:
        assert made["flags"] == ["redacted"]
        conform(orjson.loads(once))
    assert not DEFAULT.process(made)
    assert orjson.dumps(made) == once


@given(FIELDS)
def test_what_the_sieve_clears_holds_nothing_for_any_detector(fields: dict[str, Any]) -> None:
    redactor = DEFAULT._redactor

    if not redactor.sieve.search(orjson.dumps([fields["body"], fields["attributes"]])):
        assert redactor.document(fields["body"]) is fields["body"]
        assert redactor.document(fields["attributes"]) is fields["attributes"]
