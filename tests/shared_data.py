"""Real samples that stand beside the project; tests that need them skip where they are absent."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.testing import NOON, FakeRecord

ROOT = Path(__file__).resolve().parents[1] / ".." / "shared" / "data"

needs_shared_data = pytest.mark.skipif(
    not ROOT.is_dir(), reason="the sample data (../shared/data) is not beside the project"
)


def files(folder: str) -> list[Path]:
    """The files of a folder of samples, in order; none when the samples are absent."""
    return sorted(path for path in (ROOT / folder).rglob("*") if path.is_file())


def facts(dialect: str) -> Iterator[tuple[FakeRecord, dict[str, Any]]]:
    """The records of a dialect's samples, each with what must come out of it."""
    folder = ROOT / "dialects"
    expected = [json.loads(line) for line in (folder / f"{dialect}.expected.jsonl").read_text().splitlines()]
    for number, (raw, fact) in enumerate(zip(_raw_records(folder, dialect), expected, strict=True)):
        value, key, headers = raw
        timestamp = fact.get("observed_ns", NOON * 1_000_000) // 1_000_000
        yield FakeRecord(value, number, key, headers, timestamp), fact


def _raw_records(
    folder: Path, dialect: str
) -> Iterator[tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]]:
    described = folder / f"{dialect}.records.jsonl"
    if described.exists():
        for line in described.read_text().splitlines():
            yield _described(json.loads(line))
        return
    (plain,) = (
        path
        for path in folder.glob(f"{dialect}.*")
        if path.suffix in {".log", ".jsonl"} and "expected" not in path.name
    )
    for line in plain.read_bytes().split(b"\n")[:-1]:
        yield line, None, []


def _described(item: dict[str, Any]) -> tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]:
    value = b64decode(item["value_b64"]) if "value_b64" in item else _bytes(item.get("value"))
    return value, _bytes(item.get("key")), [(name, _bytes(content)) for name, content in item.get("headers", ())]


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()
