"""The detectors in the order in which they take their turn: what one has masked, the next finds no more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from streams.processors.redaction import (
    addresses,
    api_keys,
    assignments,
    authorizations,
    cards,
    email,
    encoded,
    ibans,
    jwt,
    patterns,
    phones,
    private_keys,
    social_security,
    urls,
)
from streams.processors.redaction.detector import Detector
from streams.processors.redaction.names import Names


def make_detectors(names: Names, own: Mapping[str, str], kept: Iterable[str]) -> tuple[Detector, ...]:
    """Give the detectors of all kinds that are not kept; `own` are the operator's patterns by their names."""
    left_alone = frozenset(kept)
    every = (
        private_keys.DETECTOR,
        urls.DETECTOR,
        authorizations.DETECTOR,
        jwt.DETECTOR,
        *api_keys.DETECTORS,
        *(patterns.detector(name, pattern) for name, pattern in own.items()),
        social_security.DETECTOR,
        assignments.detector(names),
        email.DETECTOR,
        ibans.DETECTOR,
        phones.DETECTOR,
        cards.DETECTOR,
        addresses.IPV6,
        addresses.IPV4,
    )
    wanted = tuple(detector for detector in every if not left_alone.issuperset(detector.kinds))
    return (encoded.detector(wanted), *wanted)
