"""The proxy of the contract suite: what it passes on, cuts, holds back, delays and refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import pytest

from streams.testing.proxy import CuttingProxy


class Server:
    """Answers every line with `ok`, the line and a new line, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.was_asked = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                self.asked.append(line)
                self.was_asked.set()
                writer.write(b"ok " + line)
        except OSError:
            pass
        finally:
            writer.transport.abort()


@asynccontextmanager
async def proxied() -> AsyncIterator[tuple[Server, CuttingProxy]]:
    server = Server()
    listener = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    async with asyncio.timeout(10), CuttingProxy(*listener.sockets[0].getsockname()) as proxy:
        yield server, proxy
    listener.close()


async def ask(proxy: CuttingProxy, line: bytes) -> bytes:
    """Ask on a new connection; gives all that comes before its end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        writer.write(line + b"\n")
        answer = b""
        while not answer.endswith(b"\n") and (piece := await reader.read(100)):
            answer += piece
        return answer
    finally:
        writer.transport.abort()


async def heard(asking: Awaitable[bytes]) -> bytes:
    """Give what came before the connection was cut, if that can be known."""
    try:
        return await asking
    except OSError:
        return b""


async def asked(proxy: CuttingProxy, line: bytes) -> bytes:
    return await heard(ask(proxy, line))


async def test_it_passes_everything_on() -> None:
    async with proxied() as (server, proxy):
        answers = [await ask(proxy, b"a"), await ask(proxy, b"b")]
    assert (answers, server.asked, proxy.answered, proxy.cuts) == ([b"ok a\n", b"ok b\n"], [b"a\n", b"b\n"], 10, 0)


@pytest.mark.parametrize("answered", range(5))
async def test_it_cuts_an_answer_once_at_any_byte_after_the_server_was_asked(answered: int) -> None:
    async with proxied() as (server, proxy):
        await ask(proxy, b"a")
        proxy.cut_after(answered)
        got = await asked(proxy, b"b")
        after = await ask(proxy, b"c")
    assert b"ok b\n"[:answered].startswith(got)
    assert (server.asked, proxy.cuts, after) == ([b"a\n", b"b\n", b"c\n"], 1, b"ok c\n")


async def test_a_cut_waits_for_its_byte() -> None:
    async with proxied() as (_, proxy):
        proxy.cut_after(5)
        assert await ask(proxy, b"a") == b"ok a\n"
        assert proxy.cuts == 0
        assert await asked(proxy, b"b") == b""
        assert proxy.cuts == 1


async def test_while_it_is_silent_the_server_is_asked_and_not_heard() -> None:
    async with proxied() as (server, proxy):
        proxy.become("silent")
        asking = asyncio.create_task(ask(proxy, b"a"))
        await server.was_asked.wait()
        assert proxy.answered == 0
        proxy.become("well")
        assert await asking == b"ok a\n"


async def test_while_it_is_unreachable_connections_end() -> None:
    async with proxied() as (server, proxy):
        proxy.become("silent")
        asking = asyncio.create_task(ask(proxy, b"a"))
        await server.was_asked.wait()
        proxy.become("unreachable")
        assert (await asked(proxy, b"b"), await heard(asking)) == (b"", b"")
        proxy.become("well")
        assert await ask(proxy, b"c") == b"ok c\n"
        assert server.asked == [b"a\n", b"c\n"]


async def test_it_delays_answers() -> None:
    async with proxied() as (_, proxy):
        proxy.delay_seconds = 0.02
        began = asyncio.get_running_loop().time()
        await ask(proxy, b"a")
        assert asyncio.get_running_loop().time() - began >= 0.02
