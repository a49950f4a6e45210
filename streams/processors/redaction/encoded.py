"""What stands in a text with escapes: the other detectors read it without them, and what they find goes.

It stands before the others, which would cut what must be seen as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orjson import dumps

from streams.processors.redaction.detector import Detector, Find, Span
from streams.processors.redaction.escapes import SIEVE, Opened, readings
from streams.processors.redaction.sieve import Sieve


def detector(others: Sequence[Detector]) -> Detector:
    """Make the detector that opens texts for the others."""
    kinds = dict.fromkeys(kind for other in others for kind in other.kinds)
    return Detector(tuple(kinds), SIEVE, _finder(others))


def _finder(others: Sequence[Detector]) -> Find:
    sieve = Sieve(others)

    def find(text: str) -> Iterator[Span]:
        spans = [span for reading in readings(text) for span in _in(reading)]
        yield from _joined(sorted(spans, key=_from_the_longest))

    def _in(reading: Opened) -> Iterator[Span]:
        asked, places = sieve.mask(sieve.search(dumps(reading.text))), reading.places
        for place, other in enumerate(others):
            if asked >> place & 1 or not other.sieve:
                for start, end, kind in other.find(reading.text):
                    yield Span(places[start], places[end], kind)

    return find


def _from_the_longest(span: Span) -> tuple[int, int]:
    return span.start, -span.end


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Make one of spans that overlap: a header's value holds what is secret by another rule as well."""
    open_span: Span | None = None
    for span in spans:
        if open_span is not None and span.start < open_span.end:
            open_span = open_span._replace(end=max(open_span.end, span.end))
            continue
        if open_span is not None:
            yield open_span
        open_span = span
    if open_span is not None:
        yield open_span
