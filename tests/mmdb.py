"""A small writer of MaxMind's database format, for databases of a test's own.

Source: https://maxmind.github.io/MaxMind-DB/ (version 2.0), with records of 24 bits.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from ipaddress import IPv4Network, ip_network
from typing import Any

_SEPARATOR = bytes(16)
_MARK = b"\xab\xcd\xefMaxMind.com"
_TYPES = {"text": 2, "double": 3, "uint16": 5, "uint32": 6, "map": 7, "uint64": 9, "list": 11}
_SIZES = {"uint16": 2, "uint32": 4, "uint64": 8}

Node = list[Any]


def database(networks: Mapping[str, Any], kind: str = "GeoLite2-City", ip_version: int = 6) -> bytes:
    """Give a database in which each network has its entry."""
    nodes: list[Node] = [[None, None]]
    data, places = b"", {}
    for text, entry in networks.items():
        places[text] = len(data)
        data += _encode(entry)
        _insert(nodes, _bits(text, ip_version), text)
    tree = b"".join(_record(side, len(nodes), places) for node in nodes for side in node)
    metadata = {
        "binary_format_major_version": ("uint16", 2),
        "binary_format_minor_version": ("uint16", 0),
        "build_epoch": ("uint64", 1_700_000_000),
        "database_type": kind,
        "ip_version": ("uint16", ip_version),
        "node_count": ("uint32", len(nodes)),
        "record_size": ("uint16", 24),
        "languages": ["en"],
        "description": {"en": "made by a test"},
    }
    return tree + _SEPARATOR + data + _MARK + _encode(metadata)


def _bits(text: str, ip_version: int) -> str:
    """The bits of a network's address; those of IPv4 stand below `::/96` in a database of IPv6."""
    network = ip_network(text)
    width = 32 if isinstance(network, IPv4Network) else 128
    bits = f"{int(network.network_address):0{width}b}"[: network.prefixlen]
    return "0" * 96 + bits if width == 32 and ip_version == 6 else bits


def _insert(nodes: list[Node], bits: str, leaf: str) -> None:
    node = 0
    for bit in map(int, bits[:-1]):
        if nodes[node][bit] is None:
            nodes[node][bit] = len(nodes)
            nodes.append([None, None])
        node = nodes[node][bit]
    nodes[node][int(bits[-1])] = leaf


def _record(side: Any, count: int, places: Mapping[str, int]) -> bytes:
    value = count if side is None else count + len(_SEPARATOR) + places[side] if isinstance(side, str) else side
    return int(value).to_bytes(3, "big")


def _encode(value: Any) -> bytes:
    if isinstance(value, str):
        return _control("text", len(value.encode())) + value.encode()
    if isinstance(value, float):
        return _control("double", 8) + struct.pack(">d", value)
    if isinstance(value, tuple):
        kind, number = value
        return _control(kind, _SIZES[kind]) + int(number).to_bytes(_SIZES[kind], "big")
    if isinstance(value, list):
        return _control("list", len(value)) + b"".join(map(_encode, value))
    return _control("map", len(value)) + b"".join(_encode(key) + _encode(one) for key, one in value.items())


def _control(kind: str, size: int) -> bytes:
    number = _TYPES[kind]
    assert size < 29, "longer ones have another form, which this writer has no use for"
    return bytes([number << 5 | size]) if number < 8 else bytes([size, number - 7])
