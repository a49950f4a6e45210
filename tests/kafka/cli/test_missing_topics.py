"""On a broker that creates topics when they are touched, no command touches one that is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Weft = Callable[..., Any]


@pytest.fixture
def bootstrap(auto_creating_kafka: str) -> str:
    return auto_creating_kafka


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("topics", "check"), 1),
        (("tail", "--from-beginning", "--idle-exit", "0"), 2),
        (("tail", "dead", "--idle-exit", "0"), 2),
        (("produce", "-"), 2),
        (("ledger",), 0),
        (("ledger", "--deep"), 2),
    ],
)
def test_a_missing_topic_stays_missing(weft: Weft, names: Any, log: Any, arguments: tuple[str, ...], code: int) -> None:
    ran = weft(*arguments, stdin=b"line\n")

    assert ran.code == code
    assert "weft topics create" in ran.err
    assert not set(names) & log.topics()


def test_the_broker_does_create_what_is_touched(names: Any, log: Any) -> None:
    log.send([log.Written(names.raw, 0, b"x")])

    assert names.raw in log.topics()
