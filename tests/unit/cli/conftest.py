"""`weft` runs the command line in this process, without settings from outside, and gives what came out of it."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from typing import NamedTuple, Protocol

import pytest
import structlog

from streams.cli import main


class Ran(NamedTuple):
    code: int
    out: str
    err: str


class Weft(Protocol):
    def __call__(self, *arguments: str) -> Ran: ...


@pytest.fixture
def weft(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Weft]:
    for name in [name for name in os.environ if name.startswith("WEFT_")]:
        monkeypatch.delenv(name)

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "argv", ["weft", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ran(int(ended.value.code or 0), *capsys.readouterr())

    handlers = logging.root.handlers[:]
    yield run
    logging.root.handlers[:] = handlers  # a role sends its log to the stderr of its test
    structlog.reset_defaults()
