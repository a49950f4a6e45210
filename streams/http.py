"""What a role answers over HTTP: metrics and health, never payload data, and nothing that changes its state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol, TypeAlias

import orjson
import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from streams.errors import ConfigurationError
from streams.health import Report

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_STOP_SECONDS: Final = 1.0
"""How long a client that does not read its answer may delay the role's end."""

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Server": "weft",
    "X-Content-Type-Options": "nosniff",
}

_WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised here, not bound to
"""Addresses that mean every interface, and the one to reach them at from this machine."""

log = structlog.get_logger()


class Health(Protocol):
    """What the endpoints ask a role; `streams.monitor.Monitor` is one."""

    def stuck(self) -> str | None:
        """Say what makes no progress, or None."""

    def unready(self) -> str | None:
        """Say why the role is not ready, or None."""

    def report(self) -> Report:
        """Give the whole report."""


class HttpServer:
    """Serves `/metrics`, `/health`, `/health/live` and `/health/ready` until it is stopped.

    `address` is known after `start`: `http://HOST:PORT` as this machine reaches it.
    """

    def __init__(self, host: str, port: int, registry: CollectorRegistry, health: Health) -> None:
        self.address = ""
        self._host = host
        self._port = port
        self._runner = web.AppRunner(_application(registry, health), access_log=None, shutdown_timeout=_STOP_SECONDS)

    async def start(self) -> None:
        """Listen; port 0 takes any free one.

        Raises:
            ConfigurationError: the address cannot be had.
        """
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            raise ConfigurationError(
                f"cannot listen on {self._host}:{self._port}: {error.strerror}",
                cure="Set WEFT_HTTP_PORT to a free port (0: any) and WEFT_HTTP_HOST to an address of this machine.",
            ) from None
        self.address = _reachable(*self._runner.addresses[0][:2])

    async def stop(self) -> None:
        """Close every connection."""
        await self._runner.cleanup()


def _reachable(host: str, port: int) -> str:
    host = _WILDCARDS.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _application(registry: CollectorRegistry, health: Health) -> web.Application:
    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def live(_: web.Request) -> web.Response:
        return _probe("live", health.stuck())

    async def ready(_: web.Request) -> web.Response:
        return _probe("ready", health.unready())

    async def full_report(_: web.Request) -> web.Response:
        return _json(health.report())

    application = web.Application(middlewares=[_errors_as_json])
    application.on_response_prepare.append(_add_headers)
    application.add_routes(
        [
            web.get("/metrics", metrics),
            web.get("/health", full_report),
            web.get("/health/live", live),
            web.get("/health/ready", ready),
        ]
    )
    return application


def _probe(name: str, reason: str | None) -> web.Response:
    if reason is None:
        return _json({name: True})
    return _json({name: False, "reason": reason}, status=503)


def _json(content: Any, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(content), status=status, content_type="application/json")


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        error.body = orjson.dumps({"error": error.reason})
        error.content_type = "application/json"
        raise
    except Exception as error:  # noqa: BLE001 - a question that cannot be answered does not end the role
        log.error("http.failed", path=request.path, error=type(error).__name__)
        return _json({"error": "internal error"}, status=500)


async def _add_headers(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
