"""Message templates of .NET loggers, rendered with their properties (messagetemplates.org, "Rendering").

Texts stand without quotes and everything else as JSON: Serilog's format `:lj`, which its consoles use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from orjson import dumps

from streams.values.json import plain_float

Formatted: TypeAlias = Callable[[str, str], Any]
"""(property, format) to the text that the logger itself made of a hole with a format; None when it left none."""

_HOLE = re.compile(r"\{\{|\}\}|\{[@$]?([\w.]{1,200})(?:,(-?[0-9]{1,3}))?(?::([^{}]{0,200}))?\}")
_LONGEST = 1_000_000
"""Characters after which holes stay as they are: a template may name a long property often."""


def render(template: str, properties: Mapping[str, Any], formatted: Formatted) -> str:
    """Fill the holes of a template; those without a property stay as they are written."""
    if "{" not in template and "}" not in template:
        return template
    length = len(template)

    def fill(hole: re.Match[str]) -> str:
        nonlocal length
        name, width, form = hole.groups()
        if name is None:
            return hole[0][0]
        written = formatted(name, form) if form is not None else None
        if not isinstance(written, str):
            if name not in properties or length > _LONGEST:
                return hole[0]
            written = _align(_text(properties[name]), int(width or 0))
        length += len(written)
        return written

    return _HOLE.sub(fill, template)


def no_format(_name: str, _form: str) -> None:
    """Give nothing: the logger leaves no formatted texts."""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value, plain_float).decode()


def _align(text: str, width: int) -> str:
    """Negative widths align to the left."""
    return text.ljust(-width) if width < 0 else text.rjust(width)
