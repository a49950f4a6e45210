"""`weft topics` on a real broker: creates what is missing, says what differs, and touches nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

Weft = Callable[..., Any]


def _admin(bootstrap: str, work: Callable[[AIOKafkaAdminClient], Any]) -> Any:
    async def run() -> Any:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        try:
            return await work(admin)
        finally:
            await admin.close()

    return asyncio.run(run())


def _create(bootstrap: str, name: str, **configs: str) -> None:
    topic = NewTopic(name, 2, 1, topic_configs={key.replace("_", "."): value for key, value in configs.items()})

    async def create(admin: AIOKafkaAdminClient) -> None:
        response = await admin.create_topics([topic])
        assert [error[1] for error in response.topic_errors] == [0]  # type: ignore[attr-defined]
        while name not in await admin.list_topics():
            pass

    _admin(bootstrap, create)


def _describe(bootstrap: str, name: str) -> tuple[int, dict[str, str]]:
    """Give a topic's number of partitions and its configuration."""

    async def read(admin: AIOKafkaAdminClient) -> tuple[int, dict[str, str]]:
        [topic] = [topic for topic in await admin.describe_topics() if topic["topic"] == name]
        [response] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
        return len(topic["partitions"]), {entry[0]: entry[1] for entry in response.resources[0][4]}  # type: ignore[attr-defined]

    return _admin(bootstrap, read)  # type: ignore[no-any-return]


def test_create_makes_every_declared_topic_once(weft: Weft, names: Any, bootstrap: str) -> None:
    first = weft("topics", "create", "--partitions", "3")
    second = weft("topics", "create", "--partitions", "5")

    assert first[:2] == (0, f"created {names.raw}\ncreated {names.enriched}\ncreated {names.dead}\n")
    assert second[:2] == (0, f"exists  {names.raw}\nexists  {names.enriched}\nexists  {names.dead}\n")
    assert [_describe(bootstrap, name)[0] for name in names[:3]] == [3, 3, 3]


def test_dead_letters_have_room_for_the_largest_raw_record_and_its_headers(
    weft: Weft, names: Any, bootstrap: str
) -> None:
    _create(bootstrap, names.raw, max_message_bytes="3000000")
    weft("topics", "create")

    assert _describe(bootstrap, names.dead)[1]["max.message.bytes"] == str(3_000_000 + 65_536)


def test_by_default_dead_letters_have_64_kib_more_than_raw_topics(weft: Weft, names: Any, bootstrap: str) -> None:
    weft("topics", "create")
    sizes = [int(_describe(bootstrap, name)[1]["max.message.bytes"]) for name in (names.raw, names.dead)]

    assert sizes[1] - sizes[0] == 65_536


def test_a_replication_that_the_cluster_cannot_have_is_refused_with_a_cure(weft: Weft, log: Any, names: Any) -> None:
    ran = weft("topics", "create", "--replication", "9")

    assert ran.code == 2
    assert "--replication" in ran.err
    assert not set(names) & log.topics()


def test_check_agrees_with_what_create_made(weft: Weft) -> None:
    weft("topics", "create")

    assert weft("topics", "check") == (0, "all topics are as declared\n", "")


def test_check_names_every_missing_topic_and_the_command_that_makes_it(weft: Weft, names: Any, log: Any) -> None:
    ran = weft("topics", "check")

    assert ran.code == 1
    for name in names[:3]:
        assert f"topic {name} is missing\n  weft topics create\n" in ran.err
    assert not set(names) & log.topics()


@pytest.mark.parametrize(
    ("role", "configs", "problem"),
    [
        ("dead", {"max_message_bytes": "1048588"}, "max.message.bytes=1048588, it needs at least 1114124"),
        ("enriched", {"max_message_bytes": "500000"}, "max.message.bytes=500000, it needs at least 901024"),
        ("dead", {"cleanup_policy": "compact"}, "cleanup.policy=compact, which drops records that share a key"),
        ("enriched", {"cleanup_policy": "compact,delete"}, "cleanup.policy=compact,delete, which drops records"),
    ],
)
def test_check_finds_outputs_that_would_lose_or_refuse_records(
    weft: Weft, names: Any, bootstrap: str, role: str, configs: dict[str, str], problem: str
) -> None:
    name = getattr(names, role)
    fitting = {"max_message_bytes": "2000000"} if role == "dead" else {}
    _create(bootstrap, name, **(fitting | configs))
    weft("topics", "create")

    ran = weft("topics", "check")

    assert ran.code == 1
    assert f"{name} has {problem}" in ran.err
    assert f"--entity-name {name} --add-config" in ran.err


def test_a_pattern_must_match_a_topic(weft: Weft, names: Any, bootstrap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pattern = f"^{names.raw}-.*"
    monkeypatch.setenv("WEFT_RAW_TOPICS", pattern)
    weft("topics", "create")
    before = weft("topics", "check")
    _create(bootstrap, f"{names.raw}-orders")

    assert before.code == 1
    assert f"pattern {pattern} matches no topic" in before.err
    assert weft("topics", "check").code == 0
