"""What the name of a field says about its value: that it is secret, a phone number, or an id that only looks like data.

The words for ids, times, versions and hashes are those of the data contract's rule on redaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import Final

_LONGEST = 96
"""Characters of a name, from its end, that are looked at."""
_BREAK = r"[-_. ]?"

SECRET_NAMES: Final = (
    "pass word",
    "pass wd",
    "pass phrase",
    "pass code",
    "pass wrd",
    "pwd",
    "password hash",
    "password salt",
    "secret",
    "secret value",
    "api key",
    "secret key",
    "secret key base",
    "access key",
    "private key",
    "account key",
    "encryption key",
    "signing key",
    "ssh key",
    "master key",
    "auth key",
    "storage key",
    "subscription key",
    "consumer key",
    "token",
    "cookie",
    "credential",
    "authorization",
    "authorisation",
    "ssn",
    "social security number",
    "security code",
    "cvv",
    "cvc",
    "otp code",
    "seed phrase",
    "recovery phrase",
)
"""Names, with a blank where a separator may stand, whose values are secret; longer names may end in them."""

NAME_SUFFIX: Final = (
    rf"s?(?:{_BREAK}(?:confirm(?:ation)?|again|repeat|old|new|current|plain|text|raw|[0-9]{{1,3}}))?"
    r"(?:\[[0-9]{0,3}\])?"
)
"""What may stand behind a secret name, as a regular expression."""

_TEXTS_ONLY = re.compile(r"(?:^|[-_. ])pass$|tokens$", re.IGNORECASE | re.ASCII)
"""Names that are as often those of counts: of tests that pass, of words that a language model reads."""

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_EXEMPT = re.compile(
    r"trace|span|event|uuid|guid|timestamp|epoch|version|sha|md|etag|build|offset"
    r"|hash|digest|checksum|crc|integrity|fingerprint|commit|revision|time|ts|date|u?ids?"
)
_NEUTRAL = re.compile(
    r"ids?|num(?:ber)?|no|nr|code|value|hex|sum|digest|flags|seq(?:uence)?|at|unix|utc|[0-9]+"
    r"|s|secs?|seconds|ms|milli(?:second)?s|us|micro(?:second)?s|ns|nano(?:second)?s"
)
_NEVER_EXEMPT = re.compile(r"card|pan|credit|debit|iban|phone|mobile|ssn|tax|national|passport")
_PHONE = re.compile(r"(?:tele|cell)?phone|tel|mobile|fax|msisdn|whatsapp")
_NAME_BEFORE = re.compile(r"([A-Za-z][\w.-]{0,63})\\{0,3}[\"']?\s?[=:]\s?\\{0,3}[\"']?$")
_LOOK_BACK = 80


class Role(Enum):
    """What a name says."""

    PLAIN = "plain"
    SECRET = "secret"  # noqa: S105
    SECRET_TEXT = "secret text"  # noqa: S105
    """Secret unless the value is a number."""
    EXEMPT = "exempt"
    """Holds an id, a time, a version or a hash."""
    LEFT = "left"
    """The operator wants its value as it is."""
    PHONE = "phone"


class Names:
    """Tells the roles of names; `more` are secret beside the usual ones, values of those in `left` stay."""

    def __init__(self, more: Iterable[str] = (), left: Iterable[str] = ()) -> None:
        self._left = frozenset(left)
        self.pattern = "|".join(_as_pattern(name) for name in (*SECRET_NAMES, *more))
        """A regular expression without groups that finds secret names, also as the end of longer ones."""
        self._secret = re.compile(rf"(?:{self.pattern}){NAME_SUFFIX}$", re.IGNORECASE | re.ASCII)

    def role(self, name: str) -> Role:
        """Tell what a name says; of a long one its end."""
        end = name[-_LONGEST:]
        if _TEXTS_ONLY.search(end):
            return Role.SECRET_TEXT
        if self._secret.search(end):
            return Role.SECRET
        if end in self._left:
            return Role.LEFT
        words = _words(end)
        if any(map(_PHONE.fullmatch, words)):
            return Role.PHONE
        return Role.EXEMPT if _is_exempt(words) else Role.PLAIN


def is_exempt(name: str) -> bool:
    """Whether a field of this name holds an id, a time, a version or a hash."""
    return _is_exempt(_words(name[-_LONGEST:]))


def is_named_exempt(text: str, start: int) -> bool:
    """Whether what starts there in a text is the value of a pair whose name is that of an id, time, version or hash."""
    named = _NAME_BEFORE.search(text[max(0, start - _LOOK_BACK) : start])
    return named is not None and is_exempt(named[1])


def _is_exempt(words: list[str]) -> bool:
    """By its last word, or the one before words that say nothing."""
    if any(map(_NEVER_EXEMPT.fullmatch, words)):
        return False
    for word in reversed(words):
        if _EXEMPT.fullmatch(word):
            return True
        if not _NEUTRAL.fullmatch(word):
            break
    return _EXEMPT.fullmatch("".join(words)) is not None


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORDS.findall(name)]


def _as_pattern(name: str) -> str:
    return _BREAK.join(re.escape(word) for word in re.split(r"[-_. ]+", name.strip()))
