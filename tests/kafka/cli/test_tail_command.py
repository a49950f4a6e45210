"""`weft tail` on a real broker: what it shows, and when it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

Weft = Callable[..., Any]
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
OTHER = "00000000000000000000000000000001"
TAIL = [sys.executable, "-m", "streams.cli", "tail"]


def _enriched(body: str, trace: str | None = None) -> bytes:
    record = {
        "timestamp": "2026-03-01T12:00:00.000000000Z",
        "observed_timestamp": "2026-03-01T12:00:00.000000000Z",
        "trace_id": trace,
        "severity_number": 9,
        "body": body,
        "resource": {"service.name": "shop"},
    }
    return json.dumps(record).encode()


@pytest.fixture
def topics(weft: Weft) -> None:
    assert weft("topics", "create", "--partitions", "4").code == 0


@pytest.mark.usefixtures("topics")
def test_from_the_beginning_shows_all_that_is_there_and_ends_when_idle(weft: Weft, names: Any, log: Any) -> None:
    log.send([log.Written(names.enriched, n % 4, _enriched(f"body {n}")) for n in range(8)])

    ran = weft("tail", "--from-beginning", "--idle-exit", "1")

    assert ran.code == 0
    assert sorted(ran.out.splitlines()) == [f"2026-03-01 12:00:00.000 INFO  shop body {n}" for n in range(8)]


@pytest.mark.usefixtures("topics")
def test_without_it_what_was_there_before_is_not_shown(weft: Weft, names: Any, log: Any) -> None:
    log.send([log.Written(names.enriched, 0, _enriched("old"))])

    assert weft("tail", "--idle-exit", "0.5") == (0, "", "")


@pytest.mark.usefixtures("topics")
def test_max_ends_it_after_that_many(weft: Weft, names: Any, log: Any) -> None:
    log.send([log.Written(names.enriched, 0, _enriched(f"body {n}")) for n in range(10)])

    assert len(weft("tail", "--from-beginning", "--max", "3").out.splitlines()) == 3


@pytest.mark.usefixtures("topics")
def test_one_trace_is_read_from_its_partition_in_any_form_of_its_id(weft: Weft, names: Any, log: Any) -> None:
    weft("produce", "-", "--topic", names.enriched, "--key-from", "trace", stdin=_lines())

    ran = weft("tail", "--trace", f"00-{TRACE}-00f067aa0ba902b7-01", "--from-beginning", "--idle-exit", "1", "--json")

    assert [json.loads(line)["body"] for line in ran.out.splitlines()] == ["first", "second"]


def _lines() -> bytes:
    return b"\n".join([_enriched("first", TRACE), _enriched("between", OTHER), _enriched("second", TRACE)])


@pytest.mark.usefixtures("topics")
def test_dead_letters_say_why_and_show_their_value_as_json_only(weft: Weft, names: Any, log: Any) -> None:
    why = {"reason": "decode.json", "stage": "decode", "error": "ValueError: no", "topic": "raw", "partition": 0}
    headers = [(f"weft.dead.{key}", str(value).encode()) for key, value in (why | {"offset": 5}).items()]
    log.send([log.Written(names.dead, 0, b"\x1bsecret", headers)])

    line = weft("tail", "dead", "--from-beginning", "--idle-exit", "1").out
    shown = json.loads(weft("tail", "dead", "--from-beginning", "--max", "1", "--json").out)

    assert line == "raw-0-5 decode.json in decode: ValueError: no\n"
    assert why.items() <= shown.items()
    assert shown["value"] == "\x1bsecret"


@pytest.mark.usefixtures("topics")
def test_what_an_aborted_transaction_wrote_is_not_shown(weft: Weft, names: Any, log: Any) -> None:
    log.transact([log.Written(names.enriched, 0, _enriched("aborted"))], abort=True)
    log.transact([log.Written(names.enriched, 0, _enriched("kept"))])

    ran = weft("tail", "--from-beginning", "--idle-exit", "1")

    assert [line.split()[-1] for line in ran.out.splitlines()] == ["kept"]


@pytest.mark.usefixtures("topics")
@pytest.mark.parametrize("size", [1, 200_000], ids=["while nothing comes", "while writing"])
def test_a_reader_that_has_seen_enough_ends_it_without_an_error(names: Any, log: Any, size: int) -> None:
    log.send([log.Written(names.enriched, 0, _enriched("x" * size)) for _ in range(5)])
    command = [*TAIL, "--from-beginning", "--json", "--idle-exit", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        os.read(process.stdout.fileno(), 10)
        process.stdout.close()

        assert process.wait(timeout=20) == 0
        assert process.stderr.read() == b""
