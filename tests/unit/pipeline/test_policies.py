"""How a topic is read: its own settings before what its name implies, and names that exist."""

from __future__ import annotations

import pytest

from streams.errors import ConfigurationError
from streams.pipeline import Pipeline
from streams.pipeline.policies import policy_of
from streams.settings import Settings, TopicPolicy


@pytest.mark.parametrize(
    ("topic", "dialect"),
    [("otlp_logs", "otlp-logs"), ("otlp_metrics", "otlp-metrics"), ("otlp_spans", "otlp-spans"), ("raw-logs", None)],
)
def test_the_topics_of_the_opentelemetry_collector_are_preset(topic: str, dialect: str | None) -> None:
    assert policy_of(topic, Settings()).dialect == dialect


def test_a_setting_goes_before_the_preset() -> None:
    assert policy_of("otlp_logs", Settings(topics={"otlp_logs": TopicPolicy(dialect="json")})).dialect == "json"


def test_a_dialect_that_does_not_exist_stops_the_start() -> None:
    with pytest.raises(ConfigurationError, match=r"topics\.t\.dialect: there is no dialect 'pinoo'") as caught:
        Pipeline(Settings(topics={"t": TopicPolicy(dialect="pinoo")}))
    assert "weft dialects" in caught.value.cure
