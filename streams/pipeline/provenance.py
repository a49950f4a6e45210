"""The hash of everything that shapes output: equal provenance means equal bytes on every replay."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, SecretStr
from pydantic_core import to_jsonable_python

from streams.dialects.base import Dialect
from streams.pipeline.chain import Chain, Step
from streams.settings import Settings

_DIGITS = 16


def pipeline_hash(settings: Settings, dialects: Iterable[Dialect], chain: Chain) -> str:
    """Hash version, dialects, limits, topic policies, time zone and processors; never secrets, addresses or paths."""
    shaping = {
        "version": version("weft"),
        "dialects": [dialect.name for dialect in dialects],
        "limits": settings.limits.model_dump(),
        "topics": {name: policy.model_dump() for name, policy in settings.topics.items()},
        "time_zone": settings.time_zone,
        "validate_output": settings.validate_output,
        "processors": [_described(step, settings.environment) for step in chain.steps],
    }
    return sha256(orjson.dumps(shaping, option=orjson.OPT_SORT_KEYS)).hexdigest()[:_DIGITS]


def with_snapshots(pipeline: str, snapshots: Iterable[str]) -> str:
    """Make the hashes of the data that processors look things up in part of the pipeline's hash."""
    if not any(snapshots):
        return pipeline
    return sha256(orjson.dumps([pipeline, *snapshots])).hexdigest()[:_DIGITS]


def _described(step: Step, environment: str) -> dict[str, Any]:
    """What of a step shapes output; of a file that it reads the snapshot tells, not the path."""
    options = step.processor.options
    return {
        "step": step.label,
        "options": {name: _plain(value) for name, value in options if not isinstance(value, Path | SecretStr)},
        "on_failure": step.on_failure,
        "defaults": dict(step.defaults),
        "when": {**step.when.model_dump(), "default": environment if step.when.environments else None},
    }


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else to_jsonable_python(value)
