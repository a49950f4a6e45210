"""Secrets behind their names in texts: `password=x`, `"token": "x"`, `<secret>x</secret>`, `--api-key x`, `?sig=x`.

Also inside JSON in JSON, where each level puts more backslashes before the quotes. A name that stands as a word in a
sentence is none. The value goes to its closing quote or bracket; without them to a separator that starts something
new. One that is not closed goes to the end of its text, which may have been cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from streams.processors.redaction.detector import Detector, Find, Span
from streams.processors.redaction.masks import MASKED
from streams.processors.redaction.names import NAME_SUFFIX, Names, Role

_QUERY = r"(?<=[?&;])(?:key|sig|signature|auth|code|sid|jwt|otp|x-(?:amz|goog|ms)-(?:signature|credential))"
_PAIR = r"\\{0,7}[\"'`]\s{0,4},?\s{0,4}\\{0,7}[\"'`]?(?:value|val|v)\\{0,7}[\"'`]?\s{0,4}[:=]\s{0,4}"
"""Between a name and its value that both have names: `{"name": "password", "value": "x"}`, `key="token" value="x"`."""

_SEPARATOR = (
    rf"(?:{_PAIR}|"
    r"(?:\\{0,7}[\"'`])?\]?(?:[ ]\([a-z -]{1,16}\))?\s{0,4}(?:=>|:=|->|[:=]|(?<=[\"'`]),(?=\s{0,2}\\{0,7}[\"'`])"
    r"|(?<=[A-Za-z0-9])>)\s{0,4})"
)
_ARGUMENT = r"[ ]+(?=[^\s-])"
_QUOTED = r"[ ](?=\\{0,7}[\"'`][^\s\"'`])"
"""Quotes alone separate a password from its word, and any value from a name of several words: parsers speak of a token
'x', and Kubernetes of a secret "x"."""
_NOTHING = re.compile(
    r"(?:true|false|null|nil|none|undefined|yes|no|on|off|\*{2,}|x{3,}|chauthtok"
    r"|<[\w -]{1,32}>|\$?\{{1,2}[\w.:-]{1,64}\}{1,2}|%[a-z])"
    r"(?=$|[\s,;&\"'\\)\]}<])|&(?:quot|apos|#[0-9]{2}|#x[0-9a-f]{2});",
    re.IGNORECASE | re.ASCII,
)
"""What stands where no secret does: switches, what is hidden already, and places to be filled; and quotes of HTML,
behind which it was found before."""

_PATH = re.compile(r"[/~]|[A-Za-z]:\\")
"""What stands behind the name that is also that of the working directory."""

_OPENING = re.compile(r"(\\*+)([\"'`])")
_BARE = re.compile(
    r"(?>(?:[^\s,;&\"'`)\]}<\\]++"
    r"|[,;&](?!\s|$|\\{0,7}[\"'`]?[\w.-]{1,64}+\\{0,7}[\"'`]?\s?[=:])"
    r"|[\"'`)\]}](?=[\w!#$%^*@+/~-])|<(?!/)|\\(?![nrt\"'`\\]))+)"
)
_COOKIES = re.compile(r"[^\r\n\"'`\\]++")
_BRACKET = re.compile(r"[\[\]{}()]")
_CLOSERS = {"[": "]", "{": "}", "(": ")"}


def detector(names: Names) -> Detector:
    """Make the detector of the values behind secret names."""
    name = rf"(?:{names.pattern}|pass){NAME_SUFFIX}"
    return Detector(
        ("secret",),
        (
            rf"(?i){name}\\*[\"'`]?\]?(?: \([a-z -]+\))?(?:\s|\\[nrtf]|\\u000b)*(?:[:=>,}}\]]|->)",
            rf"(?i)(?:pass[-_. ]?(?:word|wd|phrase)|[a-z0-9_.-]{name}) \\*[\"'`]",
            rf"(?i){name}\\*[\"'`](?:\s|\\[nrt])*\\*[\"'`]?v",
            rf"(?i)-[a-z-]*{name}[ ]",
            r"(?i)[?&;](?:key|sig|signature|auth|code|sid|jwt|otp|x-(?:amz|goog|ms)-(?:signature|credential))=",
        ),
        _finder(names),
    )


def _finder(names: Names) -> Find:
    named = re.compile(
        rf"(?P<name>(?:{names.pattern}|(?<![A-Za-z])pass){NAME_SUFFIX})(?P<separator>{_SEPARATOR})"
        rf"|(?<![\w-])--?(?:[a-z-]{{0,24}}?)(?:{names.pattern}){NAME_SUFFIX}{_ARGUMENT}|{_QUERY}="
        rf"|(?:pass[-_. ]?(?:word|wd|phrase)|(?<=[A-Za-z0-9_.-])(?:{names.pattern}){NAME_SUFFIX}){_QUOTED}",
        re.IGNORECASE | re.ASCII,
    )

    def find(text: str) -> Iterator[Span]:
        place = 0
        while found := named.search(text, place):
            place = found.end()
            if _NOTHING.match(text, place) or (
                _PATH.match(text, place) and text[found.start() : place - 1].lower() == "pwd"
            ):
                continue
            start, end = _value(text, place, _COOKIES if _is_cookie(found) else _BARE)
            if start < end and not _is_masked(text, start, end) and not _is_count(names, found, text[start:end]):
                yield Span(start, end, "secret")
            place = max(place, end)

    return find


def _is_cookie(found: re.Match[str]) -> bool:
    """Whether it is a header of cookies, of which there may be several up to the end of the line."""
    return ":" in (found["separator"] or "") and found["name"].lower().endswith("cookie")


def _is_count(names: Names, found: re.Match[str], value: str) -> bool:
    return value.isdecimal() and found["name"] is not None and names.role(found["name"]) is Role.SECRET_TEXT


def _is_masked(text: str, start: int, end: int) -> bool:
    return text[start] == "[" and MASKED.match(text, start, end + 1) is not None


def _value(text: str, place: int, bare: re.Pattern[str]) -> tuple[int, int]:
    opening = _OPENING.match(text, place)
    if opening:
        return opening.end(), _closing(text, opening.end(), len(opening[1]), opening[2])
    if text[place : place + 1] in _CLOSERS and not MASKED.match(text, place):
        return place, _balanced(text, place)
    found = bare.match(text, place)
    return (place, found.end()) if found else (place, place)


def _closing(text: str, place: int, slashes: int, quote: str) -> int:
    """Give the place of the quote that closes what a quote behind so many backslashes opened.

    At each level of JSON in JSON, an escaped quote has twice the backslashes of the one outside, and one more.
    """
    quoted = _QUOTES[quote]
    while found := quoted.search(text, place):
        before = len(found[1])
        if before % (2 * (slashes + 1)) == slashes:
            return found.end() - 1 - slashes
        place = found.end()
    return len(text)


_QUOTES: Final = {quote: re.compile(rf"(\\*+){quote}") for quote in "\"'`"}


def _balanced(text: str, place: int) -> int:
    """Give the place behind the bracket that closes the one that stands there."""
    depth = 0
    for bracket in _BRACKET.finditer(text, place):
        depth += 1 if bracket[0] in _CLOSERS else -1
        if depth == 0:
            return bracket.end()
    return len(text)
