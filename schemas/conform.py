"""The writer's side of the schema: stricter than the model that readers use."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from schemas.record import EnrichedRecord
from schemas.shape import Mode

_MOST_REPORTED: Final = 3
_FREE_FORM: Final = frozenset({"attributes", "body", "resource"})

_validate = TypeAdapter(EnrichedRecord).validator.validate_python


class NonconformingRecord(ValueError):
    """The record breaks the schema; the message names fields and rules, never contents."""


def conform(record: Mapping[str, Any]) -> None:
    """Check a record as its writer must: unknown keys, flags and other words are refused too.

    Raises:
        NonconformingRecord: it does not conform.
    """
    try:
        _validate(record, extra="forbid", context=Mode.WRITE)
    except ValidationError as error:
        raise NonconformingRecord(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    # Of a union's branches the one for strings never tells what is wrong.
    telling = [item for item in found if item["loc"][-1:] != ("str",)]
    named = list(dict.fromkeys(f"{_place(item)}: {item['type']}" for item in telling))
    more = [f"and {len(named) - _MOST_REPORTED} more"] if len(named) > _MOST_REPORTED else []
    return "; ".join(named[:_MOST_REPORTED] + more)


def _place(item: ErrorDetails) -> str:
    """Give the path of an error up to the first key that a stranger chose."""
    path: list[str] = []
    for part in item["loc"]:
        if item["type"] == "extra_forbidden" and part == item["loc"][-1]:
            break
        path.append(str(part))
        if part in _FREE_FORM:
            break
    return ".".join(path) or "record"
