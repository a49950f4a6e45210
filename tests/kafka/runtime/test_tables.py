"""A catalogue of services in a compacted topic: read before the first record, followed, and part of the provenance."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from aiokafka import AIOKafkaProducer
from typer.testing import CliRunner

from streams.cli.check import check
from streams.errors import ConfigurationError
from streams.kafka import tables as module
from streams.kafka.tables import Tables, read_tables
from streams.pipeline import Pipeline
from streams.settings import Settings

pytestmark = pytest.mark.kafka
LINE = b'{"level":"INFO","message":"hello","service.name":"cart"}'


async def tell(lane: Any, topic: str, *services: tuple[str | None, Any]) -> None:
    """Write services to a catalogue's topic; the same service always goes to the same partition."""
    producer = AIOKafkaProducer(bootstrap_servers=lane.bootstrap)
    await producer.start()
    try:
        for name, fields in services:
            value = fields if fields is None or isinstance(fields, bytes) else json.dumps(fields).encode()
            await producer.send_and_wait(topic, value, key=name.encode() if name is not None else None)
    finally:
        await producer.stop()


def chain(topic: str) -> list[dict[str, Any]]:
    return [{"name": "service_catalog", "options": {"topic": topic}}]


@pytest.fixture
def calm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CALM_SECONDS", 0.0)


@pytest.mark.usefixtures("calm")
async def test_records_learn_what_the_topic_says_at_their_time(
    make_lane: Any, new_topic: Callable[..., Any], eventually: Any
) -> None:
    lane = await make_lane()
    topic = await new_topic(2, config={"cleanup.policy": "compact"})
    await tell(lane, topic, ("cart", {"owner": "old"}), ("pay", {"owner": "x"}), ("cart", {"owner": "first"}))
    await lane.produce([LINE])
    async with lane.worker(processors=chain(topic)) as running:
        pipeline = lambda: running.worker.active.pipeline.provenance  # noqa: E731
        await lane.until_committed({0: 1})
        one = pipeline()

        await tell(lane, topic, ("cart", {"owner": "second", "tier": 1}))
        await eventually(lambda: pipeline() != one)
        two = pipeline()
        await lane.produce([LINE])
        await lane.until_committed({0: 2})

        await tell(lane, topic, ("cart", None))
        await eventually(lambda: pipeline() != two)
        await lane.produce([LINE])
        await lane.until_committed({0: 3})
        assert running.worker.monitor.report().identity.pipeline == pipeline()

    records = await lane.enriched_records()
    known = [{key: value for key, value in record["resource"].items() if key != "service.name"} for record in records]
    assert known == [{"service.owner": "first"}, {"service.owner": "second", "service.tier": "1"}, {}]
    assert [record["provenance"]["pipeline"] for record in records] == [one, two, pipeline()]
    assert [record["provenance"]["applied"] for record in records] == [["service_catalog@1"]] * 2 + [[]]


@pytest.mark.usefixtures("calm")
async def test_a_record_that_describes_no_service_changes_nothing(
    make_lane: Any, new_topic: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    lane = await make_lane()
    topic = await new_topic(config={"cleanup.policy": "delete"})
    await tell(lane, topic, ("cart", {"owner": "a"}), ("cart", b"secret {"), (None, {"owner": "b"}))
    await lane.produce([LINE])
    async with lane.worker(processors=chain(topic)):
        await lane.until_committed({0: 1})
    (record,) = await lane.enriched_records()
    assert record["resource"]["service.owner"] == "a"
    told = capsys.readouterr().out
    assert re.findall(r"offset=\S*?(\d+)", re.sub(r"\x1b\[\d*m", "", told)) == ["1", "2"]
    assert "secret" not in told


async def test_what_the_topic_says_is_no_drift(
    make_lane: Any, new_topic: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eventually: Any
) -> None:
    lane = await make_lane()
    topic = await new_topic()
    await tell(lane, topic, ("cart", {"owner": "a"}))
    config = tmp_path / "weft.yaml"
    config.write_text(json.dumps({"processors": chain(topic)}))
    monkeypatch.setenv("WEFT_CONFIG", str(config))
    monkeypatch.setenv("WEFT_BROKERS", lane.bootstrap)
    app = typer.Typer()
    app.command()(check)
    async with lane.worker(processors=chain(topic)) as running:
        await eventually(lambda: running.worker.ownership.assigned)
        told = await asyncio.to_thread(CliRunner().invoke, app, [], catch_exceptions=False)
    assert (told.exit_code, "runs with these settings" in told.stdout) == (0, True)


async def test_a_topic_that_is_missing_is_named_and_never_made(make_lane: Any) -> None:
    lane = await make_lane()
    settings = lane.settings(processors=chain("no-such-services"))
    with pytest.raises(ConfigurationError, match="topic no-such-services does not exist"):
        await read_tables(settings, Pipeline(settings).chain.tables())


async def test_a_topic_can_be_read_once(make_lane: Any, new_topic: Callable[..., Any]) -> None:
    lane = await make_lane()
    topic = await new_topic(3)
    await tell(lane, topic, *((f"s{number}", {"owner": "x"}) for number in range(20)))
    settings = lane.settings(processors=chain(topic))
    snapshots = await read_tables(settings, Pipeline(settings).chain.tables())
    assert len(snapshots["service_catalog"].entries) == 20


async def test_a_topic_with_nothing_in_it_is_an_empty_table(make_lane: Any, new_topic: Callable[..., Any]) -> None:
    lane = await make_lane()
    settings = lane.settings(processors=chain(await new_topic()))
    snapshots = await read_tables(settings, Pipeline(settings).chain.tables())
    assert snapshots["service_catalog"].entries == {}


async def test_without_tables_no_broker_is_asked() -> None:
    tables = Tables(Settings(brokers="127.0.0.1:1"), {}, lambda error: None)
    await tables.start()
    assert (tables.snapshots(), tables.changed) == ({}, False)
    await tables.stop()
