"""A sink as the settings describe it; every mistake in them is found here, at the start."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from pydantic import ValidationError

from streams.errors import ConfigurationError
from streams.paths import state_dir
from streams.settings import Settings, what_is_wrong
from streams.settings_sinks import SinkEntry
from streams.sinks.base import BatchBounds, Effect, Place, Sink, SinkOptions
from streams.sinks.registry import find

_NAME: Final = re.compile("[a-z0-9][a-z0-9._-]{0,63}")


class Description(NamedTuple):
    """What a sink is made of."""

    kind: type[Sink]
    options: SinkOptions
    place: Place


def entry_of(settings: Settings, name: str) -> SinkEntry:
    """Give the settings of a sink: the defaults where there are none of that name."""
    return settings.sinks.get(name) or SinkEntry()


def describe_sink(settings: Settings, name: str, *, rewrite: bool = False) -> Description:
    """Find the class of a sink, its options and its place.

    Raises:
        ConfigurationError: the name is no name, there is no such sink, what it needs is not installed, its options are
            wrong, or stored versions are to be replaced in a store that has no keys.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"sinks.{name}: a sink's name becomes that of a folder, a group and a topic",
            cure="Use small letters, digits and ._- after a letter or digit, at most 64 of them.",
        )
    entry = entry_of(settings, name)
    kind = find(name, entry.use)
    if rewrite and kind.effect is not Effect.KEYED:
        raise ConfigurationError(
            f"sinks.{name}: {kind.name} is {kind.effect}, so there is nothing that --rewrite could replace",
            cure="Leave --rewrite out: it is for sinks that are keyed.",
        )
    try:
        options = kind.Options(**entry.options)
    except ValidationError as error:
        raise ConfigurationError(
            "; ".join(f"sinks.{name}.options.{wrong}" for wrong in what_is_wrong(error).split("; ")),
            cure=f"It takes {', '.join(sorted(kind.Options.model_fields)) or 'no options'}.",
        ) from None
    place = Place(name=name, directory=state_dir(settings.state_dir) / "sinks" / name, rewrite=rewrite)
    return Description(kind, options, place)


def build_sink(settings: Settings, name: str, *, rewrite: bool = False) -> Sink:
    """Make a sink; nothing is opened yet.

    Raises:
        ConfigurationError: it cannot be described, or be made as it is.
    """
    kind, options, place = describe_sink(settings, name, rewrite=rewrite)
    return kind(options, place)


def batch_bounds(entry: SinkEntry, sink: Sink) -> BatchBounds:
    """Give what a batch has at most: what suits the store, as far as the settings don't say otherwise."""
    said = entry.batch.model_dump(exclude_none=True, include=set(BatchBounds._fields))
    return sink.batch._replace(**said)
