"""Dialects whose lines one regular expression each describes: named groups feed the record, as keys do in `keyed`.

Groups `second`, `fraction` and `zone` inside `time`, `level`, `body`, `service`, `host`, `logger`, `trace_id` and
`span_id` have a role; those in `NAMES` give an attribute with an OpenTelemetry name; any other gives one of its own
name. A pattern without `body` leaves the whole text to be the body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple, TypeAlias

from streams.dialects.base import CompileText, TextReader, add_flags, new_record
from streams.dialects.lines.clock import Clock
from streams.dialects.lines.traces import set_exception
from streams.dialects.trace_fields import set_trace, trace_fields
from streams.types import Record, Source
from streams.values.severity import GENERAL
from streams.values.severity import read as read_severity

Then: TypeAlias = Callable[[Record], None]

NAMES: Mapping[str, str] = {
    "pid": "process.pid",
    "thread": "thread.name",
    "tid": "thread.id",
    "file": "code.file.path",
    "line": "code.line.number",
    "function": "code.function.name",
}
_TRACE_ID = "trace_id"
_NUMBERS = frozenset(
    {"process.pid", "thread.id", "code.line.number", "http.response.status_code", "http.response.body.size", "EventId"}
)
_ROLES = ("time", "second", "fraction", "zone", "level", "body", "service", "host", "logger")
_LONGEST_NUMBER = 18
_GROUP = re.compile(r"\(\?P<(\w+)>")
_END = "end_"


class Groups(NamedTuple):
    """The number of each role's group in one pattern, 0 where it has none, and the groups that give attributes."""

    others: tuple[tuple[int, str, bool], ...]
    """Number, attribute, and whether it holds a whole number."""
    names_trace: bool
    time: int
    second: int
    fraction: int
    zone: int
    level: int
    body: int
    service: int
    host: int
    logger: int


_Compiled: TypeAlias = tuple[Callable[[str], re.Match[str] | None], Mapping[int | None, Groups]]
"""How a pattern is matched, and the groups of each of its tails by the number of the group that ends it."""

DIGITS = "0123456789"


class Headed(NamedTuple):
    """Patterns that begin alike: the head is matched once for all of them.

    They are asked only about texts that begin with one of the characters in `starts`; any, when that is empty.
    """

    head: str
    tails: tuple[str, ...] = ("",)
    starts: str = ""


def lined(
    dialect: str,
    *patterns: str | Headed,
    words: Mapping[str, int] = GENERAL,
    names: Mapping[str, str] | None = None,
    spell: Callable[[str], str] = str,
    then: Then | None = None,
) -> CompileText:
    """Make the compiler of a dialect that is a list of patterns, the first that matches the beginning of a text wins.

    `words` are its severities, `names` the attributes of its own groups, `spell` is the clock's, and `then` the last
    step on the whole record.
    """
    named = {**NAMES, **(names or {})}
    headed = [Headed(one) if isinstance(one, str) else one for one in patterns]
    compiled = [_compiled(form, named) for form in headed]

    def starting(character: str) -> tuple[_Compiled, ...]:
        return tuple(
            one for one, form in zip(compiled, headed, strict=True) if not form.starts or character in form.starts
        )

    # By the first character, because most patterns of most dialects cannot match most texts.
    others = starting("\0")
    by_start = {character: starting(character) for form in headed for character in form.starts}

    def compile_text(zone: tzinfo) -> TextReader:
        fill = _filler(words, Clock(zone, spell))

        def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
            for match_text, groups_of in by_start.get(text[:1], others):
                match = match_text(text)
                if match is not None:
                    record = new_record(dialect, event_id, observed, source)
                    fill(record, match, groups_of[match.lastindex])
                    if then:
                        then(record)
                    return record
            return None

        return read

    return compile_text


def _compiled(form: Headed, names: Mapping[str, str]) -> _Compiled:
    """Join patterns that begin alike; an empty group at the end of each tells which one matched."""
    tails = [
        _GROUP.sub(rf"(?P<\1__{number}>", tail) + f"(?P<{_END}{number}>)" for number, tail in enumerate(form.tails)
    ]
    pattern = re.compile(f"{form.head}(?:{'|'.join(tails)})", re.DOTALL | re.ASCII)
    index = pattern.groupindex
    return pattern.match, {
        index[f"{_END}{number}"]: _groups(
            {name.partition("__")[0]: at for name, at in index.items() if name.partition("__")[2] in {"", str(number)}},
            names,
        )
        for number in range(len(tails))
    }


def _groups(index: Mapping[str, int], names: Mapping[str, str]) -> Groups:
    others = tuple(
        (number, names.get(name, name), names.get(name) in _NUMBERS)
        for name, number in index.items()
        if name not in _ROLES and not name.startswith(_END)
    )
    return Groups(others, _TRACE_ID in index, *(index.get(role, 0) for role in _ROLES))


def _filler(words: Mapping[str, int], clock: Clock) -> Callable[[Record, re.Match[str], Groups], None]:
    """Make the step that gives a record what a match found; a closure, because it is the hot path of texts."""

    def fill(record: Record, match: re.Match[str], groups: Groups) -> None:
        if groups.second and match[groups.second]:
            fraction, zone = groups.fraction, groups.zone
            clock.set(
                record,
                match[groups.second],
                match[fraction] if fraction else None,
                match[zone] if zone else None,
                match[groups.time],
            )
        else:
            add_flags(record, "timestamp.missing")
        if groups.level and match[groups.level]:
            word = match[groups.level]
            number = words.get(word)
            record["severity_number"], record["severity_text"] = (
                (number, word) if number is not None else read_severity(word, words)
            )
        if groups.body:
            record["body"] = body = match[groups.body]
            if "\n" in body:
                set_exception(record, body)
        _fill_origin(record, match, groups)
        _fill_attributes(record["attributes"], match, groups)
        if groups.names_trace:
            take_trace(record)

    return fill


def _fill_origin(record: Record, match: re.Match[str], groups: Groups) -> None:
    if groups.service and match[groups.service]:
        record["resource"]["service.name"] = match[groups.service]
    if groups.host and match[groups.host]:
        record["resource"]["host.name"] = match[groups.host]
    if groups.logger and match[groups.logger]:
        record["scope"] = {"name": match[groups.logger]}


def take_trace(record: Record) -> None:
    """Give a record the trace that its attributes name."""
    attributes = record["attributes"]
    fields = trace_fields(tuple(attributes))
    if fields:
        trace, span = (attributes.pop(key, None) if key else None for key in (fields.quick_trace, fields.quick_span))
        set_trace(record, fields, trace, span)


def _fill_attributes(attributes: dict[str, Any], match: re.Match[str], groups: Groups) -> None:
    for number, name, whole in groups.others:
        value = match[number]
        if value:
            attributes[name] = number_of(value) if whole else value


def number_of(text: str) -> int | str:
    """Give the number that a text is, or the text where a number would be written otherwise."""
    digits = text.removeprefix("-")
    if len(digits) > _LONGEST_NUMBER or not digits.isascii() or not digits.isdigit():
        return text
    return int(text) if digits[0] != "0" or text == "0" else text
