"""`weft explain`: what each input becomes and why, without a broker."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from schemas.conform import conform
from streams.cli.explain import explain
from streams.errors import ConfigurationError

LINES = (
    b'{"timestamp":"2026-11-20T12:00:00Z","severity":"WARN","message":"low\\u001b[2J","service":"cart","n":1}\n'
    b"\n"
    b'[{"msg":"a"},{"msg":"b"}]\r\n'
    b"\xff\x00"
)


def run(*arguments: str, stdin: bytes = b"") -> Result:
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(explain)
    return CliRunner().invoke(app, list(arguments), input=stdin, catch_exceptions=False)


def explained(*arguments: str, stdin: bytes) -> list[dict[str, Any]]:
    result = run("--json", *arguments, stdin=stdin)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def described(**record: Any) -> bytes:
    return json.dumps(record).encode() + b"\n"


def test_each_line_of_stdin_is_an_input_with_its_number_as_offset() -> None:
    inputs = explained(stdin=LINES)
    assert [item["input"] for item in inputs] == [0, 1, 2, 3]
    assert [[record["event_id"] for record in item["records"]] for item in inputs] == [
        ["raw-logs-0-0"],
        [],
        ["raw-logs-0-2.0", "raw-logs-0-2.1"],
        ["raw-logs-0-3"],
    ]
    assert inputs[1]["dead"] == [
        {"reason": "decode.empty", "stage": "decode", "error": "RejectedRecord: the value is blank", "index": None}
    ]
    for item in inputs:
        for record in item["records"]:
            conform(record)


@pytest.mark.parametrize("arguments", [[], ["-"]])
def test_stdin_is_read_when_no_file_is_named(arguments: list[str]) -> None:
    assert len(explained(*arguments, stdin=b"a\nb")) == 2


def test_a_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "app.log"
    file.write_bytes(LINES)
    assert len(explained(str(file), stdin=b"")) == 4


def test_kafka_records_are_described_in_full() -> None:
    (item,) = explained(
        "--format",
        "kafka",
        stdin=described(
            value='{"message":"x"}',
            key="k",
            headers=[["traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]],
            timestamp_ms=1_795_521_600_000,
            topic="orders",
            partition=3,
            offset=42,
        ),
    )
    (record,) = item["records"]
    assert record["event_id"] == "orders-3-42"
    assert record["observed_timestamp"] == "2026-11-24T12:00:00.000000000Z"
    assert record["trace_id"] == "4bf92f3577b34da6a3ce929d0e0e4736"


def test_kafka_values_may_be_bytes_or_null() -> None:
    inputs = explained(
        "--format", "kafka", stdin=described(value_b64=b64encode(b"\xff\x00").decode()) + described(value=None)
    )
    assert inputs[0]["records"][0]["dialect"] == "raw"
    assert inputs[1]["dead"][0]["reason"] == "decode.tombstone"


@pytest.mark.parametrize("line", [b"text\n", b"[]\n", b"{}\n", b'{"value_b64":"*"}\n', b'{"value":"x","headers":1}\n'])
def test_a_line_that_describes_no_record_is_an_error_with_its_number(line: bytes) -> None:
    with pytest.raises(ConfigurationError, match="line 2"):
        run("--format", "kafka", stdin=described(value="x") + line)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot read"):
        run(str(tmp_path / "absent"))


def test_the_readable_view_names_dialect_fields_flags_and_reasons() -> None:
    result = run(stdin=LINES)
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0].startswith("input 0 json because any object")
    assert lines[1:9] == [
        "input 0 json raw-logs-0-0",
        "timestamp 2026-11-20T12:00:00.000000000Z <- timestamp",
        "severity 13 WARN <- severity",
        "trace -",
        "body low\\u001b[2J <- message",
        "resource service.name = cart <- service",
        "attributes n = 1 <- n",
        "input 1 dead letter decode.empty in decode: RejectedRecord: the value is blank",
    ]
    assert "flags timestamp.missing" in lines


def test_a_pipe_gets_no_colours_and_no_control_characters() -> None:
    assert not {character for character in run(stdin=LINES).stdout if ord(character) < 32} - {"\n"}


def test_each_layer_says_which_rule_claimed_it_and_which_came_close() -> None:
    event = {"specversion": "1.0", "type": "t", "source": "/s", "id": "1", "data": {"message": "x"}}
    (item,) = explained(stdin=json.dumps(event).encode())
    assert [(layer["dialect"], layer["rule"]) for layer in item["why"]] == [
        ("cloudevents", "has id, source, specversion, type"),
        ("json", "any object"),
    ]
    del event["id"]
    (item,) = explained(stdin=json.dumps(event).encode())
    assert {"dialect": "cloudevents", "because": "lacks id"} in item["why"][0]["others"]


def test_each_field_says_where_it_came_from() -> None:
    value = {"level": "warn", "message": '{"msg":"inner","n":1}', "ctx": {"user": "u"}, "traceid": "a" * 32}
    (item,) = explained(
        "--format", "kafka", stdin=described(value=json.dumps(value), headers=[["traceparent", "ignored"]])
    )
    (origins,) = item["origins"]
    assert {
        "severity_text": "level",
        "severity_number": "level",
        "body": "message.msg",
        "attributes.n": "message.n",
        "attributes.ctx": "ctx.user",
        "trace_id": "traceid",
    }.items() <= origins.items()


def test_a_field_from_a_header_says_so() -> None:
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    (item,) = explained("--format", "kafka", stdin=described(value="{}", headers=[["traceparent", parent]]))
    assert item["origins"][0]["trace_id"] == "header traceparent"


def test_a_field_of_a_text_says_at_which_characters_it_stands() -> None:
    (item,) = explained(stdin=b'level=info msg="hi there"')
    assert item["origins"][0]["body"] == "characters 16 to 23"


JOINING = "topics: {raw-logs: {multiline: {enabled: true}}}"
TRACE = b"ERROR it failed\njava.lang.Error: no stock\n\tat shop.Main.main(Main.java:3)\nINFO next"


def test_lines_are_joined_where_the_topics_setting_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weft.yaml").write_text(JOINING)
    monkeypatch.setenv("WEFT_CONFIG", str(tmp_path / "weft.yaml"))

    inputs = explained(stdin=TRACE)

    assert [item["input"] for item in inputs] == [0, 1, 2, 3]
    assert [[record["event_id"] for record in item["records"]] for item in inputs] == [
        ["raw-logs-0-0"],
        [],
        [],
        ["raw-logs-0-3"],
    ]
    assert "multiline" in inputs[0]["records"][0]["flags"]
    assert [item.get("joined") for item in inputs] == [None, 0, 0, None]
    assert "input 2  joined to input 0" in run(stdin=TRACE).stdout


def test_offsets_that_begin_anew_are_another_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "weft.yaml").write_text(JOINING)
    monkeypatch.setenv("WEFT_CONFIG", str(tmp_path / "weft.yaml"))
    described_lines = [described(value=text, offset=n) for n, text in [(7, "ERROR one"), (3, "\tat a.B.c(B.java:1)")]]

    inputs = explained("--format", "kafka", stdin=b"".join(described_lines))

    assert [len(item["records"]) for item in inputs] == [1, 1]


def test_what_only_workers_know_is_told_beside_the_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "weft.yaml"
    config.write_text(
        "processors:\n"
        "  - {name: service_catalog, options: {topic: services}}\n"
        "  - {name: stamp, use: 'tests.unit.test_reload:Asks', options: {word: w}}\n"
    )
    monkeypatch.setenv("WEFT_CONFIG", str(config))

    result = run("--json", stdin=b"hello\n")

    assert json.loads(result.stdout)["records"][0]["body"] == "hello"
    assert result.stderr == (
        "service_catalog finds nothing here: only workers read its topic services. "
        "To see what it does, name a file instead of the topic.\n"
        "stamp has no answers here: only workers ask.\n"
    )
