"""Requests to a small shop: what each of its services logs of one, under one trace id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType
from typing import Final, NamedTuple

Fields = Mapping[str, str | int]

_LONGEST_STEP_NS: Final = 60_000_000
_LEAST_STEP_NS: Final = 1_000_000


class Line(NamedTuple):
    """What one service says at one moment; ids are as OpenTelemetry writes them, lowercase hex."""

    at_ns: int
    service: str
    severity: str
    text: str
    trace_id: str
    span_id: str
    fields: Fields


class _Step(NamedTuple):
    service: str
    severity: str
    text: str
    fields: Fields = MappingProxyType({})


def request(random: Random, end_ns: int) -> list[Line]:
    """Give the lines of one request in the order of their times, the last at `end_ns` (Unix time)."""
    [story] = random.choices(tuple(_STORIES), tuple(_STORIES.values()))
    steps = story(random)
    trace_id = _hex_id(random, 128)
    spans = {step.service: _hex_id(random, 64) for step in steps}
    pauses = [random.randrange(_LEAST_STEP_NS, _LONGEST_STEP_NS) for _ in steps[1:]]
    times = [end_ns - sum(pauses[index:]) for index in range(len(steps))]
    return [
        Line(at, step.service, step.severity, step.text, trace_id, spans[step.service], step.fields)
        for at, step in zip(times, steps, strict=True)
    ]


def _browsed(random: Random) -> list[_Step]:
    sku = random.randrange(100, 999)
    return [
        _Step("gateway", "INFO", f"GET /items/{sku}", {"method": "GET"}),
        _Step("inventory", "DEBUG", f"{random.randrange(1, 40)} of item {sku} in stock"),
        _Step("gateway", "INFO", f"GET /items/{sku} 200", {"method": "GET", "status": 200}),
    ]


def _ordered(random: Random) -> list[_Step]:
    order, euros = random.randrange(10_000, 99_999), random.randrange(5, 250)
    return [
        *_reserved(random, order),
        _Step("payment", "INFO", f"{euros} EUR authorised", {"order": order, "amount": euros, "method": "card"}),
        _Step("checkout", "INFO", f"order {order} is placed", {"order.id": order}),
        _Step("shipping", "INFO", f"parcel for order {order} is scheduled", {"order": order}),
        _answered("INFO", 201),
    ]


def _declined(random: Random) -> list[_Step]:
    order = random.randrange(10_000, 99_999)
    return [
        *_reserved(random, order),
        _Step("payment", "WARN", "card declined by its bank", {"order": order, "code": "insufficient_funds"}),
        _Step("inventory", "INFO", f"reservation for order {order} released"),
        _Step("checkout", "WARN", f"order {order} is not paid", {"order.id": order}),
        _answered("WARN", 402),
    ]


def _failed(random: Random) -> list[_Step]:
    order = random.randrange(10_000, 99_999)
    return [
        *_reserved(random, order),
        _Step("payment", "WARN", "no answer from the card network, trying again", {"order": order, "attempt": 1}),
        _Step("payment", "ERROR", "no answer from the card network", {"order": order, "attempt": 2}),
        _Step("checkout", "ERROR", f"order {order} failed: payment is not available", {"order.id": order}),
        _answered("ERROR", 502),
    ]


def _reserved(random: Random, order: int) -> list[_Step]:
    items = random.randrange(1, 6)
    return [
        _Step("gateway", "INFO", "POST /orders", {"method": "POST", "user": f"u{random.randrange(1000):03}"}),
        _Step("checkout", "INFO", f"order {order} has {items} items", {"order.id": order, "items": items}),
        _Step("inventory", "INFO", f"{items} items reserved for order {order}"),
    ]


def _answered(severity: str, status: int) -> _Step:
    return _Step("gateway", severity, f"POST /orders {status}", {"method": "POST", "status": status})


def _hex_id(random: Random, bits: int) -> str:
    return f"{random.getrandbits(bits) or 1:0{bits // 4}x}"


_STORIES: Final[dict[Callable[[Random], list[_Step]], int]] = {_browsed: 3, _ordered: 6, _declined: 2, _failed: 1}
"""How a request can go, and how often."""
