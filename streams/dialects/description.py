"""What people are told of a dialect: made from the same object that reads its records."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from streams.dialects.base import Dialect, Example


def describe(dialect: Dialect) -> dict[str, Any]:
    """Give name, form, rule, source and examples of a dialect in the form of JSON."""
    return {
        "name": dialect.name,
        "summary": dialect.summary,
        "form": form_of(dialect),
        "recognised_by": recognised_by(dialect),
        "link": dialect.link,
        "examples": [_example(example) for example in dialect.examples],
    }


def form_of(dialect: Dialect) -> str:
    """Say in which form its records come: JSON, text or bytes, one or several in a value, or as an envelope."""
    forms = [
        name
        for name, reads in (
            ("JSON", dialect.compile_objects or dialect.split),
            ("text", dialect.compile_text or dialect.split_text),
            ("bytes", dialect.split_binary or dialect.name == "raw"),
        )
        if reads
    ]
    return f"{' or '.join(forms)}{' envelope' if dialect.envelope else ''}"


def recognised_by(dialect: Dialect) -> str:
    """Say in words by what a value of the dialect is known."""
    rules = [_keys(signature) for signature in dialect.signatures]
    if rules and dialect.test:
        rules.append("if the values agree")
    if dialect.compile_text or dialect.split_text:
        rules.append(f"lines that begin with one of {dialect.starts!r}" if dialect.starts else "its grammar")
    if dialect.split_binary:
        rules.append("header weft-dialect or the topic's setting")
    return "; ".join(rules) or "bytes that are no text"


def _keys(signature: frozenset[str]) -> str:
    return f"keys {', '.join(sorted(signature))}" if signature else "any object"


def _example(example: Example) -> dict[str, Any]:
    text = example.value if isinstance(example.value, str) else _readable(example.value)
    said: dict[str, Any] = {"value": text, "records": [dict(facts) for facts in example.records]}
    if example.headers:
        said["headers"] = [[name, value.decode()] for name, value in example.headers]
    return said


def _readable(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"base64 {b64encode(value).decode()}"
