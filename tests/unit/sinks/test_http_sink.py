"""A webhook: what it is sent, how that is signed, and how it may answer."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from streams.sinks.base import Batch, Item, Outcome, Place, Result, Unavailable
from streams.sinks.http import HttpOptions, HttpSink
from streams.testing.items import make_item, make_items
from tests.receiver import Receiver, receiving

ITEMS = make_items(3)


async def deliver(receiver: Receiver, items: Sequence[Item] = ITEMS, **options: Any) -> Sequence[Result]:
    sink = HttpSink(HttpOptions(url=receiver.url, **options), Place(name="hook", directory=Path()))
    await sink.start()
    try:
        return await sink.write(Batch("enriched", 0, items))
    finally:
        await sink.stop()


def results(*said: object) -> web.Response:
    return web.json_response({"results": said})


def outcomes(found: Sequence[Result]) -> list[str]:
    return [result.outcome.value for result in found]


async def test_a_request_holds_the_records_as_they_are_one_a_line() -> None:
    async with receiving() as receiver:
        assert outcomes(await deliver(receiver)) == ["ok"] * 3
    request = receiver.requests[0]
    assert request.headers["Content-Type"] == "application/x-ndjson"
    assert request.content == b"".join(item.value + b"\n" for item in ITEMS)


async def test_the_same_records_have_the_same_delivery_id() -> None:
    async with receiving() as receiver:
        for items in (ITEMS, ITEMS, ITEMS[:2]):
            await deliver(receiver, items)
    first, again, fewer = (request.headers["Weft-Delivery"] for request in receiver.requests)
    assert first == again != fewer


@pytest.mark.parametrize("compress", [False, True])
async def test_the_signature_is_that_of_the_moment_and_the_body_that_travelled(compress: bool, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("of the test")
    async with receiving() as receiver:
        await deliver(receiver, secret_file=tmp_path / "key", gzip=compress)
    request = receiver.requests[0]
    moment, _, signature = request.headers["Weft-Signature"].removeprefix("t=").partition(",v1=")
    signed = moment.encode() + b"." + request.body
    assert hmac.compare_digest(signature, hmac.new(b"of the test", signed, hashlib.sha256).hexdigest())


async def test_without_a_secret_nothing_is_signed() -> None:
    async with receiving() as receiver:
        await deliver(receiver)
    assert "Weft-Signature" not in receiver.requests[0].headers


@pytest.mark.parametrize(
    "answer",
    [
        web.Response,
        lambda: web.Response(text="thanks"),
        lambda: web.json_response({"received": 3}),
        lambda: web.json_response(["anything"]),
        lambda: results({"status": "ok"}, {"status": "ok"}, {"status": "ok"}),
    ],
)
async def test_an_answer_without_other_results_takes_all(answer: Any) -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: answer()
        assert outcomes(await deliver(receiver)) == ["ok"] * 3


async def test_each_record_may_have_its_own_result() -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: results(
            {"status": "ok"},
            {"status": "rejected", "reason": "no.customer"},
            {"status": "retry", "reason": "what the record says, in full"},
        )
        found = await deliver(receiver)
    assert found == [
        Result(Outcome.OK),
        Result(Outcome.REJECTED, "no.customer"),
        Result(Outcome.RETRY, "the receiver gave no reason"),  # a sentence might repeat the record
    ]


async def test_behind_a_retry_everything_of_that_trace_waits() -> None:
    items = [make_item(n, f"a-0-{n}", trace_id=trace) for n, trace in enumerate(["a" * 32, "b" * 32, "a" * 32])]
    items = [item._replace(key=item.record["trace_id"].encode()) for item in items]
    async with receiving() as receiver:
        receiver.answer = lambda request: results({"status": "retry"}, {"status": "ok"}, {"status": "ok"})
        assert outcomes(await deliver(receiver, items)) == ["retry", "ok", "retry"]


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text="{", content_type="application/json"),
        lambda: web.json_response({"results": [{"status": "ok"}]}),
        lambda: web.json_response({"results": "ok"}),
        lambda: results({"status": "ok"}, {"status": "fine"}, {"status": "ok"}),
        lambda: results({"status": "ok"}, None, {"status": "ok"}),
    ],
)
async def test_results_that_are_not_understood_tell_nothing(answer: Any) -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: answer()
        with pytest.raises(Unavailable):
            await deliver(receiver)
