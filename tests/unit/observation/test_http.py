"""What a role answers over HTTP, asked over real connections."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from structlog.testing import capture_logs

from streams import http
from streams.errors import ConfigurationError
from streams.http import HttpServer
from streams.metrics import Metrics
from streams.monitor import Monitor


@pytest.fixture
async def server(monitor: Monitor, metrics: Metrics) -> AsyncIterator[HttpServer]:
    server = HttpServer("127.0.0.1", 0, metrics.registry, monitor)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def client(server: HttpServer) -> AsyncIterator[ClientSession]:
    async with ClientSession(server.address) as session:
        yield session


@pytest.mark.parametrize(
    ("path", "state", "status", "body"),
    [
        pytest.param("/health/live", {}, 200, {"live": True}, id="live"),
        pytest.param("/health/live", {"assigned": False}, 200, {"live": True}, id="live before the first assignment"),
        pytest.param(
            "/health/live", {"stuck": "no progress"}, 503, {"live": False, "reason": "no progress"}, id="stuck"
        ),
        pytest.param("/health/ready", {}, 200, {"ready": True}, id="ready"),
        pytest.param(
            "/health/ready",
            {"assigned": False},
            503,
            {"ready": False, "reason": "no partitions assigned yet"},
            id="not assigned",
        ),
        pytest.param(
            "/health/ready",
            {"held_outputs": ["enriched: gone"]},
            503,
            {"ready": False, "reason": "output is held: enriched: gone"},
            id="producing does not work",
        ),
    ],
)
async def test_probes(
    path: str, state: dict[str, Any], status: int, body: dict[str, Any], client: ClientSession, role: Any
) -> None:
    role.become(**state)

    async with client.get(path) as response:
        assert response.status == status
        assert await response.json() == body


async def test_the_report_is_answered_whatever_it_says(client: ClientSession, role: Any) -> None:
    role.become(stuck="no progress")

    async with client.get("/health") as response:
        assert response.status == 200
        report = await response.json()

    assert report["status"] == "FAILING"
    assert report["findings"][0]["message"] == "no progress"
    assert report["identity"]["pipeline"] == "c0ffee"


async def test_metrics_are_in_the_format_of_prometheus(client: ClientSession, metrics: Metrics) -> None:
    metrics.records_enriched.labels("logfmt").inc(7)

    async with client.get("/metrics") as response:
        text = await response.text()

    assert response.content_type == "text/plain"
    assert 'weft_records_enriched_total{dialect="logfmt"} 7.0\n' in text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/health/", 404),
        ("GET", "/metrics/../health/x", 404),
        ("POST", "/health", 405),
        ("PUT", "/metrics", 405),
        ("DELETE", "/health/live", 405),
    ],
)
async def test_everything_else_is_refused_as_json(method: str, path: str, status: int, client: ClientSession) -> None:
    async with client.request(method, path, data=b"ignored" if method == "POST" else None) as response:
        assert response.status == status
        assert response.content_type == "application/json"
        assert set(await response.json()) == {"error"}


async def test_a_head_request_has_no_body(client: ClientSession) -> None:
    async with client.head("/health") as response:
        assert response.status == 200
        assert await response.read() == b""


@pytest.mark.parametrize("path", ["/metrics", "/health", "/nothing"])
async def test_every_answer_keeps_browsers_and_caches_out(path: str, client: ClientSession) -> None:
    async with client.get(path) as response:
        headers = response.headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Server"] == "weft"


async def test_a_report_that_fails_is_an_error_without_details(client: ClientSession, role: Any) -> None:
    role.become(partitions=["no partition"])

    with capture_logs() as logs:
        async with client.get("/health") as response:
            assert response.status == 500
            assert await response.json() == {"error": "internal error"}

    assert [(entry["event"], entry["error"]) for entry in logs] == [("http.failed", "AttributeError")]


async def test_requests_are_not_logged(client: ClientSession, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="aiohttp")

    async with client.get("/health/live?token=secret") as response:
        assert response.status == 200

    assert caplog.records == []


async def test_the_address_tells_the_port_that_was_free(server: HttpServer) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:[1-9]\d+", server.address)


async def test_a_server_on_every_interface_is_reached_over_loopback(monitor: Monitor, metrics: Metrics) -> None:
    server = HttpServer("0.0.0.0", 0, metrics.registry, monitor)  # noqa: S104 - what a container sets
    await server.start()

    assert server.address.startswith("http://127.0.0.1:")
    async with ClientSession() as session, session.get(f"{server.address}/health/live") as response:
        assert response.status == 200
    await server.stop()


async def test_a_port_in_use_is_a_configuration_error(monitor: Monitor, metrics: Metrics) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = HttpServer("127.0.0.1", port, metrics.registry, monitor)

        with pytest.raises(ConfigurationError, match=f"cannot listen on 127.0.0.1:{port}") as raised:
            await server.start()
        await server.stop()

    assert "WEFT_HTTP_PORT" in raised.value.cure


async def test_a_client_that_does_not_read_delays_the_end_for_a_moment_only(
    monitor: Monitor, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_STOP_SECONDS", 0.05)
    asked = asyncio.Event()
    metrics.registry.register(Huge(asked))
    server = HttpServer("127.0.0.1", 0, metrics.registry, monitor)
    await server.start()
    address = urlsplit(server.address)
    _, writer = await asyncio.open_connection(address.hostname, address.port, limit=1)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.wait_for(asked.wait(), 10)

    await asyncio.wait_for(server.stop(), 10)

    writer.close()


class Huge(Collector):
    """Metrics that do not fit into the buffers between two processes; `asked` is set when they are wanted."""

    def __init__(self, asked: asyncio.Event) -> None:
        self._asked = asked

    def collect(self) -> Iterator[GaugeMetricFamily]:
        self._asked.set()
        yield GaugeMetricFamily("huge", "x" * 30_000_000, value=1)


async def test_an_open_connection_does_not_delay_the_end(monitor: Monitor, metrics: Metrics) -> None:
    server = HttpServer("127.0.0.1", 0, metrics.registry, monitor)
    await server.start()
    async with ClientSession(server.address) as session:
        async with session.get("/health/live") as response:
            await response.read()

        await server.stop()

        with pytest.raises(OSError, match="Cannot connect"):
            await session.get("/health/live")
