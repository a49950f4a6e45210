"""Addresses of the Internet Protocol: IPv4 (RFC 791, dotted), IPv6 (RFC 4291, 2.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import AddressValueError, IPv6Address
from typing import Final

from streams.processors.redaction.detector import NO_LETTER, Detector, Span
from streams.processors.redaction.names import is_named_exempt

_BYTE = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"(?:(?<![\w.])|{NO_LETTER})(?:{_BYTE}\.){{3}}{_BYTE}(?![\w]|\.[0-9])")
_IPV6 = re.compile(
    rf"(?:(?<![\w:.])|{NO_LETTER})[0-9A-Fa-f]{{0,4}}:[0-9A-Fa-f:]{{1,35}}(?:[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}})?"
    r"(?![\w:]|\.[0-9])"
)


def _find_ipv4(text: str) -> Iterator[Span]:
    for found in _IPV4.finditer(text):
        if not is_named_exempt(text, found.start()):
            yield Span(*found.span(), "ipv4")


def _find_ipv6(text: str) -> Iterator[Span]:
    for found in _IPV6.finditer(text):
        written = found[0].removesuffix(":") if not found[0].endswith("::") else found[0]
        if len(written) > len("::") and _is_ipv6(written):
            yield Span(found.start(), found.start() + len(written), "ipv6")


def _is_ipv6(written: str) -> bool:
    try:
        IPv6Address(written)
    except AddressValueError:
        return False
    return True


IPV4: Final = Detector(("ipv4",), (r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]",), _find_ipv4, digits=True)
IPV6: Final = Detector(("ipv6",), (r"[0-9A-Fa-f:]:[0-9A-Fa-f:]{1,5}", "::"), _find_ipv6, digits=True)
