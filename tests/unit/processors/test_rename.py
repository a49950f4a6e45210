"""`rename` and `drop_fields`: what the settings declare, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from streams.errors import ConfigurationError
from streams.pipeline.build import build_chain
from streams.processors.drop_fields import DropFields
from streams.processors.rename import Rename
from streams.settings import ProcessorEntry, Settings
from tests.processors import record_with


@pytest.mark.parametrize(
    ("fields", "attributes", "expected"),
    [
        pytest.param({"attributes.a": "attributes.b.c"}, {"a": 1}, {"b.c": 1}, id="one key for another"),
        pytest.param({"attributes.a.b": "attributes.c"}, {"a.b": 1, "a": {"b": 2}}, {"a": {"b": 2}, "c": 1}, id="flat"),
        pytest.param({"attributes.a.b": "attributes.c"}, {"a": {"b": 2}}, {"a": {}, "c": 2}, id="out of an object"),
        pytest.param({"attributes.a.b.c": "attributes.c"}, {"a.b": {"c": 3}}, {"a.b": {}, "c": 3}, id="mixed"),
        pytest.param({"attributes.a": "attributes.b"}, {"c": 1}, {"c": 1}, id="nothing there"),
        pytest.param({"attributes.a": "attributes.b"}, {"a": 1, "b": 2}, {"a": 1, "b": 2}, id="target there"),
        pytest.param({"attributes.a": "attributes.b"}, {"a": None}, {"b": None}, id="a null"),
        pytest.param({"attributes.a": "resource.service.name"}, {"a": 7}, {"a": 7}, id="no text for the service"),
    ],
)  # fmt: skip
def test_attributes_get_other_names(
    fields: dict[str, str], attributes: dict[str, Any], expected: dict[str, Any]
) -> None:
    record = record_with(dict(attributes))
    assert Rename(Rename.Options(fields=fields)).process(record) is (expected != attributes)
    assert record["attributes"] == expected


def test_a_target_that_is_there_is_replaced_where_that_is_said() -> None:
    record = record_with({"a": 1, "b": 2})
    assert Rename(Rename.Options(fields={"attributes.a": "attributes.b"}, overwrite=True)).process(record)
    assert record["attributes"] == {"b": 1}


@pytest.mark.parametrize(
    ("named", "overwrite", "expected"),
    [("unknown_service", False, "cart"), ("shop", False, "shop"), ("shop", True, "cart")],
)
def test_a_service_that_is_unknown_can_be_named(named: str, overwrite: bool, expected: str) -> None:
    record = record_with({"app": "cart"}, {"service.name": named})
    Rename(Rename.Options(fields={"attributes.app": "resource.service.name"}, overwrite=overwrite)).process(record)
    assert record["resource"]["service.name"] == expected


def test_a_field_of_the_body_can_become_an_attribute() -> None:
    record = record_with(body={"user": {"id": 7}, "x": 1})
    assert Rename(Rename.Options(fields={"body.user.id": "attributes.user.id"})).process(record)
    assert (record["body"], record["attributes"]) == ({"user": {}, "x": 1}, {"user.id": 7})


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        (["attributes.a"], {"debug.x": 2, "debug.y.z": 3, "debugger": 4, "o": {"p": 5}}),
        (["attributes.debug.*"], {"a": 1, "debugger": 4, "o": {"p": 5}}),
        (["attributes.o.p"], {"a": 1, "debug.x": 2, "debug.y.z": 3, "debugger": 4, "o": {}}),
        (["attributes.none", "resource.none", "body.none"], None),
        (["attributes.*"], {}),
    ],
)
def test_fields_are_dropped_by_name_and_by_their_beginning(fields: list[str], left: dict[str, Any] | None) -> None:
    attributes = {"a": 1, "debug.x": 2, "debug.y.z": 3, "debugger": 4, "o": {"p": 5}}
    record = record_with({**attributes, "o": {"p": 5}})
    assert DropFields(DropFields.Options(fields=fields)).process(record) is (left is not None)
    assert record["attributes"] == (attributes if left is None else left)


def test_a_service_keeps_its_name_when_all_else_of_the_resource_goes() -> None:
    record = record_with({}, {"host.name": "a"}, body={"a": 1, "b": 2})
    assert DropFields(DropFields.Options(fields=["resource.*", "body.a"])).process(record)
    assert (record["resource"], record["body"]) == ({"service.name": "unknown_service"}, {"b": 2})


@pytest.mark.parametrize(
    "fields",
    [
        {"trace_id": "attributes.a"},
        {"attributes.a": "body.b"},
        {"attributes.a": "timestamp"},
        {"resource.service.name": "attributes.a"},
        {"attributes.": "attributes.a"},
        {"attributes.a": "attributes.b", "attributes.b": "attributes.c"},
    ],
)
def test_names_that_cannot_be_are_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Rename.Options(fields=fields)


@pytest.mark.parametrize("field", ["trace_id", "body", "resource.service.name", "provenance.pipeline"])
def test_what_a_record_needs_cannot_be_dropped(field: str) -> None:
    with pytest.raises(ValidationError):
        DropFields.Options(fields=[field])


def test_options_are_declarations() -> None:
    """So that a chain in which two processors write one field is refused for these, too."""
    rename = Rename(Rename.Options(fields={"attributes.a": "attributes.http.route", "body.b": "attributes.c"}))
    assert rename.writes == {"attributes.a", "attributes.http.route", "body", "attributes.c"}
    assert rename.reads == {"attributes.a?", "body?"}
    entry = ProcessorEntry(name="rename", options={"fields": {"attributes.a": "attributes.http.route"}})
    with pytest.raises(ConfigurationError, match=r"http and rename both write attributes\.http\.route"):
        build_chain(Settings(processors=(ProcessorEntry(name="http"), entry)))
