"""Seeded JSON application logs of about 330 bytes, each with a trace id of its own; 0.5 % of them are broken.

The order of the draws is part of the job: the same seed gives the same records in every run and on every machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from random import Random
from typing import Any, NamedTuple

SEED = 20261120
BROKEN_SHARE = 0.005
JSON_HINT = [("content-type", b"application/json")]
"""Headers of a broken record: it claims to be JSON, so the pipeline must reject it rather than take it as text."""

_SERVICES = ["checkout", "cart", "catalog", "auth", "search", "shipping", "billing"]
_LEVELS = ["DEBUG"] * 15 + ["INFO"] * 65 + ["WARN"] * 14 + ["ERROR"] * 6
_USERS = ["alice", "bob", "carol.smith", "dave+eu", "erin_k", "frank-l", "grace"]
_DOMAINS = ["example.com", "mail.example.org", "corp.example.co.uk"]
_MESSAGES = [
    "payment declined for user {m} order {o}",
    "payment accepted for user {m} order {o} amount {a} EUR",
    "cache miss for key cart:{o}, falling back to the database",
    "login ok for {m} from 10.0.{x}.{y}",
    "upstream timeout after {a} ms while calling inventory, order {o}",
    "sent receipt to {m} and copy to {m2} order {o}",
    "request handled in {a} ms, order {o}",
]
_PATHS = ["/api/pay", "/api/cart", "/api/items/{o}", "/api/login", "/api/search?q=shoes", "/healthz"]
_METHODS = ["GET", "GET", "GET", "POST", "POST", "PUT", "DELETE"]
_STATUS = [200] * 16 + [201, 204, 302, 400, 401, 404, 500, 502]
_START = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Sample(NamedTuple):
    """One record of the job; `key` is its trace id as 32 hex digits."""

    key: bytes
    value: bytes
    broken: bool


def samples() -> Iterator[Sample]:
    """Give the records of the job, without end."""
    random = Random(SEED)  # noqa: S311 (the same records each time are the point)
    for index in count():
        fields = _fields(random, index)
        value = json.dumps(fields, separators=(",", ":")).encode()
        broken = random.random() < BROKEN_SHARE
        yield Sample(fields["trace_id"].encode(), _break(random, value) if broken else value, broken)


class Pool:
    """The first records of the job, made once and used by every run."""

    def __init__(self) -> None:
        self._source = samples()
        self._made: list[Sample] = []

    def take(self, number: int) -> list[Sample]:
        """Give the first `number` records."""
        self._made.extend(islice(self._source, max(0, number - len(self._made))))
        return self._made[:number]


def _fields(random: Random, index: int) -> dict[str, Any]:
    moment = _START + timedelta(milliseconds=index * 7 + random.randrange(7))
    order = random.randrange(1000, 99999)
    service = random.choice(_SERVICES)
    trace_id = f"{random.getrandbits(128):032x}"
    message = _message(random, order)
    return {
        "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z",
        "level": random.choice(_LEVELS),
        "logger": "com.acme." + service,
        "message": message,
        "trace_id": trace_id,
        "span_id": f"{random.getrandbits(64):016x}",
        "service": service,
        "host": f"web-{random.randrange(1, 40)}",
        "http": {
            "method": random.choice(_METHODS),
            "path": random.choice(_PATHS).format(o=order),
            "status": random.choice(_STATUS),
            "duration_ms": round(random.uniform(0.5, 900), 1),
        },
        "user_id": random.randrange(1, 1_000_000),
    }


def _message(random: Random, order: int) -> str:
    return random.choice(_MESSAGES).format(
        m=_address(random),
        m2=_address(random),
        o=order,
        a=round(random.uniform(1, 900), 2),
        x=random.randrange(256),
        y=random.randrange(256),
    )


def _address(random: Random) -> str:
    return f"{random.choice(_USERS)}@{random.choice(_DOMAINS)}"


def _break(random: Random, value: bytes) -> bytes:
    """Truncate it, put text before it, or a brace after it."""
    kind = random.randrange(3)
    if kind == 0:
        return value[: random.randrange(20, len(value) - 1)]
    return b"ERROR plain text line " + value[:120] if kind == 1 else value + b"}"
