"""Squid's native access log, which other caches write too.

Source: the Squid wiki, "Features/LogFormat": `%ts.%03tu %6tr %>a %Ss/%03>Hs %<st %rm %ru %[un %Sh/%<a %mt`.
"""

from __future__ import annotations

import re
from typing import Any

from streams.dialects.base import Dialect, Example, TextReader, add_flags, new_record
from streams.dialects.lines.fields import put, put_address, put_integer
from streams.dialects.lines.http_request import put_request
from streams.types import Record, Source
from streams.values.time import read_epoch

NAME = "squid"
_SECOND = 10**9
_LINE = re.compile(
    r"(?P<time>\d{9,10}(?:\.\d{1,6})?) ++(?P<elapsed>-?\d{1,15}) (?P<client>\S{1,255})"
    r" (?P<result>[A-Z_]{1,60})/(?P<status>\d{1,3}|-) (?P<size>\d{1,18}) (?P<method>[A-Z_\-:]{1,40}|-) (?P<url>\S++)"
    r" (?P<user>\S++) (?P<hierarchy>[A-Za-z_]{1,60})/(?P<peer>\S{1,255}) (?P<type>\S++)(?P<tail>.*)",
    re.ASCII,
)


def _compile_text(zone: Any) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        match = _LINE.fullmatch(text)
        if not match:
            return None
        record = new_record(NAME, event_id, observed, source)
        found = read_epoch(match["time"], _SECOND)
        record["timestamp"] = found.text
        add_flags(record, *found.flags)
        _fill(record, match)
        return record

    return read


def _fill(record: Record, match: re.Match[str]) -> None:
    attributes = record["attributes"]
    put_address(attributes, "client", match["client"])
    record["body"] = f"{match['method']} {match['url']}"
    if not put_request(attributes, record["body"]):
        put(attributes, "http.request.method", match["method"])
    put_integer(record, "http.response.status_code", match["status"].lstrip("0") or "-", "status")
    put_integer(record, "http.response.size", match["size"], "size")
    put(attributes, "squid.elapsed", match["elapsed"])
    put(attributes, "squid.result", match["result"])
    put(attributes, "user.name", match["user"])
    put(attributes, "squid.hierarchy", match["hierarchy"])
    put(attributes, "network.peer.address", match["peer"])
    put(attributes, "squid.content_type", match["type"])
    if match["tail"].strip():
        attributes["extra"] = match["tail"].split()


DIALECT = Dialect(
    name=NAME,
    summary="Squid's native access log",
    link="https://wiki.squid-cache.org/Features/LogFormat",
    compile_text=_compile_text,
    starts="123456789",
    head=r"0{9,10}(?:\.0{1,6})? +-?0",
    opaque=True,
    examples=(
        Example(
            "1157689312.049   5006 10.1.1.1 TCP_MISS/200 19763 CONNECT login.example.com:443 ann DIRECT/192.0.2.115 -",
            {
                "timestamp": "2006-09-08T04:21:52.049000000Z",
                "severity_number": 0,
                "body": "CONNECT login.example.com:443",
                "attributes": {
                    "client.address": "10.1.1.1",
                    "server.address": "login.example.com",
                    "server.port": 443,
                    "http.request.method": "CONNECT",
                    "http.response.status_code": 200,
                    "http.response.size": 19763,
                    "squid.elapsed": "5006",
                    "squid.result": "TCP_MISS",
                    "user.name": "ann",
                    "squid.hierarchy": "DIRECT",
                    "network.peer.address": "192.0.2.115",
                },
            },
        ),
    ),
)
