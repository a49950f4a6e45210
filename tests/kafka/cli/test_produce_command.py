"""`weft produce` on a real broker: what is in the file is what is in the topic."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Weft = Callable[..., Any]
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def topics(weft: Weft) -> None:
    assert weft("topics", "create", "--partitions", "4").code == 0


@pytest.mark.usefixtures("topics")
def test_each_line_is_one_record_with_its_bytes_untouched(weft: Weft, names: Any, log: Any, tmp_path: Path) -> None:
    file = tmp_path / "app.log"
    file.write_bytes(b"one\r\n\n\xff\x00\xe2\x80\xa8\ntail without end\r")

    ran = weft("produce", str(file))
    records = log.records(names.raw)

    assert ran.code == 0
    assert "4 records (25 bytes)" in ran.err
    assert [record.value for record in records] == [b"one", b"", b"\xff\x00\xe2\x80\xa8", b"tail without end\r"]
    assert {(record.key, record.headers) for record in records} == {(None, ())}


@pytest.mark.usefixtures("topics")
def test_lines_of_a_file_without_key_stay_together_in_their_order(weft: Weft, names: Any, log: Any) -> None:
    lines = [b"%d" % number for number in range(5_000)]
    weft("produce", "-", stdin=b"\n".join(lines))

    records = log.records(names.raw)

    assert [record.value for record in records] == lines
    assert len({record.partition for record in records}) == 1


@pytest.mark.usefixtures("topics")
def test_lines_of_one_trace_have_it_as_key_and_share_a_partition(weft: Weft, names: Any, log: Any) -> None:
    forms = [f'{{"traceId":"{TRACE.upper()}"}}', f"trace_id={TRACE} x", f"traceparent: 00-{TRACE}-00f067aa0ba902b7-01"]
    weft("produce", "-", "--key-from", "trace", stdin="\n".join([*forms, "none"]).encode())

    keyed = [record for record in log.records(names.raw) if record.key]

    assert [record.key for record in keyed] == [TRACE.encode()] * 3
    assert len({record.partition for record in keyed}) == 1


@pytest.mark.usefixtures("topics")
def test_headers_time_and_topic_are_as_told(weft: Weft, names: Any, log: Any) -> None:
    options = ("--header", "content-type=application/json", "--header", "a=b=c", "--at", "2026-11-01T12:00:00.5+01:00")
    weft("produce", "-", "--topic", names.enriched, *options, stdin=b"{}\n")

    [record] = log.records(names.enriched)

    assert record.headers == (("content-type", b"application/json"), ("a", b"b=c"))
    assert record.timestamp == 1_793_530_800_500


@pytest.mark.usefixtures("topics")
def test_whole_files_are_one_record_each(weft: Weft, names: Any, log: Any, tmp_path: Path) -> None:
    contents = [b"a\nb\r\n", b""]
    for number, content in enumerate(contents):
        (tmp_path / f"{number}.txt").write_bytes(content)
    weft("produce", str(tmp_path / "0.txt"), str(tmp_path / "1.txt"), "--whole")

    assert sorted(record.value for record in log.records(names.raw)) == sorted(contents)


@pytest.mark.usefixtures("topics")
def test_what_the_broker_refuses_is_counted_and_fails_the_command_the_rest_arrives(
    weft: Weft, names: Any, log: Any
) -> None:
    noise = os.urandom(1_100_000).replace(b"\n", b" ")
    ran = weft("produce", "-", stdin=b"a\n" + b"x" * 1_048_576 + b"\n" + noise + b"\nb\n")

    assert ran.code == 1
    assert "3 records" in ran.err
    assert "1 refused: MessageSizeTooLargeError" in ran.err
    assert [len(record.value) for record in log.records(names.raw)] == [1, 1_048_576, 1]


def test_ctrl_c_ends_a_waiting_produce_and_what_was_read_has_arrived(weft: Weft, names: Any, log: Any) -> None:
    weft("topics", "create")
    process = subprocess.Popen([sys.executable, "-m", "streams.cli", "produce", "-"], stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(b"line\n")
    process.stdin.flush()
    while not log.records(names.raw):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:  # before Python 3.12 wait_for loses a cancellation that comes with its answer
        process.send_signal(signal.SIGINT)

    assert process.wait(timeout=10) == 130
    process.stdin.close()
