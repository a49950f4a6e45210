"""Where the DSN comes from, and where it never goes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from streams.errors import ConfigurationError
from streams.sinks.postgres.options import PostgresOptions, read_dsn

DSN = "postgresql://weft:hunter2@db/logs?sslmode=verify-full"


def test_without_a_dsn_the_variables_of_libpq_hold() -> None:
    assert read_dsn(PostgresOptions(), "postgres") is None


def test_a_dsn_comes_from_the_environment_or_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", DSN)
    (tmp_path / "dsn").write_text(f"{DSN}\n")
    assert read_dsn(PostgresOptions(dsn_env="DATABASE_URL"), "postgres") == DSN
    assert read_dsn(PostgresOptions(dsn_file=tmp_path / "dsn"), "postgres") == DSN


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"dsn_env": "NOT_SET_ANYWHERE"}, "sinks.pg.options.dsn_env: NOT_SET_ANYWHERE holds no DSN"),
        ({"dsn_file": "/nowhere/dsn"}, "sinks.pg.options.dsn_file: /nowhere/dsn cannot be read: FileNotFoundError"),
        ({"dsn_env": "A", "dsn_file": "b"}, "sinks.pg.options: dsn_env and dsn_file are both given"),
    ],
)
def test_a_dsn_that_is_not_there_is_told_by_the_name_of_its_place(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        read_dsn(PostgresOptions(**options), "pg")


@pytest.mark.parametrize("name", ["", "Weft", "a b", 'a"; drop schema public; --', "1a", "x" * 64])
def test_a_schema_has_a_name_that_needs_no_quoting(name: str) -> None:
    with pytest.raises(ValidationError):
        PostgresOptions(schema_name=name)


def test_options_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", DSN)
    options = PostgresOptions(dsn_env="DATABASE_URL")
    read_dsn(options, "postgres")
    assert "hunter2" not in repr(options) + options.model_dump_json()
