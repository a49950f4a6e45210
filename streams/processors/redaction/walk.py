"""Documents without what is found in them, at any depth; a part that holds nothing is given back as it is.

Nothing is changed in place: records of one value may share a resource.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from streams.processors.redaction.cards import is_card
from streams.processors.redaction.detector import Detector
from streams.processors.redaction.masks import MASKED
from streams.processors.redaction.names import Names, Role
from streams.processors.redaction.phones import is_number
from streams.processors.redaction.replacement import Replacement

_SECRET: Final = (Role.SECRET, Role.SECRET_TEXT)
_NAMING: Final = ("name", "key", "header", "k", "Name", "Key", "Header")
_NAMED: Final = frozenset({"value", "val", "v", "Value"})
"""The keys of an object that is a pair: `{"name": "password", "value": "x"}`."""

_HEADERS: Final = ("authorization", "cookie")
_LARGEST: Final = 2**53
"""Up to it a double is a whole number exactly."""


class Walk:
    """Looks through documents with some detectors."""

    def __init__(self, names: Names, replacement: Replacement, detectors: Sequence[Detector]) -> None:
        self._role = names.role
        self._replacement = replacement
        self._detectors = tuple(detectors)
        self._without_digits = tuple(detector for detector in detectors if not detector.digits)

    def document(self, value: Any, role: Role = Role.PLAIN) -> Any:
        """Give a value without what is found in it; `role` is that of its name."""
        kind = type(value)
        if kind is str:
            return self._text(value, role)
        if kind is dict:
            return self._object(value, role)
        if kind is list:
            return self._array(value, role)
        return value if value is None or kind is bool else self._number(value, role)

    def _object(self, value: dict[str, Any], role: Role) -> dict[str, Any]:
        made: dict[str, Any] = {}
        changed, pair = False, self._is_secret_pair(value)
        for key, inner in value.items():
            inner_role = Role.SECRET if pair and key in _NAMED else self._role(key)
            put = self.document(inner, role if role in _SECRET else inner_role)
            name = self._replacement.clean(key, self._detectors)
            changed = changed or put is not inner or name is not key
            made[_free(name, made) if name in made else name] = put
        return made if changed else value

    def _is_secret_pair(self, value: dict[str, Any]) -> bool:
        names = (value.get(key) for key in _NAMING if key in value)
        return any(type(name) is str and self._role(name) in _SECRET for name in names)

    def _array(self, value: list[Any], role: Role) -> list[Any]:
        made = [
            self.document(item, Role.SECRET if self._is_named_secret(value, place) else role)
            for place, item in enumerate(value)
        ]
        return value if all(put is item for put, item in zip(made, value, strict=True)) else made

    def _is_named_secret(self, value: list[Any], place: int) -> bool:
        """Whether an item stands behind its name, in a pair or in a list of headers and their values."""
        if not place % 2 or len(value) % 2 or type(value[place - 1]) is not str:
            return False
        name = value[place - 1]
        return self._role(name) in _SECRET and (len(value) == len(("name", "value")) or name.lower().endswith(_HEADERS))

    def _text(self, text: str, role: Role) -> str:
        put: str | None = None
        if role in _SECRET:
            put = self._replacement.replace("secret", text) if text and not MASKED.fullmatch(text) else None
        elif role is Role.PHONE and is_number(text):
            put = self._replacement.replace("phone", text)
        elif role is not Role.LEFT:
            is_id = role is Role.EXEMPT and " " not in text
            return self._replacement.clean(text, self._without_digits if is_id else self._detectors)
        return text if put is None else put

    def _number(self, number: float, role: Role) -> Any:
        digits = _digits(number)
        put: str | None = None
        if role is Role.SECRET:
            put = self._replacement.replace("secret", str(number))
        elif role is Role.PHONE and is_number(digits):
            put = self._replacement.replace("phone", digits)
        elif role is Role.PLAIN and digits and is_card(digits):
            put = self._replacement.replace("card", digits)
        return number if put is None else put


def _digits(number: float) -> str:
    """Give the digits of a whole number that is not negative; nothing for others."""
    if isinstance(number, float):
        return str(int(number)) if 0 <= number <= _LARGEST and number.is_integer() else ""
    return str(number) if number >= 0 else ""


def _free(name: str, taken: dict[str, Any]) -> str:
    """Give a name that no other key has: masked keys are alike."""
    number = len(taken)
    while f"{name}.{number}" in taken:
        number += 1
    return f"{name}.{number}"
