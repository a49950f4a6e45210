"""Suricata's events (EVE JSON): alerts of the intrusion detection, protocols, flows and statistics.

Source: Suricata User Guide, "EVE JSON Format" (common section; event types alert, http, dns, stats) and "Rules Format",
priority: an alert's severity is 1 for high, 2 for medium and 3 for low. Other events have none.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.keyed import Reading, keyed
from streams.dialects.roles import KEYS
from streams.types import Record

_NAME = "suricata"
_SEVERITIES = {1: 17, 2: 13, 3: 9}
_TYPE = "event_type"


def _is_event(document: dict[str, Any]) -> bool:
    return isinstance(document[_TYPE], str)


def _complete(record: Record) -> None:
    """Name the event by its type; an alert says its signature, a request method, URL and status."""
    attributes = record["attributes"]
    record["event_name"] = f"{_NAME}.{attributes[_TYPE]}"
    alert, request = attributes.get("alert"), attributes.get("http")
    if isinstance(alert, dict):
        _describe_alert(record, alert)
    elif isinstance(request, dict) and attributes[_TYPE] == "http":
        said = [request.get(key) for key in ("http_method", "url", "status")]
        if all(isinstance(part, str) for part in said[:2]):
            record["body"] = " ".join(str(part) for part in said if part is not None)


def _describe_alert(record: Record, alert: dict[str, Any]) -> None:
    severity, signature = alert.get("severity"), alert.get("signature")
    if type(severity) is int:
        record["severity_number"] = _SEVERITIES.get(severity, _SEVERITIES[3] if severity > 0 else 0)
        record["severity_text"] = str(severity)
    if isinstance(signature, str) and signature:
        record["body"] = signature


DIALECT = Dialect(
    name=_NAME,
    summary="events of Suricata, EVE JSON",
    link="https://docs.suricata.io/en/latest/output/eve/eve-json-format.html",
    signatures=(
        frozenset({"timestamp", _TYPE, "src_ip", "dest_ip"}),
        frozenset({"timestamp", _TYPE, "flow_id"}),
        frozenset({"timestamp", _TYPE, "stats"}),
    ),
    test=_is_event,
    compile_objects=keyed(
        _NAME,
        Reading(
            KEYS._replace(time=("timestamp",), severity=(), body=()),
            attributes={
                "src_ip": "source.address",
                "src_port": "source.port",
                "dest_ip": "destination.address",
                "dest_port": "destination.port",
            },
            then=_complete,
        ),
    ),
    examples=(
        Example(
            '{"timestamp":"2025-02-01T08:30:00.123456+0100","flow_id":1305,"in_iface":"eth0","event_type":"alert",'
            '"src_ip":"203.0.113.9","src_port":4000,"dest_ip":"198.51.100.1","dest_port":80,"proto":"TCP","alert":{'
            '"action":"allowed","gid":1,"signature_id":2100498,"rev":7,"signature":"ATTACK_RESPONSE id check",'
            '"category":"Potentially Bad Traffic","severity":2}}',
            {
                "timestamp": "2025-02-01T07:30:00.123456000Z",
                "severity_number": 13,
                "severity_text": "2",
                "body": "ATTACK_RESPONSE id check",
                "event_name": "suricata.alert",
                "attributes": {
                    "flow_id": 1305,
                    "in_iface": "eth0",
                    "event_type": "alert",
                    "source.address": "203.0.113.9",
                    "source.port": 4000,
                    "destination.address": "198.51.100.1",
                    "destination.port": 80,
                    "proto": "TCP",
                    "alert": {
                        "action": "allowed",
                        "gid": 1,
                        "signature_id": 2100498,
                        "rev": 7,
                        "signature": "ATTACK_RESPONSE id check",
                        "category": "Potentially Bad Traffic",
                        "severity": 2,
                    },
                },
            },
        ),
        Example(
            '{"timestamp":"2025-02-01T08:30:00.123456+0000","flow_id":7,"event_type":"http","src_ip":"203.0.113.9",'
            '"src_port":4000,"dest_ip":"198.51.100.1","dest_port":80,"proto":"TCP","tx_id":0,"http":{'
            '"hostname":"shop.example.com","url":"/cart","http_method":"GET","protocol":"HTTP/1.1","status":200}}',
            {"severity_number": 0, "body": "GET /cart 200", "event_name": "suricata.http"},
        ),
        Example(
            '{"timestamp":"2025-02-01T08:30:00.123456+0000","event_type":"stats","stats":{"uptime":8}}',
            {"severity_number": 0, "event_name": "suricata.stats"},
        ),
    ),
)
