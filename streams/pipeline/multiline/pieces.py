"""What one record adds to an event: a line of text, or a part of one, taken out of its container envelope.

Envelopes: Docker's json-file driver, whose `log` ends with a newline unless the line goes on in the next record, and
the Kubernetes CRI format, whose tag is `F` for the end of a line and `P` for a part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from streams.errors import RejectedRecord
from streams.pipeline.hints import read_hints
from streams.types import RawRecord
from streams.values import text as texts
from streams.values.json import parse, plain_float
from streams.values.text import without_bom

_CRI = re.compile(rb"(\d{4}-\d\d-\d\dT[0-9:.+Z-]{8,32}) (stdout|stderr) ([FP])(?::[^ ]{0,64})?(?: |$)")
_DOCKER_KEYS = frozenset(("log", "stream", "time"))
_STREAMS = ("stdout", "stderr")
_CONTAINER_KEYS = ("kubernetes", "docker", "container_id", "container_name", "attrs")
_DEEPEST = 200
"""No setting allows deeper nesting."""

_END = b"\n"


class Piece(NamedTuple):
    """What a record adds to an event.

    `source` tells the producers of a partition apart, `stream` the envelope and its stream (empty for a line without
    envelope). `content` is text without its line end; `ends` says that the line is over. A piece that is `alone`
    is an event by itself: a JSON object, or nothing that has lines.
    """

    source: tuple[bytes | None, bytes]
    stream: str
    content: bytes
    ends: bool = True
    alone: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether it is a whole line with nothing on it."""
        return self.ends and not self.alone and not self.content.strip()

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode(errors="replace")


def read_piece(raw: RawRecord, most_bytes: int) -> Piece:
    """Read what a record adds; too large, hinted at as other than text or no text, it is alone."""
    value = raw.value
    if value is None or len(value) > most_bytes or (raw.headers and not _may_be_text(raw)):
        return _alone(raw)
    if value.startswith(b"{") and b'"log"' in value:
        return _read_docker(raw, value) or _alone(raw)
    cri = _CRI.match(value)
    if cri:
        return _enveloped(raw, b"", f"cri {cri[2].decode()}", value[cri.end() :].removesuffix(_END), cri[3] == b"F")
    content = without_bom(value)[0].removesuffix(_END)
    if is_document(content) or texts.decode(value) is None:
        return _alone(raw)
    return Piece((raw.key, b""), "", content)


def is_document(content: bytes) -> bool:
    """Whether a whole line is a JSON object or array, which no other line goes on with."""
    content = content.strip()
    if content.startswith(b"{"):
        return content.endswith(b"}")
    if not (content.startswith(b"[") and content.endswith(b"]")):
        return False
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    return True


def join(lines: Sequence[RawRecord], pieces: Sequence[Piece]) -> bytes:
    """Make one value of several records, in the envelope of the first."""
    first, text = lines[0].value or b"", b"".join([p.content + _END if p.ends else p.content for p in pieces])
    if pieces[0].stream.startswith("docker"):
        return orjson.dumps(parse(first, _DEEPEST).document | {"log": text.decode()}, plain_float)
    text = text.removesuffix(_END)
    cri = _CRI.match(first) if pieces[0].stream else None
    if cri:
        return b"%s %s %s %s" % (cri[1], cri[2], b"F" if pieces[-1].ends else b"P", text)
    return text


def _may_be_text(raw: RawRecord) -> bool:
    hints = read_hints(raw.headers)
    return hints.form == "text" or hints.wants_text or not (hints.form or hints.dialect)


def _alone(raw: RawRecord) -> Piece:
    return Piece((raw.key, b""), "", b"", alone=True)


def _read_docker(raw: RawRecord, value: bytes) -> Piece | None:
    """Read a line of Docker's json-file driver; None when it is none, or one that calls for a remark."""
    try:
        document, flags = parse(value, _DEEPEST)
    except (ValueError, RejectedRecord):
        return None
    if flags or not _is_docker(document):
        return None
    container = {key: document[key] for key in _CONTAINER_KEYS if key in document}
    log = document["log"].encode()
    content, ends = log.removesuffix(_END), log.endswith(_END)
    written = orjson.dumps(container, option=orjson.OPT_SORT_KEYS) if container else b""
    return _enveloped(raw, written, f"docker {document['stream']}", content, ends)


def _is_docker(document: dict[str, Any]) -> bool:
    """Whether an object is such a line; with a `logtag` its `log` has no line end and the tag says what it is."""
    return (
        document.keys() >= _DOCKER_KEYS
        and document["stream"] in _STREAMS
        and type(document["log"]) is str
        and "logtag" not in document
    )


def _enveloped(raw: RawRecord, container: bytes, stream: str, content: bytes, ends: bool) -> Piece:
    return Piece((raw.key, container), stream, content, ends, alone=ends and is_document(content))
