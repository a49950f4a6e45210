"""What redact does to a record: which fields it looks at, what records share, and how it fails."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.conform import conform
from streams.pipeline import Pipeline
from streams.settings import ProcessorEntry, Settings
from streams.testing import chunk_of
from tests.processors import record_with
from tests.redacting import CARD, DEFAULT, MAIL, MASK, redact, redacted


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


def test_the_record_is_flagged_only_when_something_was_redacted() -> None:
    clean = record_with(body="all is well", attributes={"a": 1})

    assert not DEFAULT.process(clean)
    assert "flags" not in clean
    assert redacted(body=MAIL, flags=["partial"])["flags"] == ["partial", "redacted"]


def test_what_records_share_is_not_changed_under_them() -> None:
    shared = {"service.name": "s", "owner": MAIL}
    first, second = record_with(resource=shared), record_with(resource=shared)

    assert DEFAULT.process(first)
    assert DEFAULT.process(second)
    assert shared["owner"] == MAIL
    assert first["resource"] == second["resource"] == {"service.name": "s", "owner": MASK}


def test_counts_tell_how_much_of_each_kind_and_nothing_else() -> None:
    processor = redact()
    redacted(processor, body=f"{MAIL} {MAIL} {CARD}")

    assert dict(processor.counts) == {"email": 2, "card": 1}


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
    made: Any = record_with(**fields, provenance={"pipeline": "0" * 16, "applied": [], "failed": []})
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
