"""Fixtures of datasets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sinks.parquet.datasets import temporary_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder."""
    with temporary_folder() as path:
        yield Path(path)
