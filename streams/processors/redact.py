"""Redaction of personal and secret data: what every record passes before anything else sees it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import Any, ClassVar

from orjson import Fragment, dumps

from streams.processors.base import Acted, Processor
from streams.processors.redaction.options import RedactOptions
from streams.processors.redaction.redactor import Redactor
from streams.processors.redaction.walk import Walk
from streams.types import Record
from streams.values.json import plain_float

_FLAG = "redacted"
_LOG = "log"
_SAID = (("body",), ("attributes",), ("resource", "severity_text", "scope"))
"""The parts of most records, as they share lines of what is searched."""
_OTHERS = ("metric", "span", "original", "event_name")
_PARTS = {*chain(*_SAID, _OTHERS)}
_WRITES = frozenset({name + ".*" if name in ("attributes", "resource") else name for name in (*_PARTS, "flags")})
_LINE_END = Fragment(b"\n")


class Redact(Processor):
    """Replaces personal and secret data in everything that the source said.

    E-mail addresses, payment cards, IBANs, social security and phone numbers, tokens and keys of known forms, private
    keys, credentials in headers and URLs, and every value under a name like `password` or `api_key` become
    `[REDACTED:kind]`, or their last digits, or a keyed hash. Ids, times, versions and hashes stay. A record that it
    cannot redact is a dead letter.
    """

    Options = RedactOptions
    name: ClassVar[str] = "redact"
    version: ClassVar[str] = "2"
    fails_closed: ClassVar[bool] = True
    reads: ClassVar[frozenset[str]] = frozenset({"body", "attributes.*", "resource.*", "severity_text"})
    writes: ClassVar[frozenset[str]] = _WRITES
    overwrites: ClassVar[frozenset[str]] = _WRITES

    def __init__(self, options: RedactOptions) -> None:
        super().__init__(options)
        self._redactor = Redactor(options)
        self.counts = self._redactor.counts

    def process(self, record: Record) -> Acted:
        """Redact the record; True when something was found."""
        (acted,) = self._redact_all([record])
        return acted

    def process_all(self, records: Sequence[Record]) -> Iterable[Acted]:
        """Redact records; most are cleared by one search of their JSON, before any field is looked at."""
        try:
            return self._redact_all(records)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - which one is at fault is found one by one
            return map(self.process, records)

    def _redact_all(self, records: Sequence[Record]) -> Iterable[bool]:
        lines, others = _lines(records)
        found = self._redactor.search_lines(lines)
        if not found:
            return repeat(False, len(records))
        parts: dict[int, list[tuple[str, tuple[int, ...]]]] = {}
        for line, patterns in found.items():
            place, names = _parts_of(line, len(records), others)
            parts.setdefault(place, []).extend((name, patterns) for name in names)
        return (place in parts and self._redact(record, parts[place]) for place, record in enumerate(records))

    def _redact(self, record: Any, parts: Iterable[tuple[str, tuple[int, ...]]]) -> bool:
        """Look through the parts in which something may be; False when all stays as it is."""
        changed, walk = False, self._redactor.walk
        for name, patterns in parts:
            said = record.get(name)
            if said:
                put = _WAYS[name](walk(patterns), said) if name in _WAYS else walk(patterns).document(said)
                if put is not said:
                    record[name], changed = put, True
        if changed:
            record.setdefault("flags", []).append(_FLAG)
        return changed

    def snapshot(self) -> str:
        """Give a hash of the key of hashes, which shapes the output as well."""
        key = self._redactor.key
        return key.sign("") if key is not None else ""

    def files(self) -> tuple[Path, ...]:
        """Give the file of the key."""
        return (self.options.key_file,) if self.options.key_file is not None else ()


def _lines(records: Sequence[Record]) -> tuple[bytes, Sequence[int]]:
    """Give what records say as lines of JSON, and the places of those that have other parts than most.

    The usual parts of all records come first, then the others of the records that have any.
    """
    said: list[Any] = []
    others: list[int] = []
    end = _LINE_END
    for place, record in enumerate(records):
        said += (
            record["body"], end, record["attributes"], end,
            record["resource"], record["severity_text"], record.get("scope"), end,
        )  # fmt: skip
        if record["signal"] != _LOG or "event_name" in record or "original" in record:
            others.append(place)
    for place in others:
        said += (*(records[place].get(name) for name in _OTHERS), end)
    return dumps(said, plain_float), others


def _parts_of(line: int, records: int, others: Sequence[int]) -> tuple[int, Iterable[str]]:
    """Tell of which record, and which parts of it, a line is."""
    place, part = divmod(line, len(_SAID))
    return (place, _SAID[part]) if place < records else (others[line - records * len(_SAID)], _OTHERS)


def _metric(walk: Walk, metric: dict[str, Any]) -> dict[str, Any]:
    """A point's numbers are measured, its names and its exemplars' attributes are said."""
    return _part(walk, metric, texts=("name", "description", "unit"), lists=("exemplars",))


def _span(walk: Walk, span: dict[str, Any]) -> dict[str, Any]:
    """Ids and times stay."""
    put = _part(walk, span, texts=("name", "trace_state"), lists=("events", "links"))
    status = _part(walk, span["status"], texts=("message",))
    return put if status is span["status"] else {**put, "status": status}


def _part(walk: Walk, part: dict[str, Any], texts: tuple[str, ...], lists: tuple[str, ...] = ()) -> dict[str, Any]:
    made = {name: walk.document(part[name]) for name in (*texts, "attributes") if name in part}
    for name in lists:
        if name in part:
            made[name] = [_part(walk, item, ("name", "trace_state")) for item in part[name]]
    return {**part, **made} if any(_differs(put, part[name]) for name, put in made.items()) else part


def _differs(put: Any, said: Any) -> bool:
    if type(said) is list:
        return any(one is not other for one, other in zip(put, said, strict=True))
    return put is not said


_WAYS = {"metric": _metric, "span": _span}
