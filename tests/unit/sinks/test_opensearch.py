"""OpenSearch: what a bulk request holds, and what its documented answers mean."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from pydantic import ValidationError

from streams.sinks.base import Batch, Item, Place, Result, Unavailable
from streams.sinks.opensearch import OpenSearchOptions, OpenSearchSink
from streams.testing.items import make_item
from tests.receiver import Receiver, receiving

TRACES = ("a" * 32, "b" * 32, "a" * 32)


def item(offset: int, trace_id: str, **changes: Any) -> Item:
    made = make_item(offset, f"raw-logs-0-{offset}", trace_id=trace_id, **changes)
    return made._replace(key=trace_id.encode())


ITEMS = [item(offset, trace_id) for offset, trace_id in enumerate(TRACES)]


async def deliver(
    receiver: Receiver, items: Sequence[Item] = ITEMS, *, rewrite: bool = False, **options: Any
) -> Sequence[Result]:
    place = Place(name="opensearch", directory=Path(), rewrite=rewrite)
    sink = OpenSearchSink(OpenSearchOptions(url=receiver.url, **options), place)
    await sink.start()
    try:
        return await sink.write(Batch("enriched", 0, items))
    finally:
        await sink.stop()


def bulk(*statuses: int) -> web.Response:
    """An answer as the documentation of the bulk API shows it."""
    said = [
        {"create": {"_index": "weft-log", "_id": str(n), "status": status}}
        if status < 300
        else {"create": {"_index": "weft-log", "_id": str(n), "status": status, "error": {"type": f"type_{status}"}}}
        for n, status in enumerate(statuses)
    ]
    return web.json_response({"took": 3, "errors": any(status >= 300 for status in statuses), "items": said})


def outcomes(found: Sequence[Result]) -> list[tuple[str, str]]:
    return [(result.outcome.value, result.reason) for result in found]


async def test_a_request_creates_one_document_a_record_under_its_event_id() -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: bulk(201, 201, 201)
        assert outcomes(await deliver(receiver)) == [("ok", "")] * 3
    request = receiver.requests[0]
    lines = [orjson.loads(line) for line in request.content.splitlines()]
    assert (request.path, request.headers["Content-Type"]) == ("/_bulk", "application/x-ndjson")
    assert request.content.endswith(b"\n")
    assert lines[0::2] == [
        {"create": {"_index": f"weft-{sent.record['signal']}", "_id": sent.event_id}} for sent in ITEMS
    ]
    assert [line["event_id"] for line in lines[1::2]] == [sent.event_id for sent in ITEMS]


async def test_to_rewrite_replaces_documents() -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: bulk(200, 200, 200)
        await deliver(receiver, rewrite=True)
    assert set(orjson.loads(receiver.requests[0].content.splitlines()[0])) == {"index"}


async def test_a_body_is_text_in_every_document() -> None:
    """A field has one type in an index: the second type would be refused."""
    items = [item(n, "a" * 32, body=body) for n, body in enumerate(["text", {"a": [1]}, 7, None])]
    async with receiving() as receiver:
        receiver.answer = lambda request: bulk(201, 201, 201, 201)
        await deliver(receiver, items)
    documents = [orjson.loads(line) for line in receiver.requests[0].content.splitlines()[1::2]]
    assert [document["body"] for document in documents] == ["text", '{"a":[1]}', "7", None]
    assert [document.get("body_encoding") for document in documents] == [None, "json", "json", None]


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((201, 409, 201), ["ok", "ok", "ok"]),
        ((201, 400, 201), ["ok", "rejected", "ok"]),
        ((429, 201, 201), ["retry", "ok", "retry"]),
        ((201, 503, 201), ["ok", "retry", "ok"]),
        ((404, 403, 401), ["retry", "retry", "retry"]),
    ],
)
async def test_each_documents_status_is_its_records_result(statuses: tuple[int, ...], expected: list[str]) -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: bulk(*statuses)
        assert [outcome for outcome, _ in outcomes(await deliver(receiver))] == expected


async def test_a_rejection_names_the_type_of_the_error_and_not_its_text() -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: bulk(201, 400, 201)
        assert outcomes(await deliver(receiver))[1] == ("rejected", "type_400")


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="hello"),
        lambda: web.json_response([]),
        lambda: web.json_response({"errors": False, "items": []}),
        lambda: web.json_response({"errors": True, "items": [{}, {}, {}]}),
        lambda: web.json_response({"errors": True, "items": [{"create": {"status": "x"}}] * 3}),
    ],
)
async def test_an_answer_that_is_not_one_of_the_bulk_api_tells_nothing(answer: Any) -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: answer()
        with pytest.raises(Unavailable):
            await deliver(receiver)


@pytest.mark.parametrize("index", ["Weft", "_weft", "weft-{service}", "", "{", "-x"])
def test_an_index_has_a_name_that_opensearch_takes(index: str) -> None:
    with pytest.raises(ValidationError):
        OpenSearchOptions(index=index)
