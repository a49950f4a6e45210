"""Dialects whose lines one regular expression each describes: named groups feed the record, as keys do in `keyed`.

Groups `second`, `fraction` and `zone` inside `time`, `level`, `body`, `service`, `host`, `logger`, `trace_id` and
`span_id` have a role; those in `NAMES` give an attribute with an OpenTelemetry name; any other gives one of its own
name. A pattern without `body` leaves the whole text to be the body.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import NamedTuple, TypeAlias

from streams.dialects.base import CompileText, TextReader, new_record
from streams.dialects.lines.clock import Clock
from streams.dialects.lines.traces import set_exception
from streams.dialects.trace_fields import known_trace_fields, set_trace
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
    """Where the values of each role stand among those of a match, and which of the others give attributes."""

    others: tuple[tuple[int, str, bool], ...]
    """Place, attribute, and whether it holds a whole number."""
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
    """Find where the values of a match stand. A role without group has the last value, which the end of a tail is."""
    others = tuple(
        (number - 1, names.get(name, name), names.get(name) in _NUMBERS)
        for name, number in index.items()
        if name not in _ROLES and not name.startswith(_END)
    )
    return Groups(others, _TRACE_ID in index, *(index.get(role, 0) - 1 for role in _ROLES))


def _filler(  # noqa: C901 - hot path
    words: Mapping[str, int], clock: Clock
) -> Callable[[Record, re.Match[str], Groups], None]:
    """Make the step that gives a record what a match found; a closure, because it is the hot path of texts."""

    def fill(record: Record, match: re.Match[str], groups: Groups) -> None:  # noqa: C901 - hot path
        # All values at once and in one function, because a look at each group and calls cost more than the rest.
        values = match.groups()
        others, names_trace, time, second, fraction, zone, level, body, service, host, logger = groups
        if values[second]:
            clock.set(record, values[second], values[fraction], values[zone], values[time])
        else:
            record["flags"] = ["timestamp.missing"]
        if word := values[level]:
            number = words.get(word)
            record["severity_number"], record["severity_text"] = (
                (number, word) if number is not None else read_severity(word, words)
            )
        if body >= 0:
            record["body"] = text = values[body]
            if "\n" in text:
                set_exception(record, text)
        if values[service]:
            record["resource"]["service.name"] = values[service]
        if values[host]:
            record["resource"]["host.name"] = values[host]
        if values[logger]:
            record["scope"] = {"name": values[logger]}
        attributes = record["attributes"]
        for place, name, whole in others:
            if value := values[place]:
                attributes[name] = number_of(value) if whole else value
        if names_trace:
            take_trace(record)

    return fill


def take_trace(record: Record) -> None:
    """Give a record the trace that its attributes name."""
    attributes = record["attributes"]
    fields = known_trace_fields(tuple(attributes))
    if fields:
        trace, span = (attributes.pop(key, None) if key else None for key in (fields.quick_trace, fields.quick_span))
        set_trace(record, fields, trace, span)


def number_of(text: str) -> int | str:
    """Give the number that a text is, or the text where a number would be written otherwise."""
    digits = text.removeprefix("-")
    if len(digits) > _LONGEST_NUMBER or not digits.isascii() or not digits.isdigit():
        return text
    return int(text) if digits[0] != "0" or text == "0" else text
