"""Bytes to text: UTF-8, with what is not text replaced, or kept as base64 when most of it is none."""

from __future__ import annotations

import re
from typing import NamedTuple

_BOM = b"\xef\xbb\xbf"
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\r\x0b\x0c\x1b\x08")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_MOST_NOISE = 8
"""A value with more than one character in so many that is no text is binary."""


class Text(NamedTuple):
    """Decoded text and the quality flags of its decoding."""

    text: str
    flags: tuple[str, ...] = ()


def without_bom(value: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Drop one UTF-8 byte order mark and name it."""
    return (value[len(_BOM) :], ("encoding.bom",)) if value.startswith(_BOM) else (value, ())


def decode(value: bytes) -> Text | None:
    """Read bytes as UTF-8; None when they are not text.

    Invalid sequences are replaced and flagged. Bytes are not text when they hold a NUL, or when more than one
    character in eight is a control character or had to be replaced.
    """
    flags: tuple[str, ...] = ()
    try:
        text = value.decode()
    except UnicodeDecodeError:
        text, flags = value.decode(errors="replace"), ("encoding.replaced",)
    controls = len(value) - len(value.translate(None, _CONTROL))
    noise = controls + (text.count(_REPLACEMENT) if flags else 0)
    if b"\0" in value or noise * _MOST_NOISE > len(text):
        return None
    return Text(text, flags)


def without_ansi(text: str) -> str:
    """Drop terminal colour codes (ECMA-48, SGR)."""
    return _ANSI.sub("", text) if "\x1b" in text else text


def without_line_end(text: str) -> str:
    r"""Strip one trailing `\n` or `\r\n`; other blanks are the producer's."""
    return text[:-2] if text.endswith("\r\n") else text.removesuffix("\n")
