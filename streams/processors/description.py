"""A processor as people and programs read about it, made from its declarations."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any, TypeAlias

from pydantic import BaseModel

from streams.processors.base import LookupProcessor, Processor

Schema: TypeAlias = Mapping[str, Any]

_WORDS = {"string": "text", "object": "mapping", "array": "list", "null": "null"}
_BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
_DEEPEST = 3
"""Models in models of which the options are told; a model may hold itself."""
_EMPTY: Mapping[str, Any] = {"object": {}, "array": []}


def describe(kind: type[Processor]) -> dict[str, Any]:
    """Say what a processor is: what it does, what it takes, reads and writes, and what it lacks to be used."""
    docs = inspect.getdoc(kind) or ""
    options = list(options_of(kind.Options))
    return {
        "name": kind.name,
        "version": kind.version,
        "summary": " ".join(docs.partition("\n\n")[0].split()),
        "docs": docs,
        "class": f"{kind.__module__}:{kind.__qualname__}",
        "signature": _signature(kind, options),
        "options": options,
        "reads": sorted(kind.reads),
        "writes": sorted(kind.writes),
        "overwrites": sorted(kind.overwrites),
        "looks_up": issubclass(kind, LookupProcessor),
        "not_idempotent": kind.not_idempotent,
        "missing": [module for module in kind.needs if find_spec(module) is None],
    }


def _signature(kind: type[Processor], options: list[dict[str, Any]]) -> str:
    own = (f"{one['name']}: {one['type']}{_default(one)}" for one in options if "." not in one["name"])
    return f"{kind.name}({', '.join(own)})"


def _default(option: Mapping[str, Any]) -> str:
    return "" if option["required"] else f" = {json.dumps(option['default'], ensure_ascii=False)}"


def options_of(model: type[BaseModel]) -> Iterator[dict[str, Any]]:
    """Give the fields of a model as options: name, type in words, default, whether it is required, and meaning."""
    schema = model.model_json_schema()
    yield from _fields(schema, schema.get("$defs", {}), "")


def _fields(schema: Schema, definitions: Schema, above: str) -> Iterator[dict[str, Any]]:
    """Give the options of a model; those of models in it have its name before theirs."""
    for name, field in schema.get("properties", {}).items():
        yield {
            "name": f"{above}{name}",
            "type": _type(field, definitions),
            "default": field.get("default", _EMPTY.get(field.get("type", ""))),
            "required": name in schema.get("required", ()),
            "meaning": field.get("description", ""),
        }
        inner = _model(field, definitions)
        if inner and above.count(".") < _DEEPEST:
            yield from _fields(inner, definitions, f"{above}{name}.")


def _model(field: Schema, definitions: Schema) -> Schema | None:
    """Give the model of which a field, or each of its elements, is."""
    parts = (field, field.get("items", {}), field.get("additionalProperties", {}), *field.get("anyOf", ()))
    found = (_resolved(part, definitions) for part in parts if isinstance(part, dict) and "$ref" in part)
    return next((model for model in found if "properties" in model), None)


def _type(field: Schema, definitions: Schema) -> str:
    """Name a type in words, with its bounds: `list of text`, `integer >= 1`, `mask | hash`."""
    field = _resolved(field, definitions)
    if "anyOf" in field:
        return " | ".join(_type(one, definitions) for one in field["anyOf"])
    if "enum" in field or "const" in field:
        return " | ".join(map(str, field.get("enum", [field.get("const")])))
    name = field.get("type", "any")
    if name == "array" and "items" in field:
        return f"list of {_type(field['items'], definitions)}"
    if name == "object":
        inner = field.get("additionalProperties")
        return f"mapping to {_type(inner, definitions)}" if isinstance(inner, dict) else "mapping"
    bounds = "".join(f" {sign} {field[bound]}" for bound, sign in _BOUNDS.items() if bound in field)
    return str(field.get("format") or _WORDS.get(name, name)) + bounds


def _resolved(field: Schema, definitions: Schema) -> Schema:
    reference = field.get("$ref")
    return {**definitions[reference.rpartition("/")[2]], **field} if reference else field
