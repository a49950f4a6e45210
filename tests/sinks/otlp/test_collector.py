"""The OTLP sink against a real OpenTelemetry Collector, which sends on what it was sent.

It is built from `collector/` by Go, which fetches its parts; without Go there is nothing to test against.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from google.protobuf.json_format import MessageToDict

from schemas.examples import example, example_names
from streams.dev.ports import free_ports
from streams.sinks.base import Batch, Item, Outcome, Place, Unavailable
from streams.sinks.otlp.requests import message_of, request_of
from streams.sinks.otlp.sink import EVENT_ID, OtlpOptions, OtlpSink
from streams.testing.items import make_item
from tests.otlp_requests import PATHS
from tests.otlp_requests import message_of as message_sent
from tests.receiver import Receiver, receiving

SOURCE = Path(__file__).parent / "collector"

CONFIG = """
receivers: {{otlp: {{protocols: {{http: {{endpoint: "127.0.0.1:{port}"}}}}}}}}
exporters:
  otlp_http:
    endpoint: {url}
    retry_on_failure: {{enabled: false}}
    sending_queue: {{enabled: false}}
service:
  telemetry: {{metrics: {{level: none}}}}
  pipelines:
    logs: {{receivers: [otlp], exporters: [otlp_http]}}
    metrics: {{receivers: [otlp], exporters: [otlp_http]}}
    traces: {{receivers: [otlp], exporters: [otlp_http]}}
"""


@pytest.fixture(scope="session")
def collector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collector's program."""
    go = shutil.which("go")
    version = (
        re.search(r"go1\.(\d+)", subprocess.run([go, "version"], capture_output=True, text=True).stdout) if go else None
    )
    if go is None or version is None or int(version[1]) < 25:
        pytest.skip("there is no Go 1.25 or later on this machine to build a collector with")
    program = tmp_path_factory.mktemp("collector") / "collector"
    built = subprocess.run([go, "build", "-o", program, "."], cwd=SOURCE, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr[-2_000:]
    return program


@asynccontextmanager
async def running(program: Path, receiver: Receiver, directory: Path) -> AsyncIterator[str]:
    """Run the collector in front of a receiver; gives the collector's address."""
    port = next(free_ports())
    config = directory / "collector.yaml"
    config.write_text(CONFIG.format(port=port, url=receiver.url))
    process = await asyncio.create_subprocess_exec(
        program, "--config", f"file:{config}", stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        assert process.stderr is not None
        told = b""
        async with asyncio.timeout(30):
            while b"Everything is ready" not in told:
                line = await process.stderr.readline()
                assert line, told.decode()
                told += line
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@asynccontextmanager
async def exporting(url: str) -> AsyncIterator[OtlpSink]:
    sink = OtlpSink(OtlpOptions(url=url), Place(name="otlp", directory=Path()))
    await sink.start()
    try:
        yield sink
    finally:
        await sink.stop()


def items_of(signal: str) -> list[Item]:
    """Every example of a signal."""
    names = [name for name in example_names() if example(name)["signal"] == signal]
    return [
        make_item(n, f"raw-logs-0-{n}")._replace(record={**example(name), "event_id": f"raw-logs-0-{n}"})
        for n, name in enumerate(names)
    ]


def said(signal: str, items: Sequence[Item]) -> dict[str, Any]:
    message = request_of(signal, [(item.record, message_of(item.record, {EVENT_ID: item.event_id})) for item in items])
    return MessageToDict(message)


@pytest.mark.parametrize("signal", PATHS)
async def test_a_collector_understands_every_record_as_it_was_meant(
    signal: str, collector: Path, tmp_path: Path
) -> None:
    items = items_of(signal)
    async with (
        receiving() as receiver,
        running(collector, receiver, tmp_path) as url,
        exporting(url) as sink,
    ):
        results = await sink.write(Batch("enriched", 0, items))
    assert {result.outcome for result in results} == {Outcome.OK}
    assert [request.path for request in receiver.requests] == [PATHS[signal]]
    assert message_sent(receiver.requests[0]) == said(signal, items)


async def test_a_collector_that_cannot_deliver_is_tried_again(collector: Path, tmp_path: Path) -> None:
    """It answers 503 where what stands behind it does, and takes the same records once that is well."""
    async with (
        receiving() as receiver,
        running(collector, receiver, tmp_path) as url,
        exporting(url) as sink,
    ):
        batch = Batch("enriched", 0, items_of("log"))
        receiver.answer = lambda request: web.Response(status=503)
        with pytest.raises(Unavailable, match="503"):
            await sink.write(batch)
        receiver.answer = lambda request: web.Response()
        assert {result.outcome for result in await sink.write(batch)} == {Outcome.OK}
