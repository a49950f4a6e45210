"""Settings that change under load: each record names the very file that made its bytes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.control import ask
from streams.pipeline import Pipeline
from streams.settings import load

SWAPS = 100
USE = "tests.unit.test_reload:Stamp"
INVALID = ("{", "gruop: x", "processors: [nowhere]", "limits: {depth: 3}")


def content(lane: Any, word: str) -> str:
    settings = lane.settings().model_dump(mode="json", exclude_unset=True)
    chain = [{"name": "stamp", "use": USE, "options": {"word": word}}]
    return yaml.safe_dump({**settings, "processors": chain})


async def test_a_hundred_swaps_under_load_half_of_them_invalid(
    make_lane: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eventually: Any
) -> None:
    lane = await make_lane()
    file = tmp_path / "weft.yaml"
    file.write_text(content(lane, "word-0"))
    monkeypatch.setenv("WEFT_CONFIG", str(file))
    hashes: dict[str, str] = {}
    refused = 0
    async with lane.worker(processors=load(file, {}).processors) as running:
        for number in range(SWAPS):
            word = f"word-{number}"
            valid = number % 2 == 0
            file.write_text(content(lane, word) if valid else INVALID[number // 2 % len(INVALID)])
            if valid:
                hashes[word] = Pipeline(load(file, {})).provenance
            await lane.produce([b'{"message":"x"}'] * 40)
            await running.worker.reloader.try_reload()
            refused += running.worker.reloader.refused is not None
            await asyncio.sleep(0)
        await lane.until_committed({0: SWAPS * 40})
        state = (await lane.committed())[0]
    records = await lane.enriched_records()
    said = {(record["attributes"]["word"], record["provenance"]["pipeline"]) for record in records}
    assert said <= set(hashes.items())
    assert len(said) > SWAPS / 4, "too few of the files met a record"
    assert refused == SWAPS / 2
    assert (len(records), state.counts.balance) == (SWAPS * 40, 0)


async def test_the_active_hash_shows_and_a_refusal_does_too(
    make_lane: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, eventually: Any
) -> None:
    lane = await make_lane()
    file = tmp_path / "weft.yaml"
    file.write_text(content(lane, "one"))
    monkeypatch.setenv("WEFT_CONFIG", str(file))
    async with lane.worker(processors=load(file, {}).processors) as running:
        worker = running.worker
        await eventually(lambda: worker.ownership.assigned)
        file.write_text(content(lane, "two"))
        wanted = Pipeline(load(file, {})).provenance

        await eventually(lambda: worker.monitor.report().identity.pipeline == wanted)  # found by itself

        file.write_text("{")
        socket = str(worker.presence._control.path)
        answer = await asyncio.to_thread(ask, socket, {"command": "reload"})
        report = worker.monitor.report()
    assert not answer["ok"]
    assert "not YAML" in answer["error"]
    assert (report.identity.pipeline, [finding.rule for finding in report.findings]) == (wanted, ["reload.refused"])
    assert json.loads(json.dumps(answer)) == answer
