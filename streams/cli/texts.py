"""Texts that somebody typed."""

from __future__ import annotations


def utf8(text: str) -> str:
    """Give a text as it is.

    Raises:
        ValueError: it stands for bytes that are no UTF-8: no record holds it, and no store can be asked for it.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it is not UTF-8") from None
    return text
