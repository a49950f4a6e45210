"""Amazon VPC flow logs: the default format, and custom ones where a header line or the values say what is what.

Source: the VPC user guide, "Flow log records"; attributes are named as OpenTelemetry's collector names them
(awslogsencodingextension). The time of a record is the start of its window (data contract 8b.4).
"""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Any

from streams.dialects.base import Dialect, Example, Parts, TextReader, add_flags, new_record
from streams.dialects.lines.fields import NULLS, put_fields
from streams.dialects.roles import words
from streams.types import Record, Source
from streams.values.time import MISSING, read_epoch

NAME = "aws-vpc-flow"
_DEFAULT = words(
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
)
_LATER = words(
    "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id"
    " pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path"
)
_ALL = (*_DEFAULT, *_LATER)
_DOCUMENTED = words(
    "version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport pkt-srcaddr"
    " pkt-dstaddr protocol bytes packets start end action tcp-flags log-status"
)
"""The custom format of the user guide's examples."""

_NAMES = {
    "version": "aws.vpc.flow.log.version",
    "account-id": "cloud.account.id",
    "interface-id": "network.interface.name",
    "srcaddr": "source.address",
    "dstaddr": "destination.address",
    "srcport": "source.port",
    "dstport": "destination.port",
    "protocol": "network.protocol.number",
    "log-status": "aws.vpc.flow.status",
    "vpc-id": "aws.vpc.id",
    "subnet-id": "aws.vpc.subnet.id",
    "instance-id": "host.id",
    "tcp-flags": "network.tcp.flags",
    "type": "network.type",
    "region": "cloud.region",
    "az-id": "aws.az.id",
    "sublocation-type": "aws.sublocation.type",
    "sublocation-id": "aws.sublocation.id",
    "flow-direction": "network.io.direction",
    **{
        name: f"aws.vpc.flow.{name.replace('-', '_')}"
        for name in ("packets", "bytes", "start", "end", "action", "pkt-srcaddr", "pkt-dstaddr", "traffic-path")
    },
}
_INTEGERS = frozenset(
    _NAMES[name] for name in words("srcport dstport protocol packets bytes start end tcp-flags traffic-path version")
)
_RESOURCE = ("cloud.account.id", "cloud.region", "host.id")

_HEADER_WORD = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_NUMBER_OR_NULL = r"(?:\d+|-)"
_FORMS = {
    "version": r"[2-9]|1\d",
    "account-id": r"\d{12}|unknown|amazon-aws|-",
    "interface-id": r"eni-[0-9a-f]+|-",
    "action": "ACCEPT|REJECT|-",
    "log-status": "OK|NODATA|SKIPDATA",
    "start": r"\d{10}",
    "end": r"\d{10}",
    "srcport": _NUMBER_OR_NULL,
    "dstport": _NUMBER_OR_NULL,
    "protocol": _NUMBER_OR_NULL,
    "vpc-id": "vpc-[0-9a-f]+|-",
    "subnet-id": "subnet-[0-9a-f]+|-",
    "type": "IPv4|IPv6|EFA|-",
}
_CERTAIN = {
    "interface-id": re.compile(r"eni-[0-9a-f]+"),
    "vpc-id": re.compile(r"vpc-[0-9a-f]+"),
    "subnet-id": re.compile(r"subnet-[0-9a-f]+"),
    "action": re.compile("ACCEPT|REJECT"),
    "log-status": re.compile("OK|NODATA|SKIPDATA"),
    "type": re.compile("IPv4|IPv6|EFA"),
}
"""Values that name their field wherever they stand."""

_EPOCH = re.compile(r"1[0-9]{9}")
_VERSION = re.compile(r"(?:[2-9]|1\d) ")
_MOST_FIELDS = 80


def _layout(names: tuple[str, ...]) -> tuple[tuple[str, ...], re.Pattern[str]]:
    return names, re.compile(" ".join(f"(?:{_FORMS.get(name, '[^ ]+')})" for name in names), re.ASCII)


_LAYOUTS = [_layout(names) for names in (_DEFAULT, _ALL, _DOCUMENTED)]


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        if not _VERSION.match(text):
            return None
        fields = text.split(" ")
        names = next((names for names, form in _LAYOUTS if len(names) == len(fields) and form.fullmatch(text)), None)
        if names is not None:
            return _record(dict(zip(names, fields, strict=True)), [], (event_id, observed, source))
        said, rest = _recognised(fields)
        return _record(said, rest, (event_id, observed, source)) if said else None

    return read


def _recognised(fields: list[str]) -> tuple[dict[str, str], list[str]]:
    """Of a custom format take the values that are certain, and list the others; nothing when too few are."""
    epochs = {at for at, value in enumerate(fields[:_MOST_FIELDS]) if _EPOCH.fullmatch(value)}
    window = min((at for at in epochs if at + 1 in epochs and fields[at] <= fields[at + 1]), default=None)
    if window is None:
        return {}, []
    said = {"version": fields[0], "start": fields[window], "end": fields[window + 1]}
    rest = []
    for position, value in enumerate(fields[1:], start=1):
        name = next((name for name, form in _CERTAIN.items() if name not in said and form.fullmatch(value)), None)
        if name:
            said[name] = value
        elif position not in (window, window + 1):
            rest.append(value)
    return (said, rest) if {"action", "log-status", "interface-id"} & said.keys() else ({}, [])


def _record(said: dict[str, str], rest: list[str], identity: tuple[str, str, Source]) -> Record:
    record = new_record(NAME, *identity)
    start = said.get("start", "-")
    found = read_epoch(start, 10**9) if start not in NULLS else MISSING
    record["timestamp"] = found.text
    add_flags(record, *found.flags)
    put_fields(record, ((_NAMES.get(name, name), value) for name, value in said.items()), _INTEGERS)
    for name in _RESOURCE:
        if name in record["attributes"]:
            record["resource"][name] = record["attributes"].pop(name)
    if rest:
        record["attributes"]["extra"] = rest
    return record


def _split_text(text: str, zone: tzinfo) -> Parts | None:
    """Take apart lines under a header line, as files have them."""
    header, _, lines = text.partition("\n")
    names = header.rstrip("\r").replace("_", "-").split(" ")
    if not lines.strip() or not {"version", "srcaddr", "start"} & {*names} or not _are_names(names):
        return None
    items = [line.rstrip("\r") for line in lines.split("\n") if line.strip()]

    def read(line: Any, event_id: str, observed: str, source: Source) -> Record:
        fields = line.split(" ")
        record = _record(dict(zip(names, fields, strict=False)), fields[len(names) :], (event_id, observed, source))
        record["body"] = line
        return record

    return Parts(items, lambda index, line: f"{header}\n{line}", read)


def _are_names(words: list[str]) -> bool:
    return 3 < len(words) <= _MOST_FIELDS and len({*words}) == len(words) and all(map(_HEADER_WORD.fullmatch, words))


DIALECT = Dialect(
    name=NAME,
    summary="Amazon VPC flow logs, also in custom formats",
    link="https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html",
    compile_text=_compile_text,
    split_text=_split_text,
    starts="123456789abcdefghijklmnopqrstuvwxyz",
    head=r"00? |[a-z_]+[0 _\-]",
    opaque=True,
    examples=(
        Example(
            "2 123456789010 eni-1235b8ca123456789 172.31.16.139 172.31.16.21 20641 22 6 20 4249 1418530010 1418530070"
            " ACCEPT OK",
            {
                "timestamp": "2014-12-14T04:06:50.000000000Z",
                "severity_number": 0,
                "resource": {"service.name": "unknown_service", "cloud.account.id": "123456789010"},
                "attributes": {
                    "aws.vpc.flow.log.version": 2,
                    "network.interface.name": "eni-1235b8ca123456789",
                    "source.address": "172.31.16.139",
                    "destination.address": "172.31.16.21",
                    "source.port": 20641,
                    "destination.port": 22,
                    "network.protocol.number": 6,
                    "aws.vpc.flow.packets": 20,
                    "aws.vpc.flow.bytes": 4249,
                    "aws.vpc.flow.start": 1418530010,
                    "aws.vpc.flow.end": 1418530070,
                    "aws.vpc.flow.action": "ACCEPT",
                    "aws.vpc.flow.status": "OK",
                },
            },
        ),
        Example(
            "version interface-id start action\n5 eni-1235b8ca123456789 1418530010 REJECT\n5 - - -\n",
            (
                {
                    "timestamp": "2014-12-14T04:06:50.000000000Z",
                    "body": "5 eni-1235b8ca123456789 1418530010 REJECT",
                    "attributes": {
                        "aws.vpc.flow.log.version": 5,
                        "network.interface.name": "eni-1235b8ca123456789",
                        "aws.vpc.flow.start": 1418530010,
                        "aws.vpc.flow.action": "REJECT",
                    },
                },
                {"timestamp": None, "body": "5 - - -", "flags": ["timestamp.missing"]},
            ),
        ),
    ),
)
