"""OTLP over HTTP: what a batch is sent as, and what the answers that the specification knows mean."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)

from schemas.examples import example, example_names
from streams.sinks.base import Batch, Item, Place, Refused, Result, Unavailable
from streams.sinks.otlp.sink import OtlpOptions, OtlpSink
from streams.testing.items import make_item
from tests.otlp_requests import ids_of
from tests.receiver import Receiver, receiving


async def deliver(receiver: Receiver, items: Sequence[Item], **options: Any) -> Sequence[Result]:
    sink = OtlpSink(OtlpOptions(url=receiver.url, **options), Place(name="otlp", directory=Path()))
    await sink.start()
    try:
        return await sink.write(Batch("enriched", 0, items))
    finally:
        await sink.stop()


def log(offset: int, **changes: Any) -> Item:
    made = make_item(offset, f"raw-logs-0-{offset}")
    record = {**example("log"), "event_id": made.event_id, **changes}
    return made._replace(record=record, key=(record["trace_id"] or "").encode() or None)


def span(offset: int) -> Item:
    made = make_item(offset, f"raw-logs-0-{offset}")
    record = {**example("span"), "event_id": made.event_id, "trace_id": log(0).record["trace_id"]}
    return made._replace(record=record, key=log(0).key)


def outcomes(found: Sequence[Result]) -> list[str]:
    return [result.outcome.value for result in found]


async def test_each_signal_of_a_batch_is_one_request_with_every_record_by_its_event_id() -> None:
    items = [
        make_item(n, f"raw-logs-0-{n}")._replace(record={**example(name), "event_id": f"raw-logs-0-{n}"})
        for n, name in enumerate(example_names())
    ]
    async with receiving() as receiver:
        assert outcomes(await deliver(receiver, items)) == ["ok"] * len(items)
    assert sorted(request.path for request in receiver.requests) == ["/v1/logs", "/v1/metrics", "/v1/traces"]
    assert {request.headers["Content-Type"] for request in receiver.requests} == {"application/x-protobuf"}
    assert {request.headers["Content-Encoding"] for request in receiver.requests} == {"gzip"}
    assert sorted(found for request in receiver.requests for found in ids_of(request)) == sorted(
        item.event_id for item in items
    )


async def test_records_of_one_resource_and_scope_share_them() -> None:
    items = [log(0), log(1), log(2, resource={"service.name": "other"}), log(3)]
    async with receiving() as receiver:
        await deliver(receiver, items)
    request = ExportLogsServiceRequest.FromString(receiver.requests[0].content)
    assert [len(found.scope_logs[0].log_records) for found in request.resource_logs] == [3, 1]


async def test_a_log_tells_when_it_was_observed() -> None:
    async with receiving() as receiver:
        await deliver(receiver, [log(0, observed_timestamp="2026-03-01T12:00:00.123456789Z", attributes={})])
    request = ExportLogsServiceRequest.FromString(receiver.requests[0].content)
    assert request.resource_logs[0].scope_logs[0].log_records[0].observed_time_unix_nano == 1_772_366_400_123_456_789


async def test_a_record_that_otlp_has_no_room_for_is_rejected_alone() -> None:
    async with receiving() as receiver:
        found = await deliver(receiver, [log(0), log(1, dropped_attributes_count=2**40), log(2)])
    assert outcomes(found) == ["ok", "rejected", "ok"]
    assert found[1].reason == "OTLP cannot say it: ValueError"


async def test_an_integer_beyond_64_bits_arrives_as_text() -> None:
    async with receiving() as receiver:
        assert outcomes(await deliver(receiver, [log(0, attributes={"big": 2**70})])) == ["ok"]
    request = ExportLogsServiceRequest.FromString(receiver.requests[0].content)
    values = {
        pair.key: pair.value.string_value for pair in request.resource_logs[0].scope_logs[0].log_records[0].attributes
    }
    assert values["big"] == str(2**70)


def partial(rejected: int, message: str = "") -> web.Response:
    response = ExportLogsServiceResponse(
        partial_success=ExportLogsPartialSuccess(rejected_log_records=rejected, error_message=message)
    )
    return web.Response(body=response.SerializeToString(), content_type="application/x-protobuf")


async def test_a_partial_success_that_rejects_is_refused_so_that_the_one_to_blame_is_found() -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: partial(1)
        with pytest.raises(Refused):
            await deliver(receiver, [log(0), log(1)])


async def test_a_partial_success_that_only_warns_is_a_success() -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: partial(0, "use another name")
        assert outcomes(await deliver(receiver, [log(0)])) == ["ok"]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_receiver_that_is_busy_is_tried_again(status: int) -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: web.Response(status=status, headers={"Retry-After": "3"})
        with pytest.raises(Unavailable) as raised:
            await deliver(receiver, [log(0)])
    assert raised.value.retry_after == 3


async def test_what_one_signal_has_got_is_known_while_another_must_wait() -> None:
    """Of a trace nothing counts as stored behind what waits."""
    async with receiving() as receiver:
        receiver.answer = lambda request: web.Response(status=503 if request.path == "/v1/traces" else 200)
        found = await deliver(receiver, [log(0), span(1), log(2), log(3, trace_id=None)])
    assert outcomes(found) == ["ok", "retry", "retry", "ok"]


@pytest.mark.parametrize("value", ["many", -1, 5, 2**40, 1.5, True, None, [5], {"a": 1}, "2026-06-20T12:00:00.123500Z"])
@pytest.mark.parametrize("name", ["log", "span", "metric_sum"])
async def test_names_of_ours_that_a_stranger_uses_cost_no_record(name: str, value: Any) -> None:
    """Anybody may send attributes named like those that stand for fields of OTLP."""
    record = {**example(name), "event_id": "raw-logs-0-1"}
    said = dict.fromkeys(
        (f"otel.{what}" for what in ("observed_timestamp", "span.parent.origin", "metric.metadata")), value
    )
    about = ("schema_url", "dropped_attributes_count", "entity_refs")
    record |= {
        "attributes": {**record["attributes"], **said},
        "resource": {**record["resource"], **{f"otel.resource.{what}": value for what in about}},
        "scope": {"attributes": {f"otel.scope.{what}": value for what in about}},
    }
    async with receiving() as receiver:
        assert outcomes(await deliver(receiver, [make_item(1, "raw-logs-0-1")._replace(record=record)])) == ["ok"]
