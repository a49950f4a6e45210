"""Fields that an operator names: `attributes.user.id`, `resource.k8s.pod.name`, `body.user.email`.

Keys of attributes and resource hold points themselves, so a name is looked for as one key before its parts are taken
for keys of objects in objects.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, TypeAlias

from pydantic import AfterValidator

from streams.types import Record

SERVICE = "resource.service.name"
_PARTS = ("attributes", "resource", "body")


class Place(NamedTuple):
    """Where a field is: the object that holds it, and its key there."""

    holder: dict[str, Any]
    key: str


def _checked(path: str) -> str:
    part, _, name = path.partition(".")
    if part not in _PARTS or not name:
        raise ValueError(f"{path} does not begin with attributes., resource. or body.")
    return path


def _flat(path: str) -> str:
    if path.startswith("body."):
        raise ValueError(f"{path} is not in attributes or resource")
    return path


def _not_the_service(path: str) -> str:
    if path == SERVICE:
        raise ValueError(f"every record has {SERVICE}")
    return path


FieldPath: TypeAlias = Annotated[str, AfterValidator(_checked)]
"""A field in attributes, resource or body."""

FlatPath: TypeAlias = Annotated[FieldPath, AfterValidator(_flat)]
"""A field that a processor may make: one key of attributes or resource."""

RemovablePath: TypeAlias = Annotated[FieldPath, AfterValidator(_not_the_service)]
"""A field that a record can do without."""


def find(record: Record, path: str) -> Place | None:
    """Give the place of a field; None when the record has none of that name."""
    part, _, name = path.partition(".")
    return _find(record[part], name)  # type: ignore[literal-required]


def declared(path: str) -> str:
    """Give a path as declarations have it: of the body there is only the whole."""
    return "body" if path.startswith("body.") else path


def _find(node: Any, name: str) -> Place | None:
    if not isinstance(node, dict):
        return None
    if name in node:
        return Place(node, name)
    for at, character in enumerate(name):
        if character == "." and name[:at] in node:
            place = _find(node[name[:at]], name[at + 1 :])
            if place:
                return place
    return None
