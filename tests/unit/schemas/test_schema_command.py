"""`weft schema`: JSON on stdout, and nothing else."""

import json

import pytest
import typer
from typer.testing import CliRunner

from schemas.json_schema import json_schema
from streams.cli.schema import schema
from streams.settings import Settings

APP = typer.Typer()
APP.command()(schema)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], json_schema("enriched/v1")),
        (["enriched"], json_schema("enriched/v1")),
        (["dead"], json_schema("dead_letter/v1")),
        (["config"], Settings.model_json_schema()),
    ],
)
def test_prints_the_schema_by_name(arguments: list[str], expected: dict[str, object]) -> None:
    result = CliRunner().invoke(APP, arguments)

    assert result.exit_code == 0
    assert json.loads(result.stdout) == expected


def test_an_unknown_name_is_a_usage_error_that_lists_the_names() -> None:
    result = CliRunner().invoke(APP, ["raw"])

    assert result.exit_code == 2
    assert "enriched" in result.output
