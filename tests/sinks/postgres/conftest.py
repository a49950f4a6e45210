"""The databases of these tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sinks.postgres.database import Database


@pytest.fixture
def database(postgres_dsn: str, tmp_path: Path) -> Database:
    return Database(postgres_dsn, tmp_path)
