"""Sinks as the settings describe them, and what a wrong description says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streams.errors import ConfigurationError
from streams.settings import Settings
from streams.settings_sinks import SinkEntry
from streams.sinks.base import BatchBounds
from streams.sinks.build import batch_bounds, build_sink, describe_sink
from streams.sinks.file import FileSink


def settings(tmp_path: Path, **entry: Any) -> Settings:
    return Settings(state_dir=tmp_path, sinks={"archive": entry} if entry else {})


def test_a_name_alone_is_a_kind_with_its_defaults(tmp_path: Path) -> None:
    sink = build_sink(settings(tmp_path), "file")

    assert isinstance(sink, FileSink)
    assert sink.place.directory == tmp_path / "sinks" / "file"
    assert batch_bounds(SinkEntry(), sink) == FileSink.batch


def test_an_entry_gives_a_name_its_kind_options_and_bounds(tmp_path: Path) -> None:
    chosen = settings(tmp_path, use="file", options={"file_bytes": 2_000_000}, batch={"records": 7, "seconds": 3})
    kind, options, place = describe_sink(chosen, "archive")

    assert kind is FileSink
    assert options.model_dump()["file_bytes"] == 2_000_000
    assert place.name == "archive"
    bounds = batch_bounds(chosen.sinks["archive"], build_sink(chosen, "archive"))
    assert bounds == BatchBounds(records=7, bytes=FileSink.batch.bytes, seconds=3)


@pytest.mark.parametrize(
    ("entry", "rewrite", "message"),
    [
        pytest.param({"use": "nonesuch"}, False, "sinks.archive: there is no sink 'nonesuch'", id="kind"),
        pytest.param(
            {"use": "file", "options": {"file_bytes": 1, "size": 2}},
            False,
            "sinks.archive.options.file_bytes: Input should be .*; sinks.archive.options.size: Extra inputs",
            id="options",
        ),
        pytest.param({"use": "file"}, True, "sinks.archive: file is at_least_once", id="rewrite"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(tmp_path: Path, entry: Any, rewrite: bool, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        build_sink(settings(tmp_path, **entry), "archive", rewrite=rewrite)
