"""JSON Schema (draft 2020-12) of every published message, made from the models."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode, JsonSchemaValue
from pydantic_core import core_schema

from schemas.dead_letter import DeadLetterHeaders
from schemas.record import EnrichedRecord
from schemas.shape import Shape

PUBLISHED: Final[Mapping[str, type[Shape]]] = MappingProxyType(
    {"enriched/v1": EnrichedRecord, "dead_letter/v1": DeadLetterHeaders}
)
"""Model by name and version; the JSON Schema of each is kept in `schemas/golden/`."""


class _Generator(GenerateJsonSchema):
    """Leaves out what says nothing: titles made from names, and the default None of absent keys."""

    def generate(self, schema: core_schema.CoreSchema, mode: JsonSchemaMode = "validation") -> JsonSchemaValue:
        return {"$schema": self.schema_dialect, **super().generate(schema, mode)}

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schema(name: str) -> JsonSchemaValue:
    """Give the JSON Schema of a published message.

    Raises:
        KeyError: there is no message of that name in `PUBLISHED`.
    """
    return PUBLISHED[name].model_json_schema(schema_generator=_Generator)
