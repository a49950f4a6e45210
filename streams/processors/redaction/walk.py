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
from streams.processors.redaction.phones import IN_FIELD, is_number
from streams.processors.redaction.replacement import Replacement

_PLAIN: Final = Role.PLAIN
_SECRET: Final = (Role.SECRET, Role.SECRET_TEXT)
_NAMING: Final = frozenset({"name", "key", "header", "k", "Name", "Key", "Header"})
_NAMED: Final = frozenset({"value", "val", "v", "Value"})
"""The keys of an object that is a pair: `{"name": "password", "value": "x"}`."""

_LONGEST_NAME, _MOST_NAMES = 64, 4_096
_HEADERS: Final = ("authorization", "cookie")
_SHORTEST: Final = len("pwd=x")
"""Characters of the shortest text in which something could be found."""

_LARGEST: Final = 2**53
"""Up to it a double is a whole number exactly."""


class Walk:
    """Looks through documents with some detectors."""

    def __init__(self, names: Names, replacement: Replacement, detectors: Sequence[Detector]) -> None:
        self._role = names.role
        self._replacement = replacement
        self._detectors = tuple(detectors)
        self._known: dict[str, tuple[str, Role]] = {}
        self._without_digits = tuple(detector for detector in detectors if not detector.digits)

    def document(self, value: Any, role: Role = _PLAIN) -> Any:
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
        changed, known = False, self._known
        inherited = role if role in _SECRET else None
        pair = not _NAMED.isdisjoint(value) and self._is_secret_pair(value)
        for key, inner in value.items():
            name, own = known.get(key) or self._learn(key)
            put = self.document(inner, inherited or (Role.SECRET if pair and key in _NAMED else own))
            if put is not inner or name != key:
                changed = True
            made[_free(name, made) if name in made else name] = put
        return made if changed else value

    def _learn(self, key: str) -> tuple[str, Role]:
        """Give a name without what is found in it, and its role; names recur, so those that hold nothing are kept."""
        name, role = self._replacement.clean(key, self._detectors), self._role(key)
        if name is key and len(key) <= _LONGEST_NAME and len(self._known) < _MOST_NAMES:
            self._known[key] = name, role
        return name, role

    def _is_secret_pair(self, value: dict[str, Any]) -> bool:
        names = (value[key] for key in _NAMING if key in value)
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
        if role is _PLAIN:
            return text if len(text) < _SHORTEST else self._replacement.clean(text, self._detectors)
        put: str | None = None
        if role in _SECRET:
            put = self._replacement.replace("secret", text) if text and not MASKED.fullmatch(text) else None
        elif role is Role.PHONE and is_number(text):
            put = self._replacement.replace("phone", text)
        elif role is not Role.LEFT:
            if len(text) < _SHORTEST:
                return text
            return self._replacement.clean(text, self._asked(text, role))
        return text if put is None else put

    def _asked(self, text: str, role: Role) -> tuple[Detector, ...]:
        if role is Role.PHONE:
            return (*self._detectors, IN_FIELD)
        return self._without_digits if role is Role.EXEMPT and " " not in text else self._detectors

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
