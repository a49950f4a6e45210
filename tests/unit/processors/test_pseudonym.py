"""`pseudonym`: the same name for the same value under one key, and no way back without it."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from streams.errors import ConfigurationError
from streams.pipeline import Pipeline
from streams.pipeline.batch import Batch
from streams.pipeline.build import build_chain
from streams.processors.pseudonym import Pseudonym
from streams.settings import ProcessorEntry, Settings
from tests.processors import record_with

FIRST, SECOND = "first key of sixteen bytes", "second key of sixteen bytes"
OLD, NEW = {"id": "old", "variable": "OLD_KEY"}, {"id": "new", "variable": "NEW_KEY", "since": "2026-11-24T12:00:00Z"}


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OLD_KEY", FIRST)
    monkeypatch.setenv("NEW_KEY", f"{SECOND}\n")


def expected(key_id: str, key: str, value: str) -> str:
    """HMAC-SHA-256 of RFC 2104, its first 128 bits."""
    return f"pseudonym:{key_id}:{hmac.new(key.encode(), value.encode(), hashlib.sha256).hexdigest()[:32]}"


def made(*keys: dict[str, Any], fields: tuple[str, ...] = ("attributes.user.id",)) -> Pseudonym:
    return Pseudonym(Pseudonym.Options(fields=fields, keys=keys))


@pytest.mark.parametrize(
    ("value", "replaced"),
    [
        ("bob", expected("old", FIRST, "bob")),
        (17, expected("old", FIRST, "17")),
        (1.5, expected("old", FIRST, "1.5")),
        (["bob", None], [expected("old", FIRST, "bob"), None]),
        ({"name": "bob", "admin": True}, {"name": expected("old", FIRST, "bob"), "admin": True}),
    ],
)
def test_a_value_gets_its_pseudonym(value: Any, replaced: Any) -> None:
    record = record_with({"user.id": value, "other": value})
    assert made(OLD).process(record)
    assert record["attributes"] == {"user.id": replaced, "other": value}


@pytest.mark.parametrize("attributes", [{}, {"user.id": None}, {"user.id": True}, {"user": "bob"}])
def test_what_is_no_value_stays(attributes: dict[str, Any]) -> None:
    assert not made(OLD).process(record_with(attributes))


def test_fields_are_found_in_objects_the_body_and_the_resource() -> None:
    record = record_with({"user": {"id": "a"}}, {"host.name": "b"}, body={"user": {"email": "c"}})
    assert made(OLD, fields=("attributes.user.id", "resource.host.name", "body.user.email")).process(record)
    assert record["attributes"] == {"user": {"id": expected("old", FIRST, "a")}}
    assert record["resource"]["host.name"] == expected("old", FIRST, "b")
    assert record["body"] == {"user": {"email": expected("old", FIRST, "c")}}


@pytest.mark.parametrize(
    ("observed", "key_id", "key"),
    [
        ("2026-11-24T11:59:59.999999999Z", "old", FIRST),
        ("2026-11-24T12:00:00.000000000Z", "new", SECOND),
        ("2027-01-01T00:00:00.000000000Z", "new", SECOND),
    ],
)
def test_kafkas_time_chooses_the_key_so_that_a_replay_gives_the_same(observed: str, key_id: str, key: str) -> None:
    record = record_with({"user.id": "bob"}, observed_timestamp=observed)
    made(OLD, NEW).process(record)
    assert record["attributes"]["user.id"] == expected(key_id, key, "bob")


def test_redaction_behind_it_leaves_a_pseudonym_as_it_is() -> None:
    options = {"fields": ["attributes.user.email"], "keys": [OLD]}
    names = (ProcessorEntry(name="pseudonym", options=options), ProcessorEntry(name="redact"))
    chain = build_chain(Settings(processors=names))
    record = record_with({"user.email": "bob@example.org", "to": "al@example.org"})
    batch = Batch([record])
    chain.run_before_lookups(batch)
    chain.run(batch)
    assert record["attributes"] == {"user.email": expected("old", FIRST, "bob@example.org"), "to": "[REDACTED:email]"}


def test_a_forged_pseudonym_is_hashed_like_any_value() -> None:
    forged = expected("old", FIRST, "bob")
    record = record_with({"user.id": forged})
    made(OLD).process(record)
    assert record["attributes"]["user.id"] == expected("old", FIRST, forged)


def test_a_key_comes_from_a_file_that_is_watched(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text(f"{FIRST}\n")
    processor = made({"id": "old", "file": path})
    record = record_with({"user.id": "bob"})
    processor.process(record)
    assert record["attributes"]["user.id"] == expected("old", FIRST, "bob")
    assert processor.files() == (path,)


def test_another_key_is_another_snapshot_and_a_key_elsewhere_is_the_same_pipeline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "key").write_text(FIRST)
    monkeypatch.setenv("MOVED_KEY", FIRST)

    def provenance(key: dict[str, Any]) -> str:
        options = {"fields": ["attributes.user.id"], "keys": [{"id": "old", **key}]}
        return Pipeline(Settings(processors=(ProcessorEntry(name="pseudonym", options=options),))).provenance

    same = {provenance({"variable": "OLD_KEY"}), provenance({"variable": "MOVED_KEY"})}
    assert same == {provenance({"file": str(tmp_path / "key")})}
    assert provenance({"variable": "NEW_KEY"}) not in same


def test_no_dump_shows_a_key() -> None:
    processor = made(OLD, NEW)
    shown = f"{processor.options!r} {processor.options.model_dump_json()} {processor.snapshot()} {vars(processor)!r}"
    assert FIRST not in shown
    assert SECOND not in shown


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ({"variable": "NO_SUCH_KEY"}, "the variable NO_SUCH_KEY holds fewer than 16 bytes"),
        ({"variable": "SHORT_KEY"}, "the variable SHORT_KEY holds fewer than 16 bytes"),
        ({"file": "/no/such/key"}, "cannot read the file /no/such/key: No such file"),
    ],
)
def test_a_key_that_cannot_be_used_is_named_and_not_shown(
    key: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHORT_KEY", "hunter2")
    with pytest.raises(ConfigurationError, match=told) as caught:
        made({"id": "k", **key})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "keys",
    [
        [],
        [{"id": "a"}],
        [{"id": "a", "variable": "A", "file": "b"}],
        [{"id": "a", "variable": "A", "since": "2026-11-24T12:00:00Z"}],
        [OLD, {"id": "b", "variable": "B"}],
        [OLD, NEW, {**NEW, "id": "third"}],
        [OLD, {**NEW, "id": "old"}],
        [{"id": "a:b", "variable": "A"}],
        [OLD, {**NEW, "since": "2026-11-24T12:00:00"}],
        [{"id": "a", "key": FIRST}],
    ],
)
def test_keys_that_cannot_rotate_are_refused(keys: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        Pseudonym.Options(fields=("attributes.user.id",), keys=keys)
