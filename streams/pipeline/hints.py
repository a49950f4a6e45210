"""What Kafka headers say of the value: its content type, its dialect and its trace."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from streams.dialects.base import Dialect
from streams.dialects.registry import BY_NAME
from streams.pipeline.trace_headers import TRACE_HEADERS
from streams.types import Headers

Form: TypeAlias = Literal["json", "ndjson", "text", "protobuf"]

_FORMS: Final[dict[str, Form]] = {
    "application/json": "json",
    "application/x-ndjson": "ndjson",
    "application/cloudevents+json": "json",
    "application/cloudevents-batch+json": "json",
    "text/plain": "text",
    "application/x-protobuf": "protobuf",
}
_CLOUD_EVENT = "ce_"
_CLOUD_EVENT_SIGN = "ce_specversion"
_LONGEST = 8_192


class Hints(NamedTuple):
    """Hints of one record, None where there is none; `unknown` when one was not understood."""

    form: Form | None = None
    dialect: Dialect | None = None
    unknown: bool = False
    trace: Headers | None = None
    """All headers, where some name a trace: they are read only for a record that names none itself."""
    plain: bool = True
    """Whether a JSON object is read as it is without them."""
    cloud_event: tuple[tuple[str, str], ...] = ()
    """Attributes of a CloudEvent whose data is the value (Kafka binding, binary mode)."""

    @property
    def wants_text(self) -> bool:
        """Whether the dialect that is named reads texts only, so that JSON is not looked for."""
        return self.dialect is not None and not (
            self.dialect.compile_objects or self.dialect.split or self.dialect.split_binary
        )

    @property
    def wants_bytes(self) -> bool:
        """Whether the dialect that is named reads bytes, so that text is not looked for."""
        return self.dialect is not None and self.dialect.split_binary is not None


def read_hints(headers: Headers, pinned: str | None = None) -> Hints:
    """Read the headers that Weft knows; names are case-insensitive and the last of duplicates wins.

    `pinned` is the dialect that the topic's setting names; a header that names one goes before it.
    """
    found = {name.lower(): value for name, value in headers if value is not None and len(value) <= _LONGEST}
    name = found.get("weft-dialect") or (pinned or "").encode()
    declared = _declared(found.get("content-type", b""), name)
    if _CLOUD_EVENT_SIGN in found:
        declared = declared._replace(cloud_event=_cloud_event(found), plain=False)
    if TRACE_HEADERS.isdisjoint(found):
        return declared
    # Spelled out, because every record of a traced producer comes here and _replace takes twice as long.
    form, dialect, unknown, _, plain, cloud_event = declared
    return Hints(form, dialect, unknown, headers, plain, cloud_event)


def _cloud_event(found: dict[str, bytes]) -> tuple[tuple[str, str], ...]:
    """The attributes of a CloudEvent in binary mode, without their prefix."""
    return tuple(
        (name.removeprefix(_CLOUD_EVENT), _text(value))
        for name, value in found.items()
        if name.startswith(_CLOUD_EVENT)
    )


@lru_cache(maxsize=256)
def _declared(content_type: bytes, name: bytes) -> Hints:
    media_type = _text(content_type).partition(";")[0].strip().lower()
    dialect_name = _text(name).strip().lower()
    form, dialect = _FORMS.get(media_type), BY_NAME.get(dialect_name)
    unknown = bool((media_type and not form) or (dialect_name and not dialect))
    return Hints(form, dialect, unknown, plain=not dialect and not unknown and form in (None, "json"))


def _text(value: bytes) -> str:
    return value.decode("utf-8", errors="replace")
