"""OpenSearch, and what speaks its bulk API: one document a record, its event id as `_id`.

Source: OpenSearch documentation, "Bulk API": `create` answers 409 where the id is there, `index` replaces.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

import orjson
from pydantic import Field, field_validator

from streams.sinks.base import OK, Batch, Effect, Item, Outcome, Place, Result, Sink, Unavailable
from streams.sinks.order import prefix_only
from streams.sinks.web import Answer, Web, WebOptions

_THERE_ALREADY: Final = 409
_LATER: Final = frozenset({401, 403, 404, 408, 429, 500, 502, 503, 504})
"""What an operator can mend, or time does: no reason to give a record up."""


class OpenSearchOptions(WebOptions):
    """Options of OpenSearch."""

    url: str = Field("http://127.0.0.1:9200", description="the cluster: http or https, without user and password")
    index: str = Field("weft-{signal}", description="index or alias; {signal} is log, metric or span")

    @field_validator("index")
    @classmethod
    def _one_field(cls, index: str) -> str:
        name = index.replace("{signal}", "log")
        if "{" in name or "}" in name or not name or name != name.lower() or name[0] in "_-+":
            raise ValueError("small letters, with {signal} as the only part that varies")
        return index


class OpenSearchSink(Sink):
    """Indexes documents by event id: the first version stays, unless it was started to rewrite."""

    name = "opensearch"
    effect = Effect.KEYED
    Options: ClassVar[type[OpenSearchOptions]] = OpenSearchOptions

    def __init__(self, options: OpenSearchOptions, place: Place) -> None:
        super().__init__(options, place)
        self._web = Web(options, f"sinks.{place.name}.options")
        action = "index" if place.rewrite else "create"
        self._indexes = {
            signal: f'{{"{action}":{{"_index":"{options.index.replace("{signal}", signal)}","_id":"'.encode()
            for signal in ("log", "metric", "span")
        }

    async def start(self) -> None:
        """Make the session; whether anybody answers is seen by the first batch."""
        await self._web.start()

    async def write(self, batch: Batch) -> Sequence[Result]:
        """Send a batch as one bulk request."""
        lines: list[bytes] = []
        for item in batch.items:
            # an event id is a topic's name and numbers: nothing in it needs an escape
            lines += (self._indexes[item.record["signal"]] + item.event_id.encode() + b'"}}', _document(item))
        answer = await self._web.post(
            f"{self.options.url}/_bulk", b"\n".join([*lines, b""]), {"Content-Type": "application/x-ndjson"}
        )
        return prefix_only(batch.items, _results(answer, len(batch.items)))

    async def stop(self) -> None:
        """Close the session."""
        await self._web.stop()


def _document(item: Item) -> bytes:
    """Give the record with a body that is always text, because a field has one type in an index.

    `body_encoding` is there, `json`, where the body was something else.
    """
    body = item.record["body"]
    if isinstance(body, str) or body is None:
        return item.value
    return orjson.dumps(item.record | {"body": orjson.dumps(body).decode(), "body_encoding": "json"})


def _results(answer: Answer, number: int) -> Sequence[Result]:
    """Read one result a record.

    Raises:
        Unavailable: the answer is not one to a bulk request, so that nothing is known.
    """
    try:
        said = orjson.loads(answer.content)
        if said["errors"] is False and len(said["items"]) == number:
            return [OK] * number
        results = [_result(next(iter(item.values()))) for item in said["items"]]
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration):
        raise Unavailable("the answer is not one of the bulk API") from None
    if len(results) != number:
        raise Unavailable(f"the answer must hold {number} results")
    return results


def _result(said: dict[str, Any]) -> Result:
    status = int(said["status"])
    if 200 <= status < 300 or status == _THERE_ALREADY:
        return OK
    outcome = Outcome.RETRY if status in _LATER else Outcome.REJECTED
    return Result(outcome, str(said["error"]["type"])[:64])
