"""What stands before the time in an access log: who asked whom.

Client, identity and user are in all of them. Before the client may stand a virtual host, and, where proxies are, the
list of addresses that `X-Forwarded-For` holds; a user name may hold blanks.
"""

from __future__ import annotations

import re

from streams.dialects.lines.fields import put, put_address, put_header, put_virtual_host
from streams.types import Record

_MOST_WORDS = 24
_COMMON = 3
_ADDRESS = re.compile(r"[0-9.]{7,15}|[0-9a-fA-F]{0,4}:[0-9a-fA-F:.]{1,40}")
_WITH_PORT = re.compile(r"[^:]+:[0-9]{1,5}")


def put_head(record: Record, head: str) -> None:
    """Set client, identity and user, and what stands before them."""
    words = head.split(" ", _MOST_WORDS)
    if len(words) != _COMMON or "," in head:
        words = _joined(words)
    origin, ident, user = _parts(words)
    _put_origin(record, origin)
    put(record["attributes"], "ident", ident)
    if user.strip(" -"):
        put(record["attributes"], "user.name", user)


def _joined(words: list[str]) -> list[str]:
    """Join the members of a list, which end with a comma."""
    joined = [words[0]]
    for word in words[1:]:
        if joined[-1].endswith(","):
            joined[-1] = f"{joined[-1]} {word}"
        else:
            joined.append(word)
    return joined


def _parts(words: list[str]) -> tuple[list[str], str, str]:
    """Tell the words of the origin from identity and user; the identity is hardly ever more than a dash."""
    if len(words) < _COMMON:
        return words[:1], "-", " ".join(words[1:])
    at = len(words) - 2
    if len(words) > _COMMON and (words[1] == "-" or (words[-2] != "-" and _begins_with_client(words))):
        at = 1
    return words[:at], words[at], " ".join(words[at + 1 :])


def _begins_with_client(words: list[str]) -> bool:
    return _is_address(words[0]) and not _is_address(words[1])


def _is_address(word: str) -> bool:
    return _ADDRESS.fullmatch(word.strip('"').partition(",")[0]) is not None


def _put_origin(record: Record, origin: list[str]) -> None:
    """Set the client, which is the first of a list; a word before the list is the virtual host, one behind the peer."""
    attributes = record["attributes"]
    if len(origin) > 1 and "," not in origin[0]:
        put_virtual_host(record, origin.pop(0))
    client = origin[0].strip('"')
    if "," in client:
        put_header(attributes, "x-forwarded-for", client)
        client = client.partition(",")[0]
    if _WITH_PORT.fullmatch(client) or client[:1] == "[":
        put_address(attributes, "client", client)
    else:
        put(attributes, "client.address", client)
    if len(origin) > 1:
        put_address(attributes, "network.peer", " ".join(origin[1:]))
