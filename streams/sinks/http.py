"""JSON lines to a webhook, signed so that the receiver knows who sent them.

A request holds the records of a batch as they stand in `enriched`, one a line, and these headers:

    Weft-Delivery: a hash of the event ids, the same when the same records are sent again
    Weft-Signature: t=SECONDS,v1=HEX   (with a secret: HMAC-SHA256 of "SECONDS." and the body as it travels)

Any 2xx answer takes them all, unless it is JSON with one result a line, in their order:
`{"results": [{"status": "ok" | "retry" | "rejected", "reason": "one.word"}]}`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import orjson
from pydantic import Field

from streams.sinks.base import OK, Batch, Effect, Outcome, Place, Result, Sink, Unavailable
from streams.sinks.order import prefix_only
from streams.sinks.web import Answer, Web, WebOptions, secret_of

_REASON: Final = re.compile("[A-Za-z0-9_.-]{1,64}")
"""A word is taken over; a sentence might repeat what the record says."""

_NO_REASON: Final = "the receiver gave no reason"


class HttpOptions(WebOptions):
    """Options of a webhook."""

    gzip: bool = Field(False, description="compress requests; the signature covers the compressed body")
    secret_env: str | None = Field(None, description="variable that holds the key of the signature")
    secret_file: Path | None = Field(None, description="file that holds it")


class HttpSink(Sink):
    """Sends JSON lines to a webhook; the receiver drops what it has seen, by event id."""

    name = "http"
    effect = Effect.AT_LEAST_ONCE
    Options: ClassVar[type[HttpOptions]] = HttpOptions

    def __init__(self, options: HttpOptions, place: Place) -> None:
        super().__init__(options, place)
        where = f"sinks.{place.name}.options"
        secret = secret_of(options.secret_env, options.secret_file, f"{where}.secret")
        self._key = secret.encode() if secret is not None else None
        self._web = Web(options, where)

    async def start(self) -> None:
        """Make the session; whether anybody answers is seen by the first batch."""
        await self._web.start()

    async def write(self, batch: Batch) -> Sequence[Result]:
        """Send a batch as one request."""
        content = b"\n".join([item.value for item in batch.items]) + b"\n"
        ids = "\n".join([item.event_id for item in batch.items])
        headers = {
            "Content-Type": "application/x-ndjson",
            "Weft-Delivery": hashlib.sha256(ids.encode()).hexdigest()[:32],
        }
        answer = await self._web.post(self.options.url, content, headers, self._signed)
        return prefix_only(batch.items, _results(answer, len(batch.items)))

    async def stop(self) -> None:
        """Close the session."""
        await self._web.stop()

    def _signed(self, body: bytes) -> dict[str, str]:
        if self._key is None:
            return {}
        moment = str(int(time.time()))
        digest = hmac.new(self._key, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
        return {"Weft-Signature": f"t={moment},v1={digest}"}


def _results(answer: Answer, number: int) -> Sequence[Result]:
    """Read one result a record, where the receiver gives them.

    Raises:
        Unavailable: it gives results that are not understood, so that nothing is known.
    """
    if answer.content_type != "application/json":
        return [OK] * number
    try:
        said = orjson.loads(answer.content)
    except ValueError:
        raise Unavailable("the answer claims to be JSON and is not") from None
    if not isinstance(said, dict) or "results" not in said:
        return [OK] * number
    results = said["results"]
    if not isinstance(results, list) or len(results) != number:
        raise Unavailable(f"the answer must hold {number} results, one a line")
    return [_result(one) for one in results]


def _result(said: Any) -> Result:
    try:
        outcome = Outcome(said["status"])
    except (ValueError, KeyError, TypeError):
        raise Unavailable("a result has no status ok, retry or rejected") from None
    reason = str(said.get("reason", ""))
    return OK if outcome is Outcome.OK else Result(outcome, reason if _REASON.fullmatch(reason) else _NO_REASON)
