"""An HTTP server on this machine that keeps what it is sent and answers as it is told."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import NamedTuple

from aiohttp import web


class Request(NamedTuple):
    """What was sent: `content` is what stands behind any compression, `body` what travelled."""

    path: str
    headers: Mapping[str, str]
    content: bytes
    body: bytes


class Receiver:
    """Answers each request by what `answer` makes of it; the default takes everything."""

    def __init__(self) -> None:
        self.url = ""
        self.silent = False
        self.over = asyncio.Event()
        self.requests: list[Request] = []
        self.answer: Callable[[Request], web.Response] = lambda request: web.Response()

    async def handle(self, request: web.Request) -> web.Response:
        body = b"".join([part async for part in request.content.iter_any()])
        content = gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body
        self.requests.append(Request(request.path, request.headers, content, body))
        if self.silent:
            await self.over.wait()
        return self.answer(self.requests[-1])


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Run a receiver on a free port."""
    receiver = Receiver()
    server = web.Server(receiver.handle, auto_decompress=False)  # type: ignore[arg-type]
    runner = web.ServerRunner(server, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        receiver.over.set()
        await runner.cleanup()
