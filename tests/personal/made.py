"""Personal and secret data that nobody has, made from rules and alphabets and never from the patterns of a redactor."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final, NamedTuple, TypeAlias, TypeVar

ALPHANUMERIC: Final = string.ascii_letters + string.digits
URL_SAFE: Final = ALPHANUMERIC + "-_"
BASE64: Final = ALPHANUMERIC + "+/"
HEX: Final = "0123456789abcdef"
CAPITALS: Final = string.ascii_uppercase

Choice = TypeVar("Choice")


class Secret(NamedTuple):
    """Something that must not come out: as a text says it, and the part of it that is secret.

    `name` is the field in which it stands where its name alone tells that it is secret; else a field says nothing.
    """

    said: str
    hidden: str
    name: str = ""

    @property
    def field(self) -> tuple[str, str]:
        """Give it as a field of an object."""
        return (self.name, self.hidden) if self.name else ("note", self.said)


class Maker:
    """Makes data by chance; the same seed makes the same."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - nobody needs these to be secret

    def one(self, choices: Sequence[Choice]) -> Choice:
        """Give one of several."""
        return self.random.choice(choices)

    def text(self, alphabet: str, fewest: int, most: int = 0) -> str:
        """Give a text of so many characters of an alphabet."""
        return "".join(self.random.choices(alphabet, k=self.random.randint(fewest, most or fewest)))

    def number(self, lowest: int, highest: int) -> int:
        """Give a whole number between two, both included."""
        return self.random.randint(lowest, highest)

    def digits(self, fewest: int, most: int = 0) -> str:
        """Give a text of digits."""
        return self.text(string.digits, fewest, most)

    def word(self) -> str:
        """Give a word that stands in no log by itself."""
        return self.one(WORDS)


WORDS: Final = (
    "quillon", "brandex", "farlow", "hestrel", "mirvane", "ostwick", "pelmora", "rudskin", "tavvish", "umberto",
    "vexley",
    "wynford", "zelkova",
)  # fmt: skip

Make: TypeAlias = Callable[[Maker], Secret]
Kinds: TypeAlias = Mapping[str, Make]


def bare(make: Callable[[Maker], str]) -> Make:
    """Make a secret that is known by its own form."""

    def made(maker: Maker) -> Secret:
        text = make(maker)
        return Secret(text, text)

    return made
