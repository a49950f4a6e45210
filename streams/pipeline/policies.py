"""How each raw topic is read: its own settings, else those that its name implies."""

from __future__ import annotations

from typing import Final

from streams.dialects.registry import BY_NAME
from streams.errors import ConfigurationError
from streams.settings import Settings, TopicPolicy

_DEFAULT: Final = TopicPolicy()
_PRESET: Final = {
    "otlp_logs": TopicPolicy(dialect="otlp-logs"),
    "otlp_metrics": TopicPolicy(dialect="otlp-metrics"),
    "otlp_spans": TopicPolicy(dialect="otlp-spans"),
}
"""The topics that the OpenTelemetry Collector's Kafka exporter writes by default."""


def policy_of(topic: str, settings: Settings) -> TopicPolicy:
    """Give the policy of a topic."""
    return settings.topics.get(topic) or _PRESET.get(topic, _DEFAULT)


def check_dialects(settings: Settings) -> None:
    """Stop the start when a topic's setting names a dialect that does not exist.

    Raises:
        ConfigurationError: with the topic, the name and where the known ones are listed.
    """
    for topic, policy in settings.topics.items():
        if policy.dialect is not None and policy.dialect not in BY_NAME:
            raise ConfigurationError(
                f"topics.{topic}.dialect: there is no dialect {policy.dialect!r}", cure="`weft dialects` lists them."
            )
