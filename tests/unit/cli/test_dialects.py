"""`weft dialects`: every dialect with its rule and examples."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner, Result

from streams.cli.dialects import dialects
from streams.dialects.registry import DIALECTS
from streams.errors import ConfigurationError


def run(*arguments: str) -> Result:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(dialects)
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def test_every_dialect_is_listed_by_name() -> None:
    names = [line.split()[0] for line in run().stdout.splitlines()]
    assert names == sorted(dialect.name for dialect in DIALECTS)


def test_one_is_shown_with_its_rule_its_source_and_its_examples() -> None:
    shown = run("logfmt").stdout
    assert "recognised by: " in shown
    assert "source: https://" in shown
    assert 'ts=2024-03-10T14:13:06.719Z caller=cluster.go:683 level=info msg="Waiting' in shown
    assert '  body = Waiting for "gossip"' in shown


def test_json_has_one_object_a_dialect() -> None:
    shown = [json.loads(line) for line in run("--json").stdout.splitlines()]
    assert [one["name"] for one in shown] == [dialect.name for dialect in DIALECTS]
    assert all(one["recognised_by"] and one["form"] and one["examples"] for one in shown)


def test_an_unknown_name_is_an_error_with_a_cure() -> None:
    with pytest.raises(ConfigurationError, match="there is no dialect 'pinoo'") as caught:
        run("pinoo")
    assert caught.value.cure == "`weft dialects` lists them."
