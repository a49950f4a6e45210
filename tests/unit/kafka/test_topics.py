"""Which topics are raw."""

from __future__ import annotations

import re

import pytest

from streams.errors import ConfigurationError
from streams.kafka.topics import literal_names, sink_subscription, subscription
from streams.settings import Settings


def matches(topic: str, *raw: str) -> bool:
    return re.match(subscription(Settings(raw_topics=raw)), topic) is not None


@pytest.mark.parametrize(
    ("raw", "topic", "read"),
    [
        pytest.param(("app",), "app", True, id="the name"),
        pytest.param(("app",), "app-2", False, id="not a prefix"),
        pytest.param(("app",), "my-app", False, id="not a suffix"),
        pytest.param(("a.b",), "axb", False, id="a dot is a dot"),
        pytest.param(("^app.*",), "app-2", True, id="a pattern"),
        pytest.param(("^app",), "app-2", False, id="a pattern matches whole names"),
        pytest.param(("^a|b$",), "b", True, id="alternatives"),
        pytest.param(("x", "^app.*"), "x", True, id="a list with a pattern"),
        pytest.param(("^.*",), "enriched", False, id="never our output"),
        pytest.param(("^.*",), "dead-letters", False, id="never our dead letters"),
        pytest.param(("^.*",), "dead-letters-of-others", True, id="but other topics like it"),
        pytest.param(("^.*",), "__consumer_offsets", False, id="never Kafka's own"),
        pytest.param(("^.*",), "redrive-sqlite", False, id="never a sink's way back"),
        pytest.param(("app",), "app\n", False, id="no line end"),
    ],
)
def test_a_topic_is_read_only_if_a_whole_name_matches(raw: tuple[str, ...], topic: str, read: bool) -> None:
    assert matches(topic, *raw) is read


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        pytest.param((), "empty", id="none"),
        pytest.param(("enriched",), "enriched, which is an output", id="a loop"),
        pytest.param(("^(",), "does not compile", id="a broken pattern"),
    ],
)
def test_what_cannot_be_read_is_a_clear_error(raw: tuple[str, ...], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        subscription(Settings(raw_topics=raw))


def copying(**options: object) -> Settings:
    sinks = {"copy": {"use": "kafka", "options": {"brokers": "here:1", **options}}}
    return Settings(brokers="here:1", raw_topics=("^.*",), sinks=sinks)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "read"),
    [
        pytest.param({"topic": "copies"}, {"app"}, id="one topic"),
        pytest.param({"topic": "{signal}", "allowed": ["log", "copies"]}, {"app"}, id="a list"),
        pytest.param({"topic": "{signal}", "allowed": ["log"], "otherwise": "copies"}, {"app"}, id="the rest"),
        pytest.param({"topic": "copies", "brokers": "there:1"}, {"app", "copies"}, id="another cluster"),
    ],
)
def test_what_a_sink_copies_does_not_come_back_as_raw(options: dict[str, object], read: set[str]) -> None:
    pattern = subscription(copying(**options))
    assert {name for name in ("app", "copies") if re.match(pattern, name)} == read


def test_a_raw_topic_that_a_sink_writes_to_is_an_error() -> None:
    settings = copying(topic="app").model_copy(update={"raw_topics": ("app",)})
    with pytest.raises(ConfigurationError, match="what a sink writes to"):
        subscription(settings)


@pytest.mark.parametrize("topic", ["enriched", "dead-letters", "redrive-copy"])
def test_a_sink_that_writes_to_what_it_reads_is_an_error(topic: str) -> None:
    with pytest.raises(ConfigurationError, match=f"copy records to {topic}"):
        sink_subscription(copying(topic=topic), "copy")


def test_a_sink_may_mirror_the_same_name_to_another_cluster() -> None:
    assert re.match(sink_subscription(copying(topic="enriched", brokers="there:1"), "copy"), "enriched")


def test_only_names_are_expected_to_exist() -> None:
    assert literal_names(Settings(raw_topics=("a", "^b.*", "c"))) == ["a", "c"]


def test_a_topic_that_is_read_as_a_table_is_not_raw() -> None:
    pattern = subscription(Settings(raw_topics=("^.*",)), ["services"])
    assert [name for name in ("services", "services-2", "app") if re.match(pattern, name)] == ["services-2", "app"]
    with pytest.raises(ConfigurationError, match="services, which is a table"):
        subscription(Settings(raw_topics=("services",)), ["services"])


@pytest.mark.parametrize(
    ("topic", "read"),
    [
        ("enriched", True),
        ("redrive-a.b", True),
        ("enriched-2", False),
        ("redrive-a-b", False),
        ("redrive-a.b.c", False),
        ("dead-letters", False),
    ],
)
def test_a_sink_reads_what_is_enriched_and_what_is_redriven_to_it(topic: str, read: bool) -> None:
    assert bool(re.match(sink_subscription(Settings(), "a.b"), topic)) is read
