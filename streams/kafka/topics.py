"""Which topics are read: a list and patterns become one full-match pattern, our own outputs excluded."""

from __future__ import annotations

import re
from collections.abc import Collection

from streams.errors import ConfigurationError
from streams.settings import Settings

_CURE = "Set WEFT_RAW_TOPICS to the topics that producers write to."
_INTERNAL = (r"__.*", r"redrive-.*")
"""Topics that are never raw: Kafka's own, and those by which records return to one sink."""


def literal_names(settings: Settings) -> list[str]:
    """Give the raw topics that are named, not matched by a pattern."""
    return [name for name in settings.raw_topics if not name.startswith("^")]


def subscription(settings: Settings, tables: Collection[str] = ()) -> str:
    """Give one pattern that matches exactly the raw topics, for `re.match`; `tables` are read otherwise.

    aiokafka takes either a list or a pattern and matches prefixes, so every part is anchored at its end.

    Raises:
        ConfigurationError: no topics, a pattern that does not compile, or an output or a table listed as input.
    """
    others = {
        settings.enriched_topic: "an output",
        settings.dead_topic: "an output",
        **dict.fromkeys(tables, "a table"),
        **dict.fromkeys(sink_targets(settings), "what a sink writes to"),
    }
    for name in settings.raw_topics:
        if name in others:
            raise ConfigurationError(f"raw_topics names {name}, which is {others[name]}", cure=_CURE)
    if not settings.raw_topics:
        raise ConfigurationError("raw_topics is empty", cure=_CURE)
    excluded = "|".join([*map(re.escape, sorted(others)), *_INTERNAL])
    return rf"(?!(?:{excluded})\Z)(?:{'|'.join(map(_part, settings.raw_topics))})\Z"


def sink_targets(settings: Settings) -> set[str]:
    """Give the topics of this cluster to which sinks of the kind `kafka` copy records."""
    targets: set[str] = set()
    for name, entry in settings.sinks.items():
        options = entry.options
        if (entry.use or name) == "kafka" and options.get("brokers") == settings.brokers:
            targets.update(options.get("allowed") or [options.get("topic", "weft")])
            targets.update([options["otherwise"]] if options.get("otherwise") else [])
    return targets


def redrive_topic(sink: str) -> str:
    """Name the topic by which records return to one sink."""
    return f"redrive-{sink}"


def sink_group(sink: str) -> str:
    """Name the consumer group of a sink."""
    return f"weft-sink-{sink}"


def sink_subscription(settings: Settings, sink: str) -> str:
    """Give the pattern of what a sink reads, for `re.match`; a topic that does not exist is not asked for by it.

    Raises:
        ConfigurationError: a sink writes to what a sink reads, so that records would go round for ever.
    """
    read = (settings.enriched_topic, redrive_topic(sink))
    for target in sorted(sink_targets(settings) & {*read, settings.dead_topic}):
        raise ConfigurationError(
            f"a sink would copy records to {target} of the cluster that they come from",
            cure="Name another topic, or other brokers, in the options of the sink.",
        )
    return rf"(?:{'|'.join(map(re.escape, read))})\Z"


def _part(name: str) -> str:
    if not name.startswith("^"):
        return re.escape(name)
    try:
        re.compile(name)
    except re.error as error:
        raise ConfigurationError(f"raw_topics pattern {name!r} does not compile: {error}") from None
    return f"(?:{name[1:]})"
