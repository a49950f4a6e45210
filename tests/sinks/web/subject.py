"""The sinks that speak HTTP for the contract's checks: a receiver as their store, behind a proxy."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import orjson
from aiohttp import web
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from streams.sinks.base import Item, Place, Sink
from streams.sinks.http import HttpOptions, HttpSink
from streams.sinks.opensearch import OpenSearchOptions, OpenSearchSink
from streams.sinks.otlp.sink import OtlpOptions, OtlpSink
from streams.sinks.stores import Stored
from streams.testing.items import changed
from streams.testing.sink_subject import ProxiedSinkUnderTest
from tests.otlp_requests import attributes_of, ids_of
from tests.receiver import Receiver, Request, receiving

SPOILED = "check.spoiled"


class WebUnderTest(ProxiedSinkUnderTest):
    """A receiver that keeps what it takes, and has no room while it is full."""

    receiver: Receiver

    def __init__(self) -> None:
        self.rows: list[Stored] = []
        self.full = False

    async def open(self) -> None:
        self._open = AsyncExitStack()
        self.receiver = await self._open.enter_async_context(receiving())
        self.receiver.answer = self._answer
        await self.open_proxy("127.0.0.1", int(self.receiver.url.rpartition(":")[2]))

    async def close(self) -> None:
        await super().close()
        await self._open.aclose()

    async def read(self) -> Sequence[Stored]:
        return self.rows

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.proxy.port}"

    def spoil(self, item: Item) -> Item:
        return changed(item, attributes={SPOILED: True})

    async def fill(self) -> None:
        self.full = True

    async def mend(self) -> None:
        self.full = False
        await super().mend()

    def _answer(self, request: Request) -> web.Response:
        return web.Response(status=507) if self.full else self.take(request)

    @abstractmethod
    def take(self, request: Request) -> web.Response:
        """Keep what a request holds, and answer it."""


class HttpUnderTest(WebUnderTest):
    """A webhook that answers each record."""

    def make(self, *, rewrite: bool = False) -> Sink:
        return HttpSink(HttpOptions(url=self.url), Place(name="http", directory=Path(), rewrite=rewrite))

    def take(self, request: Request) -> web.Response:
        records = [orjson.loads(line) for line in request.content.split(b"\n")[:-1]]
        bad = [SPOILED in record["attributes"] for record in records]
        self.rows += [record for record, spoiled in zip(records, bad, strict=True) if not spoiled]
        results = [{"status": "rejected" if spoiled else "ok"} for spoiled in bad]
        return web.json_response({"results": results})


class PlainHttpUnderTest(HttpUnderTest):
    """A webhook that takes a request or does not."""

    def take(self, request: Request) -> web.Response:
        if SPOILED.encode() in request.content:
            return web.Response(status=422)
        super().take(request)
        return web.Response()


class OtlpUnderTest(WebUnderTest):
    """A receiver that tells how many it rejects, and not which."""

    responses: dict[str, Any] = {  # noqa: RUF012 - nobody changes it
        "/v1/logs": (ExportLogsServiceResponse, "rejected_log_records"),
        "/v1/metrics": (ExportMetricsServiceResponse, "rejected_data_points"),
        "/v1/traces": (ExportTraceServiceResponse, "rejected_spans"),
    }

    def make(self, *, rewrite: bool = False) -> Sink:
        return OtlpSink(OtlpOptions(url=self.url), Place(name="otlp", directory=Path(), rewrite=rewrite))

    def take(self, request: Request) -> web.Response:
        kind, rejected = self.responses[request.path]
        response = kind()
        spoiled = len(attributes_of(request, SPOILED))
        if spoiled:
            setattr(response.partial_success, rejected, spoiled)
        else:
            self.rows += [{"event_id": event_id} for event_id in ids_of(request)]
        return web.Response(body=response.SerializeToString(), content_type="application/x-protobuf")


class OpenSearchUnderTest(WebUnderTest):
    """An index that does what the documentation of the bulk API says."""

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[str, Stored] = {}

    def make(self, *, rewrite: bool = False) -> Sink:
        place = Place(name="opensearch", directory=Path(), rewrite=rewrite)
        return OpenSearchSink(OpenSearchOptions(url=self.url), place)

    async def read(self) -> Sequence[Stored]:
        return [_record_of(document) for document in self.documents.values()]

    def take(self, request: Request) -> web.Response:
        lines = request.content.split(b"\n")[:-1]
        pairs = zip(lines[::2], lines[1::2], strict=True)
        items = [self._do(orjson.loads(action), orjson.loads(document)) for action, document in pairs]
        errors = any(next(iter(item.values()))["status"] >= 300 for item in items)
        return web.json_response({"took": 1, "errors": errors, "items": items})

    def _do(self, action: dict[str, Any], document: Stored) -> dict[str, Any]:
        (name, of), status = next(iter(action.items())), 201
        if SPOILED in document["attributes"]:
            status = 400
        elif name == "create" and of["_id"] in self.documents:
            status = 409
        else:
            self.documents[of["_id"]] = document
        error = {"error": {"type": "mapper_parsing_exception"}} if status >= 300 else {}
        return {name: {**of, "status": status, **error}}


def _record_of(document: Stored) -> Stored:
    record = dict(document)
    if record.pop("body_encoding", None) == "json":
        record["body"] = orjson.loads(record["body"])
    return record
