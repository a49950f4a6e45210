"""The hash of everything that shapes output: equal provenance means equal bytes on every replay."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version

import orjson

from streams.dialects.base import Dialect
from streams.settings import Settings

_DIGITS = 16


def pipeline_hash(settings: Settings, dialects: Iterable[Dialect]) -> str:
    """Hash version, dialects, limits, topic policies and time zone; never secrets, addresses or paths."""
    shaping = {
        "version": version("weft"),
        "dialects": [dialect.name for dialect in dialects],
        "limits": settings.limits.model_dump(),
        "topics": {name: policy.model_dump() for name, policy in settings.topics.items()},
        "time_zone": settings.time_zone,
        "validate_output": settings.validate_output,
    }
    return sha256(orjson.dumps(shaping, option=orjson.OPT_SORT_KEYS)).hexdigest()[:_DIGITS]
