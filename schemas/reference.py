"""The reference page of the record, made from the models and vocabularies."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from schemas.flags import FLAGS
from schemas.json_schema import json_schema
from schemas.reasons import REASONS
from schemas.severity import HIGHEST, severity_name
from schemas.topics import TOPICS

_HEAD: Final = """\
# The record

Made from `schemas/` by `python -m schemas.publish --write`; do not edit.

Times are RFC 3339 in UTC with nine fraction digits and `Z`, years 1990 to 2261. "Always" is "no" for a key that is
absent, never null, when there is nothing to say. Writers send no other keys; readers ignore what they don't know.
"""


def reference() -> str:
    """Give the page as Markdown."""
    enriched, dead = json_schema("enriched/v1"), json_schema("dead_letter/v1")
    parts = [_HEAD, "## Enriched record, version 1\n", _fields(enriched)]
    for name, part in sorted(enriched["$defs"].items()):
        parts += [f"### {name}\n", part["description"] + "\n", _fields(part)]
    parts += ["## Severity\n", _severities()]
    parts += ["## Flags\n", _table(("flag", "meaning"), ((f"`{flag}`", meaning) for flag, meaning in FLAGS.items()))]
    parts += ["## Dead letter headers, version 1\n", _fields(dead)]
    parts += ["## Dead letter reasons\n", _reasons()]
    parts += ["## Topics\n", _topics()]
    return "\n".join(parts)


def _fields(schema: Mapping[str, Any]) -> str:
    required = schema.get("required", ())
    rows = (
        (f"`{name}`", _kind(field), "yes" if name in required else "no", field.get("description", ""))
        for name, field in schema["properties"].items()
    )
    return _table(("key", "type", "always", "meaning"), rows)


def _kind(schema: Mapping[str, Any]) -> str:
    """Say in few words what a part of a JSON Schema allows."""
    for union in ("anyOf", "oneOf"):
        if union in schema:
            return " or ".join(dict.fromkeys(_kind(member) for member in schema[union]))
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in schema or "enum" in schema:
        return " or ".join(f"`{word}`" for word in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return f"{schema.get('type', 'any JSON')}{_range(schema)}"


def _range(schema: Mapping[str, Any]) -> str:
    """Give bounds that a person would want to read: not those of 32 and 64 bits."""
    low, high = schema.get("minimum"), schema.get("maximum", 2**31)
    return f" {low} to {high}" if low is not None and high < 2**31 - 1 else ""


def _severities() -> str:
    rows = ((str(number), severity_name(number)) for number in range(HIGHEST + 1))
    return _table(("number", "name"), rows)


def _reasons() -> str:
    internal = ("`internal.<stage>`", "an unexpected exception in that stage")
    return _table(("reason", "meaning"), [*((f"`{name}`", text) for name, text in REASONS.items()), internal])


def _topics() -> str:
    rows = ((f"`{topic.name}`", topic.key, topic.value, _configs(topic.configs())) for topic in TOPICS.values())
    return _table(("default name", "key", "value", "configuration"), rows)


def _configs(configs: Mapping[str, str]) -> str:
    return ", ".join(f"`{name}={value}`" for name, value in configs.items())


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (head, ("---",) * len(head), *rows))
