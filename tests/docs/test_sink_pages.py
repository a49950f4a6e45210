"""The page of each sink that ships: its options, its settings and its examples."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from streams.settings import alone
from streams.sinks.registry import BUILTIN, find

PAGES = Path(__file__).resolve().parents[2] / "docs" / "howto"


def page(sink: str) -> str:
    return (PAGES / f"sink-{sink}.md").read_text()


def blocks(sink: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page(sink), re.DOTALL)


@pytest.mark.parametrize("sink", BUILTIN)
def test_a_page_lists_the_options_that_there_are(sink: str) -> None:
    table = page(sink).partition("| option |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == [*find(sink).Options.model_fields]


@pytest.mark.parametrize("sink", BUILTIN)
def test_a_pages_settings_are_right(sink: str) -> None:
    for text in blocks(sink, "yaml"):
        for name, entry in alone(yaml.safe_load(text), "the page").sinks.items():
            find(name, entry.use).Options(**entry.options)


def test_a_receiver_checks_signatures_as_the_page_says() -> None:
    namespace: dict[str, Any] = {}
    exec(blocks("http", "python")[0], namespace)  # noqa: S102 - the page's own example
    body, now = b'{"a":1}\n', int(time.time())

    def signed(moment: int, key: bytes = b"key") -> str:
        return f"t={moment},v1={hmac.new(key, f'{moment}.'.encode() + body, hashlib.sha256).hexdigest()}"

    is_from_weft = namespace["is_from_weft"]
    assert is_from_weft(b"key", signed(now), body)
    assert not is_from_weft(b"key", signed(now, b"other"), body)
    assert not is_from_weft(b"key", signed(now), body + b" ")
    assert not is_from_weft(b"key", signed(now - 1_000), body)


def test_the_template_for_opensearch_is_json() -> None:
    assert json.loads(blocks("opensearch", "json")[0])["index_patterns"] == ["weft-*"]
