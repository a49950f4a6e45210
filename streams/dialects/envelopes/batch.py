"""Batches that are an object with a list of records, each of any dialect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import Any

from streams.dialects.base import Parts, new_record
from streams.types import Record, Source


def split_list(dialect: str, key: str) -> Callable[[dict[str, Any], tzinfo], Parts]:
    """Take an object apart by its list `key`; what else it holds is said of each record."""

    def split(document: dict[str, Any], zone: tzinfo) -> Parts:
        around = {name: value for name, value in document.items() if name != key}

        def read(item: dict[str, Any], event_id: str, observed: str, source: Source) -> Record:
            record = new_record(dialect, event_id, observed, source)
            record["attributes"], record["body"] = dict(around), item[key]
            return record

        items = [{key: item} for item in document[key]]
        return Parts(items, lambda index, item: {**document, key: [item[key]]}, read)

    return split
