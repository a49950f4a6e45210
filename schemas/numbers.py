"""Numbers as OpenTelemetry's wire types carry them, in a form that JSON can carry too."""

from typing import Annotated, Final

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

INT64_MIN: Final = -(2**63)
INT64_MAX: Final = 2**63 - 1

UNREPRESENTABLE_PATTERN: Final = "^(?:NaN|-?Infinity|-?[1-9][0-9]{18,39})$"

Count = Annotated[int, Field(ge=0, le=2**64 - 1)]
"""An unsigned 64-bit count."""

SmallCount = Annotated[int, Field(ge=0, le=2**32 - 1)]
"""An unsigned 32-bit count."""

Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
"""A signed 32-bit integer."""


def _refuse_int(value: object) -> object:
    """Keep big integers from becoming floats, which pydantic allows and which would alter them."""
    if isinstance(value, int):
        raise PydanticCustomError("int_as_float", "An integer beyond 64 bits must be a string")
    return value


Number = (
    Annotated[int, Field(ge=INT64_MIN, le=INT64_MAX)]
    | Annotated[float, BeforeValidator(_refuse_int)]
    | Annotated[str, Field(pattern=UNREPRESENTABLE_PATTERN)]
)
"""An integer or a float as given; NaN, the infinities and integers beyond 64 bits are strings."""
