"""StatsD and DogStatsD lines taken apart: metric, event or service check, each with its sections.

Source: statsd/statsd, docs/metric_types.md; Datadog, "Datagram Format and Shell Usage", protocols 1.0 to 1.3.
Written here because the libraries for it are servers, or read neither events nor service checks.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from streams.dialects.telemetry.points import number

_METRIC: Final = re.compile(
    r"(?P<name>[A-Za-z_][\w.\-/]{0,199}+)(?P<tags>(?>(?:[,;][\w.\-/]{1,100}+=[^,;:|]{0,200}+){0,50}))"
    r":(?P<values>[^|]{1,500}+)\|(?P<type>ms|[cghds])(?P<rest>(?>(?:\|[^|]*+){0,50}))"
)
_TAG: Final = re.compile(r"[,;]([^=]+)=([^,;:|]*)")
_EVENT: Final = re.compile(r"_e\{(?P<title>[0-9]{1,5}+),(?P<text>[0-9]{1,6}+)\}:(?P<rest>.++)")
_CHECK: Final = re.compile(r"_sc\|(?P<name>[^|]{1,200}+)\|(?P<status>[0-3])(?P<rest>(?>(?:\|[^|]*+){0,50}))")
_MOST_SECTIONS = 50
_KEYS: Final = {
    "@": "rate",
    "#": "tags",
    "T": "time",
    "d:": "time",
    "h:": "host",
    "c:": "container.id",
    "k:": "dogstatsd.aggregation_key",
    "p:": "dogstatsd.priority",
    "s:": "dogstatsd.source_type_name",
    "t:": "alert_type",
    "m:": "message",
    "e:": "dogstatsd.external_data",
    "card:": "dogstatsd.cardinality",
}


class Datagram(NamedTuple):
    """One record of a line: what kind it is, its name or title, its value, status or text, and its sections."""

    kind: str
    line: str
    name: str
    value: Any
    type: str
    sections: dict[str, str]
    tags: dict[str, Any]


def read_lines(text: str) -> list[Datagram] | None:
    """Read every line; None when one of them is none of these."""
    found: list[Datagram] = []
    for line in text.split("\n"):
        if line.strip():
            datagrams = _read_line(line.rstrip("\r "))
            if not datagrams:
                return None
            found += datagrams
    return found or None


def _read_line(line: str) -> list[Datagram] | None:
    if line.startswith("_e{"):
        return _event(line)
    if match := _CHECK.fullmatch(line):
        sections, tags = _sections(match["rest"])
        return [Datagram("check", line, match["name"], match["status"], "", sections, tags)]
    match = _METRIC.fullmatch(line)
    return _metrics(match) if match else None


def _metrics(match: re.Match[str]) -> list[Datagram] | None:
    """One point for each value; of a set a value is any text."""
    sections, tags = _sections(match["rest"])
    tags = {**dict(_TAG.findall(match["tags"])), **tags}
    kind, head = match["type"], match["name"] + match["tags"]
    written = [match["values"]] if kind == "s" else match["values"].split(":")
    if kind != "s" and any(number(value) is None for value in written):
        return None
    return [
        Datagram("metric", f"{head}:{value}|{kind}{match['rest']}", match["name"], value, kind, sections, tags)
        for value in written
    ]


def _event(line: str) -> list[Datagram] | None:
    """The lengths are those of title and text in bytes; some clients count characters."""
    match = _EVENT.fullmatch(line)
    if not match:
        return None
    title, text = int(match["title"]), int(match["text"])
    parts = _cut_bytes(match["rest"], title, text) or _cut(match["rest"], title, text)
    if parts is None or parts[2].count("|") > _MOST_SECTIONS:
        return None
    sections, tags = _sections(parts[2])
    return [Datagram("event", line, parts[0], parts[1].replace("\\n", "\n"), "", sections, tags)]


def _cut(rest: str, title: int, text: int) -> tuple[str, str, str] | None:
    end = title + 1 + text
    fits = len(rest) >= end and rest[title] == "|" and rest[end : end + 1] in ("", "|")
    return (rest[:title], rest[title + 1 : end], rest[end:]) if fits else None


def _cut_bytes(rest: str, title: int, text: int) -> tuple[str, str, str] | None:
    """Cut with lengths in bytes, as a text that has a character for each byte."""
    parts = _cut(rest.encode().decode("latin-1"), title, text)
    try:
        first, second, third = (part.encode("latin-1").decode() for part in parts or ("", "", ""))
    except UnicodeDecodeError:
        return None
    return (first, second, third) if parts else None


def _sections(rest: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Read what stands behind the bars; sections that are not known keep their text, under `statsd.sections`."""
    sections: dict[str, str] = {}
    unknown: list[str] = []
    for part in rest.split("|")[1:]:
        key = part[:1] if part[:1] in _KEYS else part[: part.find(":") + 1]
        name = _KEYS.get(key)
        if name is None or name in sections:
            unknown.append(part)
        else:
            sections[name] = part.removeprefix(key)
    tags = _tags(sections.pop("tags", ""))
    if any(unknown):
        tags["statsd.sections"] = [part for part in unknown if part]
    return sections, tags


def _tags(written: str) -> dict[str, Any]:
    """Read `key:value` tags; one with several values has a list, those without a value are `tags`."""
    found: dict[str, list[str]] = {}
    for tag in filter(None, written.split(",")):
        key, colon, value = tag.partition(":")
        found.setdefault(key if colon and key else "tags", []).append(value if colon and key else tag)
    return {key: values[0] if len(values) == 1 and key != "tags" else values for key, values in found.items()}
