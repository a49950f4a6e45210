"""A TCP proxy that a test lets cut, hold back, delay and refuse, between something and the server that it talks to."""

from __future__ import annotations

import asyncio
from typing import Literal, Self

_CHUNK = 65_536

ProxyMood = Literal["well", "unreachable", "silent"]


class CuttingProxy:
    """Listens on `port` of the loopback interface and passes everything on to a server; use it as a context.

    While it is `unreachable`, there are no connections and new ones are ended at once; while it is `silent`, answers
    wait until it becomes something else. Requests always reach the server, so what is cut or silent may have been done.
    """

    def __init__(self, host: str, port: int) -> None:
        self.port = 0
        self.cuts = self.answered = 0
        self.delay_seconds = 0.0
        """How long each piece of an answer waits."""
        self._server_address = host, port
        self._mood: ProxyMood = "well"
        self._speaks = asyncio.Event()
        self._cut_at: int | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._speaks.set()
        self._listener = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def become(self, mood: ProxyMood) -> None:
        """Break or mend it; a cut that did not come yet is forgotten."""
        self._mood = mood
        self._cut_at = None
        if mood == "silent":
            self._speaks.clear()
        else:
            self._speaks.set()
        if mood == "unreachable":
            for writer in self._writers:
                writer.transport.abort()

    def cut_after(self, answered: int) -> None:
        """Cut one connection when the server has answered more than so many further bytes; no more are passed on."""
        self._cut_at = self.answered + answered

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine runs in a task
        self._tasks.add(task)
        try:
            if self._mood != "unreachable":
                await self._join(reader, writer)
        except OSError:
            pass  # either side may go away at any time
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(*self._server_address)
        ends = {writer, server_writer}
        self._writers |= ends
        ways = [
            asyncio.create_task(self._pass_requests(reader, server_writer)),
            asyncio.create_task(self._pass_answers(server_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in ends:
                end.transport.abort()
            self._writers -= ends

    async def _pass_requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()

    async def _pass_answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            await self._speaks.wait()
            if self.delay_seconds:
                await asyncio.sleep(self.delay_seconds)
            cut = self._cut_at is not None and self.answered + len(data) > self._cut_at
            if cut and self._cut_at is not None:
                data = data[: self._cut_at - self.answered]
            self.answered += len(data)
            writer.write(data)
            await writer.drain()
            if cut:
                self.cuts += 1
                self._cut_at = None
                return
