"""Records to pieces of events, and the pieces of one event to one value again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from streams.dialects.detect import Detector
from streams.pipeline.hints import read_hints
from streams.pipeline.multiline.envelopes import read_envelope, write_envelope
from streams.pipeline.multiline.piece import END, Piece, is_document
from streams.types import RawRecord
from streams.values import text as texts
from streams.values.text import without_bom

_CRI = re.compile(rb"(\d{4}-\d\d-\d\dT[0-9:.+Z-]{8,32}) (stdout|stderr) ([FP])(?::[^ \n]{1,100})?(?: |$)")
"""The head of a line in the format of Kubernetes' container runtimes (`streams/dialects/envelopes/cri.py`)."""


class Pieces:
    """Reads pieces of up to `most_bytes`; `detector` knows the envelopes."""

    def __init__(self, detector: Detector, most_bytes: int) -> None:
        self._detector = detector
        self._most_bytes = most_bytes

    def read(self, raw: RawRecord) -> Piece:
        """Read what a record adds; too large, hinted at as other than text or no text, it is alone."""
        value = raw.value
        if value is None or len(value) > self._most_bytes or (raw.headers and not _may_be_text(raw)):
            return alone(raw)
        if value.startswith(b"{") and value.rstrip().endswith(b"}"):
            return read_envelope(raw, value, self._detector) or alone(raw)
        cri = _CRI.match(value)
        if cri:
            content, ends = value[cri.end() :].removesuffix(END), cri[3] == b"F"
            source = raw.key, b""
            return Piece(source, f"cri {cri[2].decode()}", content, ends, alone=ends and is_document(content))
        content = without_bom(value)[0].removesuffix(END)
        if is_document(content) or texts.decode(value) is None:
            return alone(raw)
        return Piece((raw.key, b""), "", content)


def alone(raw: RawRecord) -> Piece:
    """The piece of a record that nothing is joined with."""
    return Piece((raw.key, b""), "", b"", alone=True)


def join(lines: Sequence[RawRecord], pieces: Sequence[Piece]) -> bytes:
    """Make one value of several records, in the envelope of the first."""
    first, last = lines[0].value or b"", pieces[-1]
    text = b"".join([p.content + END if p.ends else p.content for p in pieces[:-1]]) + last.content
    if last.key:
        return write_envelope(first, last, text)
    cri = _CRI.match(first) if last.stream else None
    if cri:
        return b"%s %s %s %s" % (cri[1], cri[2], b"F" if last.ends else b"P", text)
    return text


def _may_be_text(raw: RawRecord) -> bool:
    hints = read_hints(raw.headers)
    return hints.form == "text" or hints.wants_text or not (hints.form or hints.dialect)
