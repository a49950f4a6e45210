"""The program's own log: JSON lines, no payloads, no floods."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from streams import logs


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_an_event_is_one_json_object_with_time_level_and_role(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("worker")
    structlog.get_logger().info("ready", partitions=3)

    (line,) = lines(capsys)
    assert (line["event"], line["level"], line["role"], line["partitions"]) == ("ready", "info", "worker", 3)
    assert str(line["timestamp"]).endswith("Z")


def test_a_librarys_warning_is_told_without_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("worker")
    logging.getLogger("some.library").warning("cannot read %s", "a-customers-payload")

    (line,) = lines(capsys)
    assert (line["logger"], line["template"]) == ("some.library", "cannot read %s")
    assert "a-customers-payload" not in str(line)


def test_what_a_library_repeats_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("worker")
    for attempt in range(100):
        logging.getLogger("some.library").warning("no broker, attempt %d", attempt)
    logging.getLogger("some.library").warning("something else")

    assert [line["template"] for line in lines(capsys)] == ["no broker, attempt %d", "something else"]


def test_what_libraries_say_below_a_warning_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("worker")
    logging.getLogger("some.library").info("fine")

    assert lines(capsys) == []
