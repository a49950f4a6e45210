"""InfluxDB line protocol and StatsD: escapes and types, several lines, and texts that only resemble them."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import pytest

from streams.dialects.telemetry.influx import DIALECT as INFLUX
from streams.testing import FakeRecord
from tests.through import dead_of, record_of, records_of

TIME = "1465839830100400200"


def metric(line: str) -> dict[str, Any]:
    return dict(record_of(line)["metric"])


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1.0),
        ("-1.5e3", -1500.0),
        (".5", 0.5),
        ("10.", 10.0),
        ("7i", 7),
        ("-9223372036854775808i", -(2**63)),
        ("18446744073709551615u", "18446744073709551615"),
        ("t", 1),
        ("False", 0),
        ("1e400", "Infinity"),
    ],
)
def test_numbers_and_booleans_of_the_line_protocol(written: str, value: Any) -> None:
    found = metric(f"m,a=b f={written} {TIME}")["value"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("line", "name", "attributes"),
    [
        (r"my\ disk,a=b f=1", "my disk_f", {"a": "b"}),
        (r"a\,b,c\=d=e\ f f\,g=1", "a,b_f,g", {"c=d": "e f"}),
        (r"m,path=C:\\Users f=1", "m_f", {"path": r"C:\\Users"}),
        ('m,a=b f=1,s="a, b=c \\" \\\\ \\d"', "m_f", {"a": "b", "s": 'a, b=c " \\ \\d'}),
        ('m,a=b f=1,a="c"', "m_f", {"a": "b", "influx.a": "c"}),
        ("m,ü=é f=1", "m_f", {"ü": "é"}),
    ],
)
def test_escapes_of_the_line_protocol(line: str, name: str, attributes: dict[str, str]) -> None:
    record = record_of(line)
    assert (record["metric"]["name"], record["attributes"]) == (name, attributes)


@pytest.mark.parametrize("time", [TIME, "1465839830100400", "1465839830100", "1465839830"])
def test_a_time_of_any_unit_is_found_by_its_size(time: str) -> None:
    assert record_of(f"m f=1 {time}")["timestamp"][:19] == "2016-06-13T17:43:50"


def test_lines_and_fields_are_points_in_their_order() -> None:
    records = records_of(f"cpu,host=a user=1,system=2 {TIME}\r\ncpu,host=b user=3 {TIME}\n\n")
    assert [(record["metric"]["name"], record["metric"]["value"]) for record in records] == [
        ("cpu_user", 1.0),
        ("cpu_system", 2.0),
        ("cpu_user", 3.0),
    ]
    assert [record["resource"]["host.name"] for record in records] == ["a", "a", "b"]
    assert [record["event_id"] for record in records] == [f"raw-logs-0-0.{index}" for index in range(3)]


def test_a_text_may_hold_a_line_end() -> None:
    first, second = records_of(f'log,a=b text="one\ntwo" {TIME}\nlog,a=b text="three" {TIME}')
    assert (first["body"], first["attributes"]) == ("one\ntwo", {"a": "b", "influx.field": "text"})
    assert second["body"] == "three"


@pytest.mark.parametrize(
    "text",
    [
        "load value=1",
        "request took=15 status=200",
        "level=info status=200",
        "level=info,b=c took=5",
        "connected port=8080 12",
        f"m,a=b f=1 {TIME} more",
        f"m,a=b f=bare {TIME}",
        "m,a=b f=1\nand a line of prose",
        "m,a= f=1",
        "# a comment\nm,a=b f=1",
        "1,5 x=y",
    ],
)
def test_what_only_resembles_the_line_protocol_is_none(text: str) -> None:
    assert {record["signal"] for record in records_of(text)} == {"log"}


def test_one_field_of_several_can_be_replayed_alone() -> None:
    line = f'm,a=b f=1,text="x, y=1",g=2i {TIME}\n'
    parts = INFLUX.split_text(line, UTC) if INFLUX.split_text else None
    assert parts is not None
    assert [parts.alone(index, item) for index, item in enumerate(parts.items)] == [
        f'm,a=b f=1,text="x, y=1" {TIME}\n',
        f'm,a=b text="x, y=1",g=2i {TIME}\n',
    ]


@pytest.mark.parametrize(
    ("line", "kind", "temporality", "value"),
    [
        ("hits:1|c", "sum", "delta", 1),
        ("hits:-2|c", "sum", "delta", -2),
        ("hits:1|c|@0.5", "sum", "delta", 2),
        ("hits:2|c|@0.1", "sum", "delta", 20),
        ("hits:1|c|@0.3", "sum", "delta", 1 / 0.3),
        ("hits:1|c|@7", "sum", "delta", 1),
        ("hits:1|c|@odd", "sum", "delta", 1),
        ("fuel:0.5|g", "gauge", None, 0.5),
        ("fuel:+3|g", "sum", "delta", 3),
        ("fuel:-3|g", "sum", "delta", -3),
        ("song:240|h|@0.5", "gauge", None, 240),
        ("song:240|d", "gauge", None, 240),
        ("users:alice|s", "sum", "delta", 1),
        ("big:99999999999999999999|g", "gauge", None, "99999999999999999999"),
    ],
)
def test_types_of_statsd(line: str, kind: str, temporality: str | None, value: Any) -> None:
    found = metric(line)
    assert (found["type"], found["temporality"]) == (kind, temporality)
    assert found["value"] == pytest.approx(value) if isinstance(value, float) else found["value"] == value


def test_a_timer_is_in_milliseconds() -> None:
    assert metric("glork:320|ms|@0.1")["unit"] == "ms"


@pytest.mark.parametrize(
    ("line", "attributes"),
    [
        ("m:1|g|#a:b,c,d:e:f", {"a": "b", "tags": ["c"], "d": "e:f"}),
        ("m:1|g|#a:1,a:2", {"a": ["1", "2"]}),
        ("m,a=b:1|g", {"a": "b"}),
        ("m;a=b;c=d:1|g", {"a": "b", "c": "d"}),
        ("m:1|g|odd|#a:b|@0.5", {"a": "b", "statsd.sections": ["odd"], "statsd.sample_rate": 0.5}),
        ("m:1|g|e:it-false|card:low", {"dogstatsd.external_data": "it-false", "dogstatsd.cardinality": "low"}),
        ("m:1|g|", {}),
    ],
)
def test_tags_and_sections_of_statsd(line: str, attributes: dict[str, Any]) -> None:
    assert record_of(line)["attributes"] == {"statsd.type": "g", **attributes}


def test_unified_service_tags_describe_the_resource() -> None:
    record = record_of("m:1|g|#service:shop,env:prod,version:2.1|c:83c0a99c0a54|T1656581400")
    assert record["resource"] == {
        "service.name": "shop",
        "deployment.environment.name": "prod",
        "service.version": "2.1",
        "container.id": "83c0a99c0a54",
    }
    assert record["timestamp"] == "2022-06-30T09:30:00.000000000Z"


def test_packed_values_are_points_of_their_own() -> None:
    records = records_of("t:1:2.5:3|h|#a:b\n")
    assert [record["metric"]["value"] for record in records] == [1, 2.5, 3]


def test_lengths_of_an_event_are_in_bytes_or_in_characters() -> None:
    for lengths in ("6,6", "5,5"):
        record = record_of(f"_e{{{lengths}}}:Übung|é\\nab|h:web-1|p:low|k:key")
        assert (record["body"], record["resource"]["host.name"]) == ("é\nab", "web-1")
        assert record["attributes"]["dogstatsd.priority"] == "low"


@pytest.mark.parametrize(("status", "severity"), [("0", 9), ("1", 13), ("2", 17), ("3", 0)])
def test_severities_of_service_checks(status: str, severity: int) -> None:
    record = record_of(f"_sc|Redis connection|{status}|h:web-1")
    assert (record["severity_number"], record["severity_text"], record["body"]) == (
        severity,
        status,
        "Redis connection",
    )


@pytest.mark.parametrize(
    "text",
    [
        "a:1|b",
        "time: 12|c",
        "key:value|g",
        "x:1|c\nprose",
        "_e{5,5}:short|x",
        "_sc|name|7",
        "12:30|c",
        "a|b|c",
    ],
)
def test_what_only_resembles_statsd_is_none(text: str) -> None:
    assert "statsd" not in {record["dialect"] for record in records_of(text)}


@pytest.mark.parametrize("name", ["influx", "statsd"])
def test_a_value_that_is_not_of_the_named_dialect_is_a_dead_letter(name: str) -> None:
    assert dead_of(FakeRecord(b"prose", headers=(("weft-dialect", name.encode()),))).reason == "decode.dialect"


@pytest.mark.parametrize("line", ["hits:1|c", f"m,a=b f=1 {TIME}"])
def test_a_point_has_no_body_and_takes_no_trace_of_its_headers(line: str) -> None:
    headers = (("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),)
    record = record_of(FakeRecord(line.encode(), headers=headers))
    assert (record["body"], record["trace_id"]) == (None, None)
