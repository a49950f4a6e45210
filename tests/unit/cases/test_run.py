"""Cases read from files and taken through the pipeline."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from streams.cases.model import CaseFile, Cases, read_cases
from streams.cases.run import Result, run_cases
from streams.errors import ConfigurationError
from streams.settings import ProcessorEntry, Settings

STAMP = ProcessorEntry(name="stamp", use="tests.unit.test_reload:Stamp", options={"word": "given"})


def result_of(case: dict[str, Any], path: Path = Path("x.yaml"), given: Settings | None = None, **file: Any) -> Result:
    """Run one case that stands alone in a file; `given` settings are those of the command."""
    read = CaseFile.model_validate({"cases": [case], **file})
    (result,) = run_cases(Cases(path=path, file=read, lines=[1]), given or Settings())
    return result


def got(*given: Any, settings: dict[str, Any] | None = None, **case: Any) -> Result:
    """The result of one case without expectations, with the file's own settings."""
    whole = {"name": "x", "input": list(given), "expected": {}, **case}
    return result_of(whole, settings={"processors": [], **(settings or {})})


@pytest.mark.parametrize(
    ("given", "body"),
    [
        pytest.param("plain", "plain", id="a text"),
        pytest.param({"value": "plain"}, "plain", id="a value"),
        pytest.param({"json": {"message": "ö", "n": 1}}, "ö", id="JSON"),
        pytest.param({"value_b64": base64.b64encode(b"bytes").decode()}, "bytes", id="Base64"),
    ],
)
def test_a_value_has_several_forms(given: Any, body: Any) -> None:
    (record,) = got(given).got.records
    assert record["body"] == body


def test_a_record_stands_where_it_says() -> None:
    place = {"topic": "other", "partition": 3, "offset": 7, "timestamp_ms": 1_700_000_000_000}
    (record,) = got({"value": "x", **place}).got.records
    assert record["event_id"] == "other-3-7"
    assert record["observed_timestamp"] == "2023-11-14T22:13:20.000000000Z"


def test_records_follow_each_other_in_their_partition() -> None:
    found = got("a", {"value": "b", "partition": 1}, {"value": "c", "offset": 5}, "d").got
    assert [record["event_id"] for record in found.records] == [
        "raw-logs-0-0", "raw-logs-0-5", "raw-logs-0-6", "raw-logs-1-0",
    ]  # fmt: skip


def test_key_and_headers_reach_the_pipeline() -> None:
    found = got({"value": "{", "key": "k", "headers": {"content-type": "application/json"}}).got
    assert [letter["reason"] for letter in found.dead] == ["decode.json"]


def test_a_tombstone_is_a_dead_letter() -> None:
    assert got({"value": None}).got.dead == [
        {"reason": "decode.tombstone", "stage": "decode", "error": "RejectedRecord: the value is null", "offset": 0}
    ]


def test_lines_that_the_topics_setting_joins_are_joined() -> None:
    settings = {"topics": {"raw-logs": {"multiline": {"enabled": True}}}}
    (record,) = got("java.io.IOException: full", "\tat a.B.c(B.java:7)", settings=settings).got.records
    assert "multiline" in record["flags"]


def test_sampled_records_are_counted() -> None:
    trace = {"json": {"trace_id": "4bf92f3577b34da6a3ce929d0e0e4736", "message": "x"}}
    result = got(trace, settings={"processors": [{"name": "sample", "options": {"percent": 0}}]})
    assert (result.got.sampled, [one.path for one in result.differences]) == (1, ["sampled"])


@pytest.mark.parametrize(("answers", "owner"), [({"owner": {"cart": "team"}}, "team"), ({}, None)])
def test_look_ups_are_answered_by_the_case(answers: dict[str, Any], owner: str | None) -> None:
    settings = {"processors": [{"name": "owner", "use": "tests.unit.pipeline.test_chain:Owner"}]}
    given = {"json": {"message": "x", "service.name": "cart"}}
    (record,) = got(given, settings=settings, answers=answers).got.records
    assert record["resource"].get("service.owner") == owner


def test_what_comes_out_unexpectedly_is_a_difference() -> None:
    result = got("a", {"value": None})
    assert [one.path for one in result.differences] == ["records[0]", "dead[0]"]


def test_settings_of_the_file_count_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    case = {"name": "x", "input": "x", "expected": {"records": [{"attributes": {"word": "given"}}]}}
    given = Settings(processors=(STAMP,))
    assert result_of(case, given=given).differences == []
    monkeypatch.setenv("WEFT_TIME_ZONE", "no such zone")
    assert [one.path for one in result_of(case, given=given, settings={}).differences] == ["records[0].attributes.word"]


def test_files_that_the_settings_name_are_beside_the_cases(tmp_path: Path) -> None:
    (tmp_path / "services.csv").write_text("name,owner\ncart,team\n")
    processors = [{"name": "service_catalog", "options": {"file": "services.csv"}}]
    case = {
        "name": "x",
        "input": {"json": {"message": "x", "service.name": "cart"}},
        "expected": {"records": [{"resource": {"service.owner": "team"}}]},
    }
    assert result_of(case, tmp_path / "x.yaml", settings={"processors": processors}).differences == []


def test_wrong_settings_are_told_with_their_place() -> None:
    case = {"name": "x", "input": "x", "expected": {}}
    with pytest.raises(ConfigurationError, match=r"x\.yaml: settings: limits\.depth: Input should be"):
        result_of(case, settings={"limits": {"depth": 0}})


def test_a_file_is_read_with_the_lines_of_its_cases(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("cases:\n\n- {name: a, input: x, expected: {}}\n- name: b\n  input: [x]\n  expected: {}\n")
    cases = read_cases(path)
    assert ([case.name for case in cases.file.cases], cases.lines) == (["a", "b"], [3, 4])
    assert cases.file.settings is None


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(None, "No such file", id="missing"),
        pytest.param(b"\xff", "not UTF-8", id="no text"),
        pytest.param(b"a: [\n", "line 2: ", id="no YAML"),
        pytest.param(b"a: !!python/name:os.system x\n", "line 1: could not determine a constructor", id="a Python tag"),
        pytest.param(b"a: !exactly [1]\n", "line 1: !exactly stands before a mapping", id="a tag at the wrong place"),
        pytest.param(b"", "cases: Field required", id="empty"),
        pytest.param(b"- a\n", "dictionary", id="a list"),
        pytest.param(b"cases: []\n", "cases: ", id="no cases"),
        pytest.param(b"case: []\ncases: [{name: a, input: x, expected: {}}]\n", "case: Extra inputs", id="unknown key"),
        pytest.param(
            b"cases:\n- {name: a, input: x, expected: {}}\n- {name: a, expected: {}}\n",
            "line 3: cases.1.input: Field required", id="no input",
        ),
        pytest.param(b"cases: [{name: a, input: x}]\n", "line 1: cases.0.expected: Field", id="no expectation"),
        pytest.param(
            b"cases: [{name: a, input: {value: x, json: 1}, expected: {}}]\n",
            "there must be one of value, json, value_b64", id="two values",
        ),
        pytest.param(b"cases: [{name: a, input: {key: x}, expected: {}}]\n", "there must be one of", id="no value"),
        pytest.param(b"cases: [{name: a, input: {value_b64: '?'}, expected: {}}]\n", "not Base64", id="no Base64"),
        pytest.param(
            b"cases: [{name: a, input: x, expected: {record: {}}}]\n", "record: Extra inputs", id="a wrong word"
        ),
    ],
)  # fmt: skip
def test_a_file_of_another_form_is_refused_with_its_place(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "x.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=told) as caught:
        read_cases(path)
    assert caught.value.message.startswith(str(path))
