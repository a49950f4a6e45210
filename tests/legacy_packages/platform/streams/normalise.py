from typing import Any

from streams.types import NAMES


def normalize(record: dict[str, Any]) -> dict[str, Any]:
    import schemas.record

    record["attributes"]["names"] = [*NAMES, schemas.record.NAME]
    return record
