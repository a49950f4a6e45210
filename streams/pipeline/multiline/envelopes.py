"""Lines inside the objects that container runtimes and collectors put around them.

Which envelope an object is, and what is in it, is its dialect's to say. What is added here is whether the line ends
with the record: Docker's driver leaves the line end out where it does not, and what a CRI parser left as a tag is `P`.
"""

from __future__ import annotations

from typing import Any, Final

import orjson

from streams.dialects.base import NOBODY
from streams.dialects.detect import Choice, Detector
from streams.dialects.envelopes import collectors, docker, kubernetes
from streams.errors import RejectedRecord
from streams.pipeline.multiline.piece import Piece, is_document
from streams.types import RawRecord
from streams.values.json import parse, plain_float

_DEEPEST: Final = 200
"""No setting allows deeper nesting."""

_OF_LINES: Final = frozenset(
    dialect.name
    for dialect in (docker.DIALECT, kubernetes.DIALECT, collectors.FILEBEAT, collectors.VECTOR, collectors.FLUENT_BIT)
)
_LINE_KEYS: Final = ("log", "message")
_TAGS: Final = ("logtag", "_p")
_PLACES: Final = (
    *("kubernetes", "docker", "container", "container_id", "container_name", "attrs", "host", "agent", "file", "tag"),
)
"""What tells containers, hosts and files apart, and is the same in all lines of one."""


def read_envelope(raw: RawRecord, value: bytes, detector: Detector) -> Piece | None:
    """Read the line in an object; None when it is no envelope of a line, or one that calls for a remark."""
    document = _object(value)
    if document is None:
        return None
    choice = detector.choose(document)
    if choice.dialect.name not in _OF_LINES:
        return None
    exact, flags = parse(value, _DEEPEST)
    key = next((key for key in _LINE_KEYS if type(exact.get(key)) is str), None)
    if flags or key is None:
        return None
    source = orjson.dumps(_place(exact), plain_float, orjson.OPT_SORT_KEYS)
    line: str = exact[key]
    line_end = line.endswith("\n")
    tag = next((exact[tag] for tag in _TAGS if tag in exact), None)
    ends = tag != "P" if tag else line_end or choice.dialect is not docker.DIALECT
    stream = f"{choice.dialect.name} {exact.get('stream')}"
    if not _is_line(choice, exact, line):
        return None
    content = line.removesuffix("\n").encode()
    whole = ends and is_document(content)
    return Piece((raw.key, source), stream, content, ends, alone=whole, key=key, line_end=line_end)


def write_envelope(first: bytes, last: Piece, text: bytes) -> bytes:
    """Put the text of several lines into the envelope of the first; the last one tells how it ends."""
    document = parse(first, _DEEPEST).document
    document[last.key] = text.decode() + "\n" * last.line_end
    for tag in _TAGS:
        if tag in document:
            document[tag] = "F" if last.ends else "P"
    return orjson.dumps(document, plain_float)


def _object(value: bytes) -> dict[str, Any] | None:
    try:
        document = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _place(document: dict[str, Any]) -> dict[str, Any]:
    place: dict[str, Any] = {key: document[key] for key in _PLACES if key in document}
    log = document.get("log")
    if isinstance(log, dict):
        place["log.file"] = log.get("file")
    return place


def _is_line(choice: Choice, document: dict[str, Any], line: str) -> bool:
    """Whether the dialect reads the line as the record; keys beside it may be the record instead."""
    if choice.read is None:
        return False
    try:
        return bool(choice.read(document, *NOBODY)["body"] == line)
    except RejectedRecord:
        return False
