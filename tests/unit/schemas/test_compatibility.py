"""The compatibility gate: what may change in a published schema and what may not."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from schemas.compatibility import breaking_changes

Schema = dict[str, Any]
Change = Callable[[Schema], object]

PUBLISHED: Schema = {
    "type": "object",
    "description": "An order.",
    "properties": {
        "id": {"type": "string", "pattern": "^[0-9]+$", "minLength": 1},
        "state": {"enum": ["new", "paid"], "type": "string", "description": "Where it stands."},
        "note": {"type": "string"},
        "price": {"anyOf": [{"type": "integer", "maximum": 100}, {"type": "null"}]},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}, "properties": {"shop": {}}},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}},
    },
    "required": ["id", "state"],
    "$defs": {"Line": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"]}},
    "allOf": [{"if": {"properties": {"state": {"const": "paid"}}}, "then": {"required": ["price"]}}],
}


def field(schema: Schema, name: str) -> Schema:
    found: Schema = schema["properties"][name]
    return found


def breaks(change: Change) -> list[str]:
    changed = copy.deepcopy(PUBLISHED)
    change(changed)
    assert changed != PUBLISHED
    return list(breaking_changes(PUBLISHED, changed))


@pytest.mark.parametrize(
    ("change", "reported"),
    [
        (lambda s: s["properties"].pop("note"), "$: note was removed"),
        (lambda s: s["properties"].pop("id"), "$: id was removed"),
        (lambda s: s["$defs"].pop("Line"), "$: Line was removed"),
        (lambda s: s["$defs"]["Line"]["properties"].pop("sku"), "$.Line: sku was removed"),
        (lambda s: s["required"].append("note"), "$: note became required"),
        (lambda s: s.update(required=["id"]), "$: state became optional"),
        (lambda s: s.pop("required"), "$: state became optional"),
        (lambda s: s["$defs"]["Line"]["required"].remove("sku"), "$.Line: sku became optional"),
        (lambda s: field(s, "note").update(type="integer"), "$.note.type: changed from 'string' to 'integer'"),
        (lambda s: field(s, "note").update(type=["string", "null"]), "$.note.type: changed"),
        (lambda s: field(s, "note").pop("type"), "$.note: type was removed"),
        (lambda s: field(s, "state").update(enum=["new"]), "$.state.enum: changed"),
        (lambda s: field(s, "state").update(enum=["new", "paid", "sent"]), "$.state.enum: changed"),
        (lambda s: field(s, "state").pop("enum"), "$.state: enum was removed"),
        (lambda s: field(s, "note").update(enum=["a"]), "$.note: enum was added"),
        (lambda s: field(s, "id").update(pattern="^[1-9]+$"), "$.id.pattern: changed"),
        (lambda s: field(s, "note").update(pattern="^a"), "$.note: pattern was added"),
        (lambda s: field(s, "id").update(minLength=2), "$.id.minLength: changed from 1 to 2"),
        (lambda s: field(s, "note").update(maxLength=9), "$.note: maxLength was added"),
        (lambda s: field(s, "price")["anyOf"].pop(), "$.price.anyOf: changed"),
        (lambda s: field(s, "price")["anyOf"].append({"type": "string"}), "$.price.anyOf: changed"),
        (lambda s: field(s, "price")["anyOf"][0].update(maximum=50), "$.price.anyOf[0].maximum: changed"),
        (lambda s: field(s, "labels").update(additionalProperties=False), "$.labels.additionalProperties: changed"),
        (lambda s: s.update(additionalProperties=False), "$: additionalProperties was added"),
        (lambda s: field(s, "labels")["properties"].update(site={}), "$.labels: site was any key of a map"),
        (lambda s: field(s, "lines")["items"].update({"$ref": "#/$defs/Item"}), "$.lines.items.$ref: changed"),
        (lambda s: s["allOf"][0]["then"].update(required=[]), "$.allOf[0].then: price became optional"),
        (lambda s: s.pop("allOf"), "$: allOf was removed"),
    ],
)
def test_a_change_that_breaks_readers_or_writers_is_reported(change: Change, reported: str) -> None:
    assert [line for line in breaks(change) if line.startswith(reported)] != []


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["properties"].update(coupon={"type": "string"}),
        lambda s: s["$defs"]["Line"]["properties"].update(count={"type": "integer"}),
        lambda s: s["$defs"].update(Coupon={"type": "string"}),
        lambda s: s.update(description="An order of a customer."),
        lambda s: field(s, "state").update(description="How far it got.", examples=["new"]),
        lambda s: field(s, "note").update(deprecated=True, title="Note", default="", **{"$comment": "unused"}),
    ],
)
def test_an_optional_addition_and_new_wording_break_nothing(change: Change) -> None:
    assert breaks(change) == []


def test_a_field_may_have_the_name_of_an_annotation() -> None:
    old = {"properties": {"description": {"type": "string"}, "title": {}}}
    new = {"properties": {"description": {"type": "integer"}}}

    assert list(breaking_changes(old, new)) == [
        "$: title was removed",
        "$.description.type: changed from 'string' to 'integer'",
    ]
