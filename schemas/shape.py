"""What every message of this room is built from: the base model and two kinds of field."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, JsonValue, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import CoreSchema, ValidationInfo, with_info_after_validator_function

T = TypeVar("T")

# Strings come first because most values are strings and JsonValue dispatches through Python.
Json = Annotated[str | JsonValue, WithJsonSchema({})]
"""Any JSON value; numbers are finite."""


class Mode(Enum):
    """Who validates, given as pydantic's `context`; without one it is a reader."""

    WRITE = auto()


class Shape(BaseModel):
    """Base of every message: frozen, nothing coerced, numbers finite, inputs never in error messages.

    Readers ignore keys that they don't know; `schemas.conform` refuses them for writers.
    """

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="ignore",
        allow_inf_nan=False,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


class _Absent:
    """Refuses an explicit null, so that "not there" has one form only."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        nullable: Any = handler(source)
        inner: CoreSchema = nullable["schema"]
        return inner


Maybe = Annotated[T | None, _Absent()]
"""A key that may be absent, which reads as the default None, and is never null."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Marks a string as a word of a vocabulary that is closed for writers and open for readers.

    `accepts` tells whether a writer may use a word; `words` are listed in the JSON Schema as examples.
    """

    accepts: Callable[[object], bool]
    words: tuple[str, ...]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return with_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "examples": list(self.words)}

    def _check(self, word: str, info: ValidationInfo) -> str:
        if info.context is Mode.WRITE and not self.accepts(word):
            raise PydanticCustomError("vocabulary", "Writers use known words only")
        return word
