"""Numbers since 1970 to nanoseconds, exactly: from their digits and never through a float."""

from __future__ import annotations

import re
from decimal import Decimal

from streams.values.json import WrittenFloat

_PLAIN = re.compile(r"([0-9]{1,19})(?:\.([0-9]{0,19}))?", re.ASCII)
_DIGITS = 19
_WHOLE: int = 10**_DIGITS
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)


def epoch_nanoseconds(value: int | float | str, unit: int | None = None) -> int | None:
    """Read a number, or the text of one; None when the text is no number.

    `unit` is the nanoseconds per unit of the number, told by its magnitude when None. Digits below a nanosecond
    are cut.
    """
    if type(value) is int:
        return value * (unit or _unit_of(abs(value)))
    text = value if isinstance(value, str) else value.text if isinstance(value, WrittenFloat) else repr(value)
    plain = _PLAIN.fullmatch(text)
    if not plain:
        return _scaled(Decimal(text), unit) if _NUMBER.fullmatch(text) else None
    written, digits = plain.groups()
    whole = int(written)
    scale = unit or _unit_of(whole)
    return whole * scale + int(digits.ljust(_DIGITS, "0")) * scale // _WHOLE if digits else whole * scale


def _unit_of(number: int | Decimal) -> int:
    """Tell by its magnitude whether a number counts seconds, milli-, micro- or nanoseconds (contract, 7)."""
    if number < 10**11:
        return 10**9
    if number < 10**14:
        return 10**6
    return 10**3 if number < 10**17 else 1


def _scaled(number: Decimal, unit: int | None) -> int:
    """Multiply in integers, so that no decimal context rounds."""
    sign, digits, exponent = number.as_tuple()
    power = int(exponent)
    whole = int("".join(map(str, digits))) * (unit or _unit_of(abs(number)))
    shift: int = 10 ** abs(power)
    whole = whole * shift if power >= 0 else whole // shift
    return -whole if sign else whole
