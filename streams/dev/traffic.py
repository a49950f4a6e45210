"""What the demo feeds: real sample logs, requests through several services, and now and then a broken record."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count, cycle
from random import Random
from typing import Final, NamedTuple

from streams.dev import sample_logs
from streams.dev.shop import request
from streams.dev.shop_logs import write

_REQUEST_EVERY: Final = 40
_BROKEN_EVERY: Final = 60
_BROKEN_AT: Final = 30

Headers = tuple[tuple[str, bytes], ...]


class Message(NamedTuple):
    """A record to send; without a key, all records of one `source` belong into one partition."""

    value: bytes
    source: str
    key: bytes | None = None
    headers: Headers = ()


BROKEN: Final = (
    Message(b'{"level":"info","message":"cart sav', "broken", headers=(("content-type", b"application/json"),)),
    Message(b"", "broken"),
    Message(b"not a single pair", "broken", headers=(("weft-dialect", b"logfmt"),)),
    Message(b'{"inner":' * 100 + b"1" + b"}" * 100, "broken"),
)
"""What must become dead letters: JSON that was cut, nothing at all, not the dialect that is announced, too deep."""


class Traffic:
    """Endless traffic; the same seed and times give the same records.

    Of forty picks one is a request, which gives several records, and of sixty one is broken.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - traffic to look at, no secret
        self._picks = count()
        self._samples = sample_logs.endless(self._random)
        self._broken = cycle(BROKEN)

    def take(self, least: int, now_ns: int) -> list[Message]:
        """Give at least that many records; the last of their own times is `now_ns`, and they are ordered by them."""
        timed: list[tuple[int, Message]] = []
        while len(timed) < least:
            timed.extend(self._pick(next(self._picks), now_ns))
        timed.sort(key=lambda item: item[0])  # requests overlap in time, as they do in a real system
        return [message for _, message in timed]

    def _pick(self, number: int, now_ns: int) -> Iterator[tuple[int, Message]]:
        if number % _REQUEST_EVERY == 0:
            for line in request(self._random, now_ns):
                yield line.at_ns, Message(write(line), line.service, line.trace_id.encode())
        elif number % _BROKEN_EVERY == _BROKEN_AT:
            yield now_ns, next(self._broken)
        else:
            source, text = next(self._samples)
            yield now_ns, Message(text, source)
