"""`weft schema`: the JSON Schema of what Weft writes and of its configuration."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer


class SchemaName(StrEnum):
    """What has a JSON Schema."""

    ENRICHED = "enriched"
    DEAD = "dead"
    CONFIG = "config"


def schema(
    name: Annotated[
        SchemaName, typer.Argument(help="enriched record, headers of dead letters, or the configuration")
    ] = SchemaName.ENRICHED,
) -> None:
    """Print a JSON Schema (draft 2020-12).

    Examples:
      weft schema
      weft schema dead
      weft schema config > weft.schema.json
    """
    typer.echo(json.dumps(_schema(name), indent=2))


def _schema(name: SchemaName) -> dict[str, Any]:
    # Imported here: the other commands start without pydantic.
    from schemas.json_schema import json_schema
    from streams.settings import Settings

    match name:
        case SchemaName.ENRICHED:
            return json_schema("enriched/v1")
        case SchemaName.DEAD:
            return json_schema("dead_letter/v1")
        case SchemaName.CONFIG:
            return Settings.model_json_schema()
