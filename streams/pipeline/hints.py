"""What Kafka headers say of the value: its content type, its dialect and its trace."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, TypeAlias

from streams.dialects.base import Dialect
from streams.dialects.registry import BY_NAME
from streams.types import Headers

Form: TypeAlias = Literal["json", "ndjson", "text"]

_FORMS: Final[dict[str, Form]] = {
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/cloudevents+json": "json",
    "text/plain": "text",
}
_LONGEST = 8_192


class Hints(NamedTuple):
    """Hints of one record, None where there is none; `unknown` when one was not understood."""

    form: Form | None = None
    dialect: Dialect | None = None
    unknown: bool = False
    traceparent: str | None = None
    tracestate: str | None = None

    @property
    def change_reading(self) -> bool:
        """Whether a JSON object has to be read otherwise than without them."""
        return self.dialect is not None or self.unknown or self.form not in (None, "json")

    @property
    def wants_text(self) -> bool:
        """Whether the dialect that is named reads texts only, so that JSON is not looked for."""
        return self.dialect is not None and not self.dialect.compile_objects


NO_HINTS: Final = Hints()


def read_hints(headers: Headers) -> Hints:
    """Read the headers that Weft knows; names are case-insensitive and the last of duplicates wins."""
    found = {name.lower(): value for name, value in headers if value is not None and len(value) <= _LONGEST}
    content_type = _text(found.get("content-type")).partition(";")[0].strip().lower()
    name = _text(found.get("weft-dialect")).strip().lower()
    form, dialect = _FORMS.get(content_type), BY_NAME.get(name)
    return Hints(
        form=form,
        dialect=dialect,
        unknown=bool((content_type and not form) or (name and not dialect)),
        traceparent=_text(found.get("traceparent")) or None,
        tracestate=_text(found.get("tracestate")) or None,
    )


def _text(value: bytes | None) -> str:
    return value.decode("utf-8", errors="replace") if value else ""
