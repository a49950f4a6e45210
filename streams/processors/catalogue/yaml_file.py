"""A catalogue as YAML: a mapping of names to mappings of fields, in which a value is the text as it is written.

So `version: 1.10` stays `1.10`. It is read by events and not as a document, because those know their lines and a
hundred thousand services need no more memory than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from streams.processors.catalogue.lines import BrokenLine, Row

_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING: Final = frozenset({"", "~", "null", "Null", "NULL"})


def read_yaml(text: str) -> Iterator[Row]:
    """Give the services with the line on which each begins.

    Raises:
        BrokenLine: what is wrong, and on which line.
    """
    events = _events(text)
    if isinstance(event := next(events), StreamEndEvent):
        return
    if not isinstance(event, MappingStartEvent):
        raise BrokenLine(_line(event), "there must be a mapping of names to fields")
    while not isinstance(event := next(events), MappingEndEvent):
        name = _text(event, "a name")
        if not isinstance(begin := next(events), MappingStartEvent):
            raise BrokenLine(_line(begin), f"there must be fields of {name!r}, each `field: value`")
        yield Row(_line(event), name, _fields(events))
    if not isinstance(event := next(events), StreamEndEvent):
        raise BrokenLine(_line(event), "there must be one document only")


def _fields(events: Iterator[Event]) -> dict[str, str]:
    fields: dict[str, str] = {}
    while not isinstance(event := next(events), MappingEndEvent):
        field = _text(event, "a field")
        if field in fields:
            raise BrokenLine(_line(event), f"{field!r} stands there twice")
        fields[field] = _value(next(events), field)
    return fields


def _value(event: Event, field: str) -> str:
    value = _text(event, f"one value of {field!r}")
    plain = isinstance(event, ScalarEvent) and event.implicit[0]
    return "" if plain and value in _NOTHING else value


def _text(event: Event, wanted: str) -> str:
    if isinstance(event, AliasEvent):
        raise BrokenLine(_line(event), "aliases are not read here")
    if not isinstance(event, ScalarEvent):
        raise BrokenLine(_line(event), f"there must be {wanted}")
    return str(event.value)


def _events(text: str) -> Iterator[Event]:
    """Give what is between the marks of the stream and its documents, and the stream's end."""
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not isinstance(event, StreamStartEvent | DocumentStartEvent | DocumentEndEvent):
                yield event
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenLine(mark.line + 1 if mark else 1, f"it is not YAML: {error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise BrokenLine(1, f"it is not YAML: {error.__class__.__name__}") from None


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
