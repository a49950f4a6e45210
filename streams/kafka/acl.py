"""The least that each principal must be allowed, as commands of Kafka's own `kafka-acls.sh`.

Nobody is allowed to create, alter or delete: topics are made beforehand by an administrator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from streams.kafka.topics import literal_names, redrive_topic, sink_group
from streams.settings import Settings

_LITERAL_PREFIX = re.compile(r"\^((?:[A-Za-z0-9_-]|\\\.)*)(.?)")
_CHARACTER = re.compile(r"\\?(.)")


def acl_lines(settings: Settings, tables: Iterable[str] = ()) -> Iterator[str]:
    """Give shell lines that grant what each principal needs; `tables` are topics that the worker looks things up in."""
    raw = list(_raw_resources(settings))
    enriched, dead = (f"--topic {name}" for name in (settings.enriched_topic, settings.dead_topic))
    group = f"--group {settings.group}"
    yield "# worker: reads the raw topics as one group, and those of its look-ups; writes both outputs"
    yield from (_allow(settings, "weft-worker", ("Read", "Describe"), resource) for resource in raw)
    yield _allow(settings, "weft-worker", ("Read", "Describe"), group)
    yield from (_allow(settings, "weft-worker", ("Read", "Describe"), f"--topic {name}") for name in tables)
    yield _allow(settings, "weft-worker", ("Write", "Describe"), enriched)
    yield "# Read as well: the worker keeps notes about its topics as commits on this one"
    yield _allow(settings, "weft-worker", ("Write", "Read", "Describe"), dead)
    yield "# sinks: read the enriched topic and what is redriven to them, each as a group of its own; the same notes"
    prefixed = " --resource-pattern-type prefixed"
    for resource in (enriched, f"--topic {redrive_topic('')}{prefixed}", f"--group {sink_group('')}{prefixed}"):
        yield _allow(settings, "weft-sink", ("Read", "Describe"), resource)
    yield _allow(settings, "weft-sink", ("Write", "Read", "Describe"), dead)
    yield "# producers: write the raw topics"
    yield from (_allow(settings, "weft-producer", ("Write", "Describe"), resource) for resource in raw)
    yield "# readers: read the enriched topic, where secrets are redacted; a group of their own if they use one"
    yield _allow(settings, "weft-reader", ("Read", "Describe"), enriched)
    yield "# operators: `weft tail dead` and `weft ledger --deep`; dead letters are raw data"
    yield from (
        _allow(settings, "weft-operator", ("Read", "Describe"), resource) for resource in [*raw, enriched, dead]
    )
    yield _allow(settings, "weft-operator", ("Describe",), group)


def _raw_resources(settings: Settings) -> Iterator[str]:
    """Name the raw topics; Kafka knows prefixes but no regular expressions, so a pattern is widened to one."""
    yield from (f"--topic {name}" for name in literal_names(settings))
    for pattern in settings.raw_topics:
        if pattern.startswith("^"):
            prefix = _certain_prefix(pattern)
            yield f"--topic {prefix} --resource-pattern-type prefixed" if prefix else "--topic '*'"


def _certain_prefix(pattern: str) -> str:
    """Give the text that every match of a pattern begins with."""
    match = _LITERAL_PREFIX.match(pattern)
    if match is None or "|" in pattern:
        return ""
    characters = _CHARACTER.findall(match[1])
    return "".join(characters[:-1] if match[2] in ("*", "?", "{") and match[2] else characters)


def _allow(settings: Settings, principal: str, operations: tuple[str, ...], resource: str) -> str:
    named = " ".join(f"--operation {operation}" for operation in operations)
    return (
        f"kafka-acls.sh --bootstrap-server {settings.brokers or '$WEFT_BROKERS'} --add "
        f"--allow-principal User:{principal} {named} {resource}"
    )
