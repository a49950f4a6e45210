"""The page of dialects, made from the objects that read them; `streams.reference` writes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from streams.dialects.description import describe
from streams.dialects.registry import DIALECTS

_HEAD: Final = """\
# Dialects

Made from `streams/dialects/` by `python -m streams.reference --write`; do not edit. `weft dialects` shows the same, and
`weft explain` tells which of them claims a line and why. Every example here is a test.

The dialect of each record is found by itself, in this order: a header (`weft-dialect`, `content-type`) or the setting
`topics.NAME.dialect`; envelopes, peeled up to three layers; the keys of a JSON object, where the signature with the
most keys that few formats have goes first; the grammars of texts; `text` and `raw`, which take anything. An object
that no other dialect claims is `json`.

"""


def dialects_page() -> str:
    """Give the page as Markdown."""
    described = sorted((describe(dialect) for dialect in DIALECTS), key=lambda one: str(one["name"]))
    rows = (f"| [`{one['name']}`](#{one['name']}) | {one['form']} | {one['summary']} |\n" for one in described)
    table = "| dialect | form | what it is |\n| --- | --- | --- |\n" + "".join(rows)
    return _HEAD + table + "".join(f"\n{section}" for one in described for section in _sections(one))


def _sections(one: dict[str, Any]) -> Iterator[str]:
    yield f"## {one['name']}\n\n{one['summary'][0].upper()}{one['summary'][1:]} ([source]({one['link']})).\n"
    yield f"Recognised by: {one['recognised_by']}.\n"
    for example in one["examples"]:
        facts = "\n".join(json.dumps(record, ensure_ascii=False) for record in example["records"])
        headers = "".join(f"{name}: {value}\n" for name, value in example.get("headers", ()))
        value = "\n".join(str(example["value"]).splitlines())  # a page has line ends of its own
        yield f"```text\n{headers}{value}\n```\n\n```json\n{facts}\n```\n"
