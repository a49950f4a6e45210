"""StatsD and DogStatsD as records: metrics are data points, events and service checks are logs.

A counter says how much was counted, a signed gauge by how much it changed: both are sums since the last time. Timers,
histograms and distributions are single measurements; of a set each member counts once. What was sampled is scaled.
"""

from __future__ import annotations

import string
from datetime import tzinfo
from decimal import Decimal
from typing import Any, Final

from streams.dialects.base import Dialect, Example, Parts, TextReader
from streams.dialects.telemetry.points import double, gauge, new_point, number, set_epoch
from streams.dialects.telemetry.statsd_lines import Datagram, read_lines
from streams.types import Record, Source

_NAME: Final = "statsd"
_STATUS: Final = {"0": 9, "1": 13, "2": 17, "3": 0}
"""Severities of OK, warning, critical and unknown."""
_ALERTS: Final = {"error": 17, "warning": 13, "info": 9, "success": 9}
_DELTA: Final = {"type": "sum", "temporality": "delta", "monotonic": False}


def _read(datagram: Datagram, event_id: str, observed: str, source: Source) -> Record:
    sections = dict(datagram.sections)
    tags = {**datagram.tags, **({"host": sections.pop("host")} if "host" in sections else {})}
    record = new_point(_NAME, event_id, observed, source, tags)
    set_epoch(record, sections.pop("time", None))
    if datagram.kind == "metric":
        record["metric"] = _metric(datagram, sections.pop("rate", None), record["attributes"])
    else:
        record["signal"] = "log"
        (_read_event if datagram.kind == "event" else _read_check)(record, datagram, sections)
    if container := sections.pop("container.id", ""):
        record["resource"]["container.id"] = container
    record["attributes"] |= sections
    return record


def _metric(datagram: Datagram, rate: str | None, attributes: dict[str, Any]) -> dict[str, Any]:
    attributes["statsd.type"] = datagram.type
    if datagram.type == "s":
        attributes["statsd.member"] = datagram.value
        return {**gauge(datagram.name, 1), **_DELTA}
    value = number(datagram.value)
    metric = gauge(datagram.name, 0 if value is None else value)
    if datagram.type == "ms":
        metric["unit"] = "ms"
    if rate is not None:
        attributes["statsd.sample_rate"] = rate if (found := double(rate)) is None else found
    if datagram.type == "c":
        return {**metric, **_DELTA, "value": _scaled(datagram.value, rate, metric["value"])}
    return {**metric, **_DELTA} if datagram.type == "g" and datagram.value[0] in "+-" else metric


def _scaled(value: str, rate: str | None, plain: float | str) -> float | str:
    """Scale a count by the share of it that was sent; rates that are none scale nothing."""
    share = double(rate) if rate else None
    if not isinstance(share, float) or not 0 < share < 1 or not isinstance(plain, int | float):
        return plain
    whole = Decimal(value) / Decimal(str(rate))
    found = number(str(int(whole))) if whole == whole.to_integral_value() else float(whole)
    return plain if found is None else found


def _read_event(record: Record, datagram: Datagram, sections: dict[str, str]) -> None:
    record["event_name"], record["body"] = "dogstatsd.event", datagram.value or datagram.name
    record["attributes"]["dogstatsd.title"] = datagram.name
    if word := sections.pop("alert_type", ""):
        record["severity_number"], record["severity_text"] = _ALERTS.get(word, 0), word


def _read_check(record: Record, datagram: Datagram, sections: dict[str, str]) -> None:
    record["event_name"], record["body"] = "dogstatsd.service_check", sections.pop("message", "") or datagram.name
    record["severity_number"], record["severity_text"] = _STATUS[datagram.value], datagram.value
    record["attributes"]["dogstatsd.check"] = datagram.name


def _split(text: str, zone: tzinfo) -> Parts | None:
    """Take several datagrams apart; a value with one is read whole."""
    found = read_lines(text) if "|" in text else None
    return Parts(found, lambda index, datagram: datagram.line, _read) if found and len(found) > 1 else None


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        found = read_lines(text) if "|" in text else None
        return _read(found[0], event_id, observed, source) if found else None

    return read


DIALECT = Dialect(
    name=_NAME,
    summary="StatsD and DogStatsD datagrams",
    link="https://docs.datadoghq.com/developers/dogstatsd/datagram_shell/",
    starts=string.ascii_letters + "_",
    holds=("|",),
    compile_text=_compile_text,
    split_text=_split,
    examples=(
        Example(
            "page.views:3|c|@0.1|#country:china,beta,service:shop",
            {
                "event_id": "raw-logs-0-0",
                "signal": "metric",
                "timestamp": None,
                "resource": {"service.name": "shop"},
                "attributes": {"country": "china", "tags": ["beta"], "statsd.type": "c", "statsd.sample_rate": 0.1},
                "metric": {
                    "name": "page.views",
                    "type": "sum",
                    "temporality": "delta",
                    "monotonic": False,
                    "start_timestamp": None,
                    "value": 30,
                },
            },
        ),
        Example(
            "glork:320|ms\ngaugor:333|g\nuniques:765|s\n",
            (
                {"event_id": "raw-logs-0-0.0", "metric": {**gauge("glork", 320), "unit": "ms"}},
                {"event_id": "raw-logs-0-0.1", "metric": gauge("gaugor", 333)},
                {"event_id": "raw-logs-0-0.2", "attributes": {"statsd.type": "s", "statsd.member": "765"}},
            ),
        ),
        Example(
            "_e{21,36}:An exception occurred|Cannot parse CSV file from 10.0.0.17|t:warning|#err_type:bad_file",
            {
                "signal": "log",
                "event_name": "dogstatsd.event",
                "severity_number": 13,
                "severity_text": "warning",
                "body": "Cannot parse CSV file from 10.0.0.17",
                "attributes": {"dogstatsd.title": "An exception occurred", "err_type": "bad_file"},
            },
        ),
        Example(
            "_sc|Redis connection|2|d:1656581400|#env:dev|m:Redis connection timed out after 10s",
            {
                "signal": "log",
                "timestamp": "2022-06-30T09:30:00.000000000Z",
                "event_name": "dogstatsd.service_check",
                "severity_number": 17,
                "severity_text": "2",
                "body": "Redis connection timed out after 10s",
                "attributes": {"dogstatsd.check": "Redis connection"},
            },
        ),
    ),
)
