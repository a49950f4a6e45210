"""The page of processors, made from their declarations; `streams.reference` writes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from streams.processors.description import describe, options_of
from streams.processors.registry import BUILTIN
from streams.settings import ProcessorEntry

_HEAD: Final = """\
# Processors

Made from `streams/processors/` by `python -m streams.reference --write`; do not edit. `weft processors` shows the same,
those of installed packages and of your own, and what is active; `weft check` shows the chain that the settings make.

A processor examines a normalised record and may augment it. The setting `processors` is the list of those that run, in
their order:

```yaml
processors:
  - redact
  - name: service_catalog
    options: {file: services.csv}
    on_failure: default
    defaults: {resource.service.owner: nobody}
  - name: http
    when: {percent: 50, services: [cart], environments: [staging]}
```

| key of an entry | type | default | meaning |
| --- | --- | --- | --- |
"""
_AFTER: Final = """
Fields are named by paths: `resource.service.owner`, and `attributes.*` for any attribute. A read with a `?` may be
absent; every other one must be written by a processor that stands before, or be a field that each record has. Two
processors that write one field are refused unless the later one overwrites it. [Write your
own](../howto/write-a-processor.md).

"""


def processors_page() -> str:
    """Give the page as Markdown."""
    keys = "".join(_option(option) for option in options_of(ProcessorEntry) if option["meaning"])
    described = [describe(kind) for kind in BUILTIN]
    rows = (f"| [`{one['name']}`](#{one['name']}) | {one['version']} | {one['summary']} |\n" for one in described)
    table = "| processor | version | what it does |\n| --- | --- | --- |\n" + "".join(rows)
    return _HEAD + keys + _AFTER + table + "".join(f"\n{section}" for one in described for section in _sections(one))


def _sections(one: dict[str, Any]) -> Iterator[str]:
    yield f"## {one['name']}\n\n{one['docs']}\n"
    facts = {
        "version": one["version"],
        "reads": _code(one["reads"]),
        "writes": _code(one["writes"]),
        "overwrites": _code(one["overwrites"]),
        "a second run": one["not_idempotent"],
        "class": _code([one["class"]]),
    }
    rows = "".join(f"| {name} | {fact} |\n" for name, fact in facts.items() if fact)
    yield f"| | |\n| --- | --- |\n{rows}"
    if one["options"]:
        options = "".join(_option(option) for option in one["options"])
        yield f"| option | type | default | meaning |\n| --- | --- | --- | --- |\n{options}"


def _option(option: dict[str, Any]) -> str:
    default = "required" if option["required"] else f"`{json.dumps(option['default'], ensure_ascii=False)}`"
    kind = option["type"].replace("|", "\\|")
    return f"| `{option['name']}` | {kind} | {default} | {option['meaning']} |\n"


def _code(words: list[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
