"""What commands without Kafka cannot know: topics that processors look things up in, and answers from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from streams.cli import console
from streams.processors.base import LookupProcessor

if TYPE_CHECKING:
    from streams.pipeline import Pipeline


def tell_unread(pipeline: Pipeline) -> None:
    """Tell on stderr which processors look things up in topics that nobody reads here."""
    for name, table in pipeline.chain.tables().items():
        console.say(
            f"{name} finds nothing here: only workers read its topic {table.topic}. "
            "To see what it does, name a file instead of the topic."
        )


def tell_unasked(pipeline: Pipeline) -> None:
    """Tell on stderr which processors would ask something outside."""
    for name in _asking(pipeline):
        console.say(f"{name} has no answers here: only workers ask.")


def _asking(pipeline: Pipeline) -> Iterator[str]:
    yield from (step.processor.name for step in pipeline.chain.steps if isinstance(step.processor, LookupProcessor))
