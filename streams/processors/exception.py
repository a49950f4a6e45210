"""`exception`: what was thrown, where, and which other records tell of the same fault."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from pydantic import Field

from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.processors.frames import Frames, read_frames
from streams.processors.masking import digest, template_of
from streams.types import Record
from streams.values.stack_traces import find_trace

_TYPE, _MESSAGE, _STACKTRACE = "exception.type", "exception.message", "exception.stacktrace"
_LANGUAGE, _FRAMES, _FINGERPRINT = "exception.language", "exception.frames", "exception.fingerprint"
_ALL = (_TYPE, _MESSAGE, _LANGUAGE, _FRAMES, _FINGERPRINT)

_TRACE_KEYS = (_STACKTRACE, "error.stack_trace", "error.stack", "stack_trace", "stackTrace", "stacktrace", "stack",
               "traceback", "exc_info")  # fmt: skip
_OBJECTS = ("error", "err", "exception")
_TELLING = frozenset((_TYPE, *_TRACE_KEYS, *_OBJECTS))
_EVENT = "exception"
_LANGUAGES = {"node": "nodejs"}

_LONGEST_TRACE = 131_072
_MOST_HASHED = 100
_CAUSE = re.compile(r"^[ \t]*+(?:Caused by: |Suppressed: |---> |\[cause\]: )(?P<type>[\w.$+`]{1,300})", re.MULTILINE)
_PHP_HEAD = re.compile(r"(?:Uncaught |^)(?P<type>[A-Za-z_][\w\\]{0,300}): (?P<message>[^\n]{0,4000}?)"
                       r"(?: in [^\n]{1,500}:\d{1,7})?\nStack trace:", re.MULTILINE)  # fmt: skip
_VARYING = re.compile(r"0x[0-9A-Fa-f]++|(?=[A-Fa-f]{0,64}\d)[0-9A-Fa-f]++|[0-9a-f]{8,}+")
_LOADER = re.compile(r"^[^$\s]*/")
"""Class loader and module with its version, which Java writes before a class (`StackTraceElement.toString`)."""


class Thrown(NamedTuple):
    """What a text or a record says of an exception."""

    type: str | None
    message: str | None
    language: str | None
    frames: Frames | None


class Exceptions(Processor):
    """Reads stack traces of Java, Python, Go, Node, Ruby, .NET and PHP, wherever a record has one.

    Type and message are taken from the trace where the record does not name them; `exception.language` and
    `exception.frames` (function, file, line) say where it was thrown. `exception.fingerprint` is a hash of the types
    and of the functions on the way, without line numbers, addresses, ids and folders, so that one fault has one
    fingerprint on every host and in every build. Without frames it is made of the type and the message's template.
    Of a span the events named `exception` are described too.
    """

    class Options(base.Options):
        """How much is told."""

        frames: int = Field(20, ge=0, le=200, description="most frames in exception.frames; 0 leaves it out")

    name: ClassVar[str] = "exception"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"attributes", "body", "signal", "span?"})
    writes: ClassVar[frozenset[str]] = frozenset({"span.events", *(f"attributes.{name}" for name in _ALL)})

    def process(self, record: Record) -> Acted:
        """Describe an exception; True when something was added."""
        if record["signal"] == "metric":
            return False
        acted = self._examine(record["attributes"], record["body"])
        if "span" in record:
            for event in record["span"].get("events", ()):
                if event["name"] == _EVENT and "attributes" in event:
                    acted |= self._examine(event["attributes"], None)
        return acted

    def _examine(self, attributes: dict[str, Any], body: Any) -> bool:
        in_body = type(body) is str and ("\n" in body or "    at " in body)
        if not in_body and _TELLING.isdisjoint(attributes):
            return False
        trace = _trace_in(attributes) or (body if in_body else "")
        thrown = _read(trace[:_LONGEST_TRACE]) if trace else None
        return self._describe(attributes, thrown, trace)

    def _describe(self, attributes: dict[str, Any], thrown: Thrown | None, trace: str) -> bool:
        named, message = attributes.get(_TYPE), attributes.get(_MESSAGE)
        kind = named if isinstance(named, str) else thrown.type if thrown else None
        if kind is None and (thrown is None or thrown.frames is None):
            return False
        said: dict[str, Any] = {}
        if thrown:
            said = {_TYPE: thrown.type, _MESSAGE: thrown.message, _LANGUAGE: thrown.language}
            if thrown.frames and self.options.frames:
                said[_FRAMES] = [_shown(*call) for call in thrown.frames.calls[: self.options.frames]]
        text = message if isinstance(message, str) else (thrown.message if thrown else None) or ""
        said[_FINGERPRINT] = _fingerprint(kind or "", text, thrown.frames if thrown else None, trace)
        added = {name: value for name, value in said.items() if value and name not in attributes}
        attributes.update(added)
        return bool(added)


def _trace_in(attributes: Mapping[str, Any]) -> str | None:
    """Find the text of a stack trace among attributes, and in objects like `error`."""
    for holder in (attributes, *(held for name in _OBJECTS if isinstance(held := attributes.get(name), dict))):
        for key in _TRACE_KEYS:
            value = holder.get(key)
            if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
                value = "\n".join(value)
            if isinstance(value, str) and value:
                return value
    return None


def _read(text: str) -> Thrown | None:
    trace, frames = find_trace(text), read_frames(text, _MOST_HASHED)
    if frames and frames.language == "php":
        head = _PHP_HEAD.search(text)
        return Thrown(head["type"] if head else None, head["message"] if head else None, "php", frames)
    if trace is None and frames is None:
        return None
    language = frames.language if frames else _LANGUAGES.get(trace.runtime, trace.runtime) if trace else None
    return Thrown(trace.type if trace else None, trace.message if trace else None, language, frames)


def _shown(function: str, file: str, line: int | None) -> dict[str, Any]:
    """Give a frame as an object, without what the trace does not say."""
    return {name: value for name, value in (("function", function), ("file", file), ("line", line)) if value}


def _fingerprint(kind: str, message: str, frames: Frames | None, trace: str) -> str:
    if frames is None:
        return digest(kind, template_of(message))
    calls = (
        (_LOADER.sub("", call.function) if frames.language == "java" else call.function, call.file)
        for call in frames.calls
    )
    ways = [f"{_steady(function)} {_steady(_name(file))}" for function, file in calls]
    # Recursion is as deep as the stack happens to be.
    ways = [way for at, way in enumerate(ways) if at == 0 or way != ways[at - 1]]
    causes = [match["type"] for match in _CAUSE.finditer(trace[:_LONGEST_TRACE])]
    return digest(frames.language, kind, *causes, *ways)


def _name(file: str) -> str:
    """Drop the folders, which differ from host to host."""
    return file.replace("\\", "/").rpartition("/")[2]


def _steady(name: str) -> str:
    """Mask what a compiler or a run numbers anew: lambdas, proxies, addresses, bundles."""
    return _VARYING.sub("0", name)
