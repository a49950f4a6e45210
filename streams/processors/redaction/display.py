"""What commands may show of dead letters, which hold raw data: texts, bytes and headers without what is secret.

Unlike a record, a dead letter may be broken: whatever it seems to be, JSON, text, bytes, compressed or base64, is
looked at in that form and in those inside it. What cannot be opened is not shown.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode

import orjson

from streams.errors import RejectedRecord
from streams.processors.redaction.masks import mask
from streams.processors.redaction.names import Role
from streams.processors.redaction.options import RedactOptions
from streams.processors.redaction.redactor import Redactor
from streams.values.compression import decompress

_MOST_OPENED = 8_388_608
_DEEPEST = 3
"""Forms inside one another that are looked into."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{24,}+={0,2}")
_SEALED = mask("sealed", "")


class Display:
    """Redacts by the options of the settings, but with nothing but masks: a key of hashes is the workers' own."""

    def __init__(self, options: RedactOptions) -> None:
        kinds = {kind: mode if mode == "keep" else "mask" for kind, mode in options.kinds.items()}
        mode = "keep" if options.mode == "keep" else "mask"
        changes = {"kinds": kinds, "mode": mode, "key_file": None, "key_variable": None}
        self._redactor = Redactor(options.model_copy(update=changes))

    def data(self, value: bytes) -> bytes:
        """Give bytes without what is found in them; what was compressed is given open when something was."""
        return self._data(value, _DEEPEST)

    def text(self, text: str) -> str:
        """Give a text without what is found in it."""
        return self._text(text, _DEEPEST)

    def header(self, name: str, value: bytes) -> bytes:
        """Give the value of a header, nothing of it when its name is that of a secret."""
        return mask("secret", "").encode() if self._redactor.role(name) is Role.SECRET else self.data(value)

    def _data(self, value: bytes, depth: int) -> bytes:
        try:
            opened = decompress(value, _MOST_OPENED)
        except RejectedRecord:
            return _SEALED.encode()
        if opened is not None:
            shown = self._data(opened, depth - 1) if depth else _SEALED.encode()
            return value if shown == opened else shown
        encoding = _encoding(value)
        text = value.decode(encoding)
        shown_text = self._text(text, depth)
        return value if shown_text == text else shown_text.encode(encoding, "replace")

    def _text(self, text: str, depth: int) -> str:
        """Look at the document, and at the text."""
        shown = self._redactor.text(self._document(text))
        return _BASE64.sub(lambda found: self._inside(found[0], depth - 1), shown) if depth else shown

    def _document(self, text: str) -> str:
        try:
            document = orjson.loads(text)
        except ValueError:
            return text
        shown = self._redactor.document(document)
        return text if shown is document else orjson.dumps(shown).decode()

    def _inside(self, written: str, depth: int) -> str:
        try:
            inside = b64decode(written.translate(_URL_SAFE) + "==")
        except binascii.Error:
            return written
        return written if self._data(inside, depth) == inside else mask("encoded", "")


_URL_SAFE = str.maketrans("-_", "+/", "=")


def _encoding(value: bytes) -> str:
    """Latin-1 gives every byte a character, so that texts between bytes are found."""
    for encoding, sign in (("utf-16", (b"\xff\xfe", b"\xfe\xff")), ("utf-8", b"")):
        try:
            value.decode(encoding)
        except UnicodeDecodeError:
            continue
        if value.startswith(sign):
            return encoding
    return "latin-1"
