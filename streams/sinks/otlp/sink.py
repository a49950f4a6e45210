"""OTLP over HTTP in protobuf, to any collector or backend.

Source: OpenTelemetry Protocol specification, "OTLP/HTTP". A partial success does not say which records were refused;
so the batch is sent again in halves until that is known. The specification forbids to send it again, because what was
taken comes twice: it carries its event id, and the alternative is to lose records without a word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Final, NamedTuple

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from pydantic import Field

from streams.sinks.base import OK, Batch, Effect, Item, Outcome, Place, Refused, Result, Sink, Unavailable
from streams.sinks.order import prefix_only
from streams.sinks.otlp.requests import Message, message_of, request_of
from streams.sinks.web import Web, WebOptions

EVENT_ID: Final = "weft.event_id"
"""The attribute that carries a record's identity."""

_HEADERS: Final = {"Content-Type": "application/x-protobuf"}
_PATHS: Final = MappingProxyType({"log": "/v1/logs", "metric": "/v1/metrics", "span": "/v1/traces"})
_RESPONSES: Final[Mapping[str, tuple[Any, str]]] = MappingProxyType(
    {
        "log": (ExportLogsServiceResponse, "rejected_log_records"),
        "metric": (ExportMetricsServiceResponse, "rejected_data_points"),
        "span": (ExportTraceServiceResponse, "rejected_spans"),
    }
)


class OtlpOptions(WebOptions):
    """Options of OTLP."""

    url: str = Field("http://127.0.0.1:4318", description="the receiver, to which /v1/logs and so on is added")


class OtlpSink(Sink):
    """Exports logs, data points and spans to an OTLP/HTTP receiver."""

    name = "otlp"
    effect = Effect.AT_LEAST_ONCE
    Options: ClassVar[type[OtlpOptions]] = OtlpOptions

    def __init__(self, options: OtlpOptions, place: Place) -> None:
        super().__init__(options, place)
        self._web = Web(options, f"sinks.{place.name}.options")

    async def start(self) -> None:
        """Make the session; whether anybody answers is seen by the first batch."""
        await self._web.start()

    async def write(self, batch: Batch) -> Sequence[Result]:
        """Send a batch as one request for each signal in it.

        Raises:
            Unavailable: the receiver does not take the first of them now.
            Refused: it refuses something in the batch.
        """
        said = await asyncio.to_thread(_said, batch.items)
        results = list(said.results)
        failure: Unavailable | None = None
        for signal, (indexes, content) in said.requests.items():
            try:
                await self._send(signal, content)
            except Unavailable as error:
                failure = error
                for index in indexes:
                    results[index] = Result(Outcome.RETRY, str(error))
        if failure is not None and not any(result is OK for result in results):
            raise failure
        return prefix_only(batch.items, results)

    async def stop(self) -> None:
        """Close the session."""
        await self._web.stop()

    async def _send(self, signal: str, content: bytes) -> None:
        answer = await self._web.post(self.options.url + _PATHS[signal], content, _HEADERS)
        response, rejected = _RESPONSES[signal]
        try:
            partial = response.FromString(answer.content).partial_success
        except DecodeError:
            return  # a receiver that answers 2xx has taken it, whatever it says besides
        if getattr(partial, rejected):
            raise Refused("the receiver rejected a part of it")


class _Said(NamedTuple):
    """A batch in OTLP: for each signal the items' places and the request, and the results if all goes well."""

    requests: Mapping[str, tuple[Sequence[int], bytes]]
    results: Sequence[Result]


def _said(items: Sequence[Item]) -> _Said:
    results: list[Result] = [OK] * len(items)
    messages: dict[str, dict[int, Message]] = {}
    for index, item in enumerate(items):
        try:
            message = message_of(item.record, {EVENT_ID: item.event_id})
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            results[index] = Result(Outcome.REJECTED, f"OTLP cannot say it: {type(error).__name__}")
        else:
            messages.setdefault(item.record["signal"], {})[index] = message
    requests = {
        signal: request_of(signal, ((items[index].record, message) for index, message in found.items()))
        for signal, found in messages.items()
    }
    return _Said(
        {signal: (list(messages[signal]), request.SerializeToString()) for signal, request in requests.items()}, results
    )
