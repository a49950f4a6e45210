"""A record behind a prefix: the container's name that docker compose and kubectl write, a time, a cookie.

Sources: docker compose (`name-1  | line`), docker service logs (`name.1.ID@NODE    | line`), kubectl logs `--prefix`
(`[pod/NAME/CONTAINER] line`) and `--timestamps`, CEE (`@cee: {...}`). Where a prefix is not unmistakable, only an
object in JSON behind it proves it, or behind a bare name the beginning of a log line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from datetime import tzinfo
from string import ascii_letters, digits
from typing import TypeAlias

from streams.dialects.base import Dialect, Example, TextReader, add_flags, new_record
from streams.dialects.roles import USUAL
from streams.errors import RejectedRecord
from streams.types import Record, Source
from streams.values.json import parse
from streams.values.time import read_time

_NAME = "prefixed"
_DEPTH = 64
_NEAR = 200
_MOST_IN_PROSE = 3

_REPLICA = re.compile(
    r"([A-Za-z0-9][\w.-]{0,100}?)([-_]\d{1,4}|\.\d{1,4}\.[a-z0-9]{12,32}@[\w.-]{1,100}) {1,60}\| ?(.*)",
    re.DOTALL | re.ASCII,
)
_CONTAINER = re.compile(
    r"([A-Za-z0-9][\w.-]{0,100}) {1,60}\| ?"
    r"((?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:|(?:ts|time|level|lvl)=\S|[IWEF]\d{4} \d\d:\d\d:).*)",
    re.DOTALL | re.ASCII,
)
"""A name that has no number is one before what is the beginning of a log line, not before a cell of a table."""
_POD = re.compile(r"\[pod/([\w.-]{1,253})/([\w.-]{1,63})\] (.*)", re.DOTALL | re.ASCII)
_BEFORE_OBJECT = re.compile(
    r"(?:@cee:|(?P<container>[^\s{}\"|=][^{}\"|=\n]{0,100}?) {0,60}\||(?P<tag>[A-Za-z][\w./-]{0,100}(?:\[\d{1,10}\])?):"
    r"|\[?(?P<time>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d|UTC))?)\]?:?)"
    r"[ \t]{0,8}(?P<object>\{.*)",
    re.DOTALL | re.ASCII,
)

_Taker: TypeAlias = Callable[[Record, str, tzinfo], bool]


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        take = _taker(text)
        if take is None:
            return None
        record = new_record(_NAME, event_id, observed, source)
        return record if take(record, text, zone) or _take_replica(record, text, zone) else None

    return read


def _taker(text: str) -> _Taker | None:
    """Tell quickly which kind of prefix a text may have; most have none."""
    if text.rstrip(" \t").endswith("}") and _BEFORE_OBJECT.match(text):
        return _take_before_object
    if text.startswith("[pod/"):
        return _take_pod
    return _take_replica if " |" in text[:_NEAR] else None


def _take_before_object(record: Record, text: str, zone: tzinfo) -> bool:
    match = _BEFORE_OBJECT.match(text)
    keys = _keys_of(match["object"]) if match else None
    if not match or keys is None or (match["tag"] and not _looks_like_record(keys)):
        return False
    record["body"] = match["object"]
    name = match["container"] or match["tag"]
    if match["time"]:
        found = read_time(match["time"], zone, record["observed_timestamp"])
        record["timestamp"] = found.text
        add_flags(record, *found.flags)
    elif match["container"] and " " not in name:
        replica = re.fullmatch(r"(.+?)[-_]\d{1,4}", name, re.ASCII)
        _name_container(record, name, replica[1] if replica else name)
    elif name:
        record["attributes"]["log.prefix"] = name
    return True


def _keys_of(text: str) -> Set[str] | None:
    """The keys of an object in JSON; None for any other text."""
    try:
        document = parse(text.strip(" \t\r\n").encode(), _DEPTH).document
    except (ValueError, RejectedRecord):
        return None
    return document.keys() if isinstance(document, dict) else None


def _looks_like_record(keys: Set[str]) -> bool:
    """A word with a colon stands before many an object in prose, which is not what was logged but part of it."""
    return len(keys) > _MOST_IN_PROSE or not keys.isdisjoint(USUAL)


def _take_replica(record: Record, text: str, zone: tzinfo) -> bool:
    match = _REPLICA.match(text)
    if match:
        service, number, record["body"] = match.groups()
        _name_container(record, service + number, service)
        return True
    match = _CONTAINER.match(text)
    if not match:
        return False
    name, record["body"] = match.groups()
    _name_container(record, name, name)
    return True


def _name_container(record: Record, container: str, service: str) -> None:
    """Compose names a container by its service and the number of the replica."""
    record["resource"] = {"service.name": service, "container.name": container}


def _take_pod(record: Record, text: str, zone: tzinfo) -> bool:
    match = _POD.match(text)
    if not match:
        return False
    pod, container, record["body"] = match.groups()
    record["resource"] = {"service.name": container, "k8s.pod.name": pod, "k8s.container.name": container}
    return True


DIALECT = Dialect(
    name=_NAME,
    summary="a record behind the container's name, a time or a cookie",
    link="https://docs.docker.com/reference/cli/docker/compose/logs/",
    compile_text=_compile_text,
    starts=ascii_letters + digits + "@[",
    holds=("}", " |", "[pod/"),
    envelope="line",
    examples=(
        Example(
            'caddy  | {"level":"info","ts":1744100254.931229,"msg":"admin endpoint started"}',
            {
                "timestamp": "2025-04-08T08:17:34.931229000Z",
                "severity_number": 9,
                "body": "admin endpoint started",
                "resource": {"service.name": "caddy", "container.name": "caddy"},
                "envelopes": ["prefixed"],
            },
        ),
        Example(
            "shop_web-1   | GET / 200",
            {"body": "GET / 200", "resource": {"service.name": "shop_web", "container.name": "shop_web-1"}},
        ),
        Example(
            '2024-03-10T14:13:06.719123456Z {"level":"warn","message":"low"}',
            {"timestamp": "2024-03-10T14:13:06.719123456Z", "severity_number": 13, "body": "low"},
        ),
        Example(
            '@cee: {"level":"warn","message":"low"}',
            {"severity_number": 13, "body": "low", "envelopes": ["prefixed"]},
        ),
    ),
)
