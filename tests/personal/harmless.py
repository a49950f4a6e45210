"""Ids, times, versions and hashes, which must come out as they are."""

from __future__ import annotations

import string
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final, TypeAlias

from tests.personal.keys import uuid
from tests.personal.made import ALPHANUMERIC, CAPITALS, HEX, URL_SAFE, Maker

Harmless: TypeAlias = Mapping[str, Callable[[Maker], str]]

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOWER = string.ascii_lowercase + string.digits


def _moment(maker: Maker) -> datetime:
    return datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=maker.number(0, 8 * 365 * 86_400 * 10**6))


def _version(maker: Maker) -> str:
    numbers = ".".join(str(maker.number(0, 40)) for _ in range(maker.number(2, 4)))
    end = maker.one(["", "-rc.1", "-SNAPSHOT", "+build.511", f"-{maker.text(HEX, 7)}"])
    return f"{maker.one(['', 'v'])}{numbers}{end}"


def _base64_digest(maker: Maker) -> str:
    """Of 64 bytes with its name before it (W3C Subresource Integrity, 3.5): alone it would be a key of Azure's."""
    size = maker.one([16, 20, 32, 64])
    digest = b64encode(bytes(maker.number(0, 255) for _ in range(size))).decode()
    return f"sha512-{digest}" if size == 64 else digest


HARMLESS: Final[Harmless] = {
    "UUID": uuid,
    "UUID without dashes": lambda maker: uuid(maker).replace("-", ""),
    "ULID": lambda maker: "01" + maker.text(_CROCKFORD, 24),
    "snowflake": lambda maker: str(maker.number(1 << 59, 1 << 60)),
    "object id": lambda maker: maker.text(HEX, 24),
    "trace id": lambda maker: maker.text(HEX, 32),
    "span id": lambda maker: maker.text(HEX, 16),
    "traceparent": lambda maker: f"00-{maker.text(HEX, 32)}-{maker.text(HEX, 16)}-01",
    "nanoid": lambda maker: maker.text(URL_SAFE, 21),
    "decimal id": lambda maker: maker.text("123456789", 1) + maker.digits(5, 10),
    "epoch, seconds": lambda maker: f"{_moment(maker).timestamp():.0f}",
    "epoch, milliseconds": lambda maker: f"{_moment(maker).timestamp() * 1e3:.0f}",
    "epoch, microseconds": lambda maker: f"{_moment(maker).timestamp() * 1e6:.0f}",
    "epoch, nanoseconds": lambda maker: f"{_moment(maker).timestamp() * 1e6:.0f}{maker.digits(3)}",
    "epoch with a fraction": lambda maker: f"{_moment(maker).timestamp():.6f}",
    "ISO time": lambda maker: _moment(maker).isoformat().replace("+00:00", maker.one(["Z", "+00:00", "+0530", ""])),
    "packed time": lambda maker: _moment(maker).strftime("%Y%m%d%H%M%S%f")[: maker.one([14, 17, 20])],
    "mail's time": lambda maker: format_datetime(_moment(maker)),
    "access log's time": lambda maker: _moment(maker).strftime("%d/%b/%Y:%H:%M:%S +0000"),
    "duration": lambda maker: maker.one([f"{maker.number(1, 10**9)}ns", f"{maker.digits(2)}m{maker.digits(2)}s"]),
    "version": _version,
    "package": lambda maker: f"{maker.word()}@{maker.number(0, 20)}.{maker.number(0, 20)}.{maker.number(0, 20)}",
    "MD5": lambda maker: maker.text(HEX, 32),
    "SHA-1": lambda maker: maker.text(HEX, 40),
    "SHA-256": lambda maker: maker.one(["", "sha256:"]) + maker.text(HEX, 64),
    "short commit": lambda maker: maker.text(HEX, 7, 10),
    "digest in Base64": _base64_digest,
    "image": lambda maker: f"registry.example/{maker.word()}:1.{maker.digits(2)}@sha256:{maker.text(HEX, 64)}",
    "pod": lambda maker: f"{maker.word()}-{maker.text(_LOWER, 9)}-{maker.text(_LOWER, 5)}",
    "instance": lambda maker: f"i-0{maker.text(HEX, 16)}",
    "ARN": lambda maker: f"arn:aws:lambda:eu-west-1:{maker.digits(12)}:function:{maker.word()}",
    "CloudFront request": lambda maker: maker.text(ALPHANUMERIC + "-_", 54) + "==",
    "X-Ray trace": lambda maker: f"Root=1-{maker.text(HEX, 8)}-{maker.text(HEX, 24)};Sampled=1",
    "MAC address": lambda maker: ":".join(maker.text(HEX, 2) for _ in range(6)),
    "IPv4 address": lambda maker: ".".join(str(maker.number(0, 255)) for _ in range(4)),
    "IPv6 address": lambda maker: ":".join(maker.text(HEX, 1, 4) for _ in range(8)),
    "pointer": lambda maker: f"0x{maker.text(HEX, 12, 16)}",
    "flight or ticket": lambda maker: f"{maker.text(CAPITALS, 2, 4)}-{maker.digits(3, 6)}",
    "coordinates": lambda maker: f"{maker.number(-89, 89)}.{maker.digits(6)}, {maker.number(0, 179)}.{maker.digits(6)}",
    "money": lambda maker: f"{maker.number(1, 10**7)}.{maker.digits(2)} EUR",
    "offset and lag": lambda maker: f"offset {maker.number(1, 10**13)} lag {maker.number(0, 10**6)}",
}
