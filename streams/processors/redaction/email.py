"""E-mail addresses (RFC 5322, 3.4.1; RFC 6531 for letters beyond ASCII), as they are written in logs and URLs.

Found from the at sign outwards: a few characters to the left and to the right of each, so that no text costs more
than time linear in its length. The local part is taken without `=`, `/`, `?`, `&` and `*`, which separate in logs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from streams.processors.redaction.detector import Detector, Span

_LONGEST_LOCAL, _LONGEST_DOMAIN = 64, 255
_AT: Final = re.compile(r"@|%(?:25)?40|\\u0040|&#(?:64|[xX]40);")
"""An at sign, as it is or escaped for a URL, for JSON in JSON, or for HTML."""

_PLAIN_AT: Final = re.compile("@")
_LOCAL_BACKWARDS = re.compile(r"(?:[0-9A-Fa-f]{4}u\\{1,7}|[\w.+%'!#$^~{|}`-])+(?<!\.)")
"""Letters may be escaped for JSON in JSON."""

_PLAIN_BACKWARDS = re.compile(r"[\w.+%'!#$^~{|}`-]+(?<!\.)")
"""The same where no letter is."""

_QUOTED_BACKWARDS = re.compile(r'"[^"@\n]{1,62}\\?"')
_DOMAIN = re.compile(r"[\w\u00b7.\u3002\uff0e-]+")
_MOST_BACKSLASHES = 7
_LITERAL = re.compile(r"\[(?:IPv6:)?[0-9A-Fa-f:.]{3,45}\]")
_TOP_LEVEL = re.compile(r"xn--[A-Za-z0-9-]{2,59}|[^\W\d_]{2,63}")
_DOTS = re.compile("[.\u3002\uff0e]")
_NO_TOP_LEVEL = re.compile(r"service|socket|timer|(?:auto)?mount|swap|slice|scope|device|png|jpe?g|gif|svg|webp")
"""Ends of systemd's instances (`getty@tty1.service`) and of files (`logo@2x.png`)."""
_FOREIGN = r"(?:openssh\.com|libssh\.org|lysator\.liu\.se)"
_NO_ADDRESS = re.compile(rf"[0-9]+\.(?!(?:com|net|org|cn|ru|de|io|co|me)(?![\w-]))|{_FOREIGN}(?![\w.-])")
"""A package's version, a parameter of syslog with its enterprise number (RFC 5424, 6.3.2), a cipher of SSH."""
_OPENERS = frozenset("'`{|#!$^~")
_USUAL_DOMAIN = re.compile(
    rf"(?!{_FOREIGN}(?![\w.-]))[A-Za-z][A-Za-z0-9_-]*+\.(?>(?:[A-Za-z0-9_-]++\.)*)"
    rf"(?!(?:{_NO_TOP_LEVEL.pattern})(?![A-Za-z]))[A-Za-z]{{2,63}}+(?![\w\u00b7.\u3002\uff0e-])"
)
"""What nearly all domains are, so that one look is enough."""


def _find(text: str) -> Iterator[Span]:
    done = 0
    for at, behind in _ats(text):
        usual = _USUAL_DOMAIN.match(text, behind, behind + _LONGEST_DOMAIN)
        end = usual.end() if usual else _domain_end(text, behind)
        if end:
            local_end = _without_backslashes(text, at) if text[at] == "\\" else at
            start = _local_start(text, done, local_end)
            if start < local_end:
                yield Span(start, end, "email")
                done = end


def _ats(text: str) -> Iterable[tuple[int, int]]:
    """Give where each at sign begins and ends; most texts have one, as it is."""
    if "%" in text or "\\u0040" in text or "&#" in text:
        return (at.span() for at in _AT.finditer(text))
    first = text.find("@")
    if first < 0:
        return ()
    if text.find("@", first + 1) < 0:
        return ((first, first + 1),)
    return (at.span() for at in _PLAIN_AT.finditer(text, first))


def _without_backslashes(text: str, end: int) -> int:
    """Give the end of what stands before the backslashes that a deeper level of JSON put there."""
    before = text[max(0, end - _MOST_BACKSLASHES) : end]
    return end - (len(before) - len(before.rstrip("\\")))


def _local_start(text: str, first: int, at: int) -> int:
    """Give where the local part before an at sign begins; the at sign's place when there is none."""
    before = text[max(first, at - _LONGEST_LOCAL) : at][::-1]
    local = (_LOCAL_BACKWARDS if "\\" in before else _PLAIN_BACKWARDS).match(before)
    if local is None:
        quoted = _QUOTED_BACKWARDS.match(before)
        return at - quoted.end() if quoted else at
    start = at - local.end()
    while start < at and text[start] in _OPENERS:
        start += 1
    return start


def _domain_end(text: str, first: int) -> int:
    """Give where an unusual domain ends that begins there; 0 when none does."""
    literal = _LITERAL.match(text, first)
    if literal:
        return literal.end()
    domain = _DOMAIN.match(text, first, first + _LONGEST_DOMAIN)
    if domain is None:
        return 0
    if _NO_ADDRESS.match(domain[0]):
        return 0
    host, _, top = domain[0].rpartition(".")
    if top.isalpha() and len(top) > 1 and host and host[0].isalpha() and ".." not in host:
        return 0 if _NO_TOP_LEVEL.fullmatch(top) else domain.end()
    labels = _DOTS.split(domain[0])
    length = _name_length(labels) if labels[0] else 0
    return first + length if length else 0


def _name_length(labels: list[str]) -> int:
    """Give how many characters of the labels, with their dots, are a domain name; 0 when they are none."""
    lengths = [len(label) for label in labels]
    for last in range(len(labels) - 1, 0, -1):
        top = _TOP_LEVEL.match(labels[last])
        if top and all(lengths[:last]):
            return 0 if _NO_TOP_LEVEL.fullmatch(labels[last]) else sum(lengths[:last]) + last + top.end()
    return 0


DETECTOR: Final = Detector(
    ("email",),
    (
        r"[^\"]@",
        r"\\\"@",
        r"%(?:25)?40[0-9A-Za-z\[\x80-\xff]",
        r"&#(?:64|[xX]40);",
        r"\\u0040",
    ),
    _find,
)
