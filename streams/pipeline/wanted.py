"""Feature flags of processors: which records one is for, decided by the record alone, so alike on every replica."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from zlib import crc32

from streams.settings import When
from streams.types import Record

Wanted: TypeAlias = Callable[[Record], bool]

_ENVIRONMENT = ("deployment.environment.name", "deployment.environment")
_BUCKETS = 10_000


def compile_when(when: When, environment: str) -> Wanted | None:
    """Give the test of a flag, None when every record passes; `environment` is that of records that name none."""
    tests: list[Wanted] = []
    if when.services:
        services = frozenset(when.services)
        tests.append(lambda record: record["resource"]["service.name"] in services)
    if when.environments:
        environments = frozenset(when.environments)
        tests.append(lambda record: _environment_of(record, environment) in environments)
    if when.percent < 100:
        below = round(when.percent * _BUCKETS / 100)
        tests.append(lambda record: _bucket(record) < below)
    if not tests:
        return None
    return tests[0] if len(tests) == 1 else lambda record: all(test(record) for test in tests)


def fields_of(when: When) -> set[str]:
    """Name the fields by which a flag decides, other than ids."""
    services = {"resource.service.name"} if when.services else set()
    return services | {f"resource.{name}" for name in _ENVIRONMENT if when.environments}


def _environment_of(record: Record, default: str) -> str:
    resource = record["resource"]
    return next((str(resource[name]) for name in _ENVIRONMENT if name in resource), default)


def _bucket(record: Record) -> int:
    """A number from 0 to 9,999 that all records of a trace share; of a record without trace it is its own."""
    return crc32((record["trace_id"] or record["event_id"]).encode()) % _BUCKETS
