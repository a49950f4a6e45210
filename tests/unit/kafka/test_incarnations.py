"""What is remembered about topic ids, how often Kafka is asked for it, and what other members may do to it."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import OffsetAndMetadata, TopicPartition
from aiokafka.errors import NodeNotReadyError, TopicAuthorizationFailedError, UnsupportedVersionError
from structlog.testing import capture_logs

from streams.errors import ConfigurationError
from streams.kafka import incarnations as module
from streams.kafka.incarnations import Incarnations
from streams.kafka.membership import CommitRefused, Member
from streams.settings import Settings, TopicPolicy

MEMBER = Member(1, "member")
UNKNOWN_TOPIC = 3
NO_ID = bytes(16)
DEAD = "dead-letters"


def id_of(incarnation: int) -> bytes:
    return bytes([incarnation]) * 16


class Cluster:
    """Topics with their incarnation, and the group's commits; counts what is asked of it."""

    def __init__(self, **topics: int) -> None:
        self.ids = {name: id_of(number) for name, number in topics.items()} | {DEAD: id_of(255)}
        self.partitions = 4
        self.commits: dict[TopicPartition, OffsetAndMetadata] = {}
        self.supports_ids = True
        self.member: Member | None = MEMBER
        self.send_failures: list[Exception] = []
        self.write_failures: list[Exception] = []
        self.asked: list[str] = []

    def worker(self, **epochs: str) -> Incarnations:
        topics = {topic: TopicPolicy(source_epoch=epoch) for topic, epoch in epochs.items()}
        client = SimpleNamespace(get_random_node=lambda: 1, send=self._send)
        consumer: Any = SimpleNamespace(_client=client)
        return Incarnations(Settings(topics=topics), consumer, FakeMembership(self))  # type: ignore[arg-type]

    async def _send(self, node: int, request: Any) -> Any:
        self.asked.append("metadata")
        if self.send_failures:
            raise self.send_failures.pop(0)
        names = [name for _, name, _ in request.prepare({3: (0, 12 if self.supports_ids else 9)}).topics]
        return SimpleNamespace(topics=[self._described(name) for name in names])

    def _described(self, name: str) -> tuple[Any, ...]:
        if name not in self.ids:
            return UNKNOWN_TOPIC, name, NO_ID, False, [], 0, {}
        return 0, name, self.ids[name], False, [()] * self.partitions, 0, {}

    def remembered(self) -> list[str]:
        return sorted(
            prefix for commit in self.commits.values() for prefix in json.loads(commit.metadata).get("topics", ())
        )


class FakeMembership:
    """Reads and writes the cluster's commits."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @property
    def current(self) -> Member | None:
        return self._cluster.member

    async def read(self, partitions: Collection[TopicPartition]) -> dict[TopicPartition, OffsetAndMetadata]:
        self._cluster.asked.append("read")
        return {tp: self._cluster.commits[tp] for tp in partitions if tp in self._cluster.commits}

    async def write(self, member: Member, commits: Mapping[TopicPartition, OffsetAndMetadata]) -> None:
        self._cluster.asked.append("write")
        if self._cluster.write_failures:
            raise self._cluster.write_failures.pop(0)
        assert commits, "an empty commit"
        self._cluster.commits.update(commits)


@pytest.fixture(autouse=True)
def retry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RETRY_SECONDS", 0)


async def test_no_topics_ask_nothing() -> None:
    cluster = Cluster()
    assert await cluster.worker().recreated([], MEMBER) == {}
    assert cluster.asked == []


async def test_a_topic_that_is_known_costs_one_metadata_request() -> None:
    cluster = Cluster(a=1, b=1)
    worker = cluster.worker()
    for _ in range(2):
        await worker.recreated(["a", "b"], MEMBER)
    assert cluster.asked == ["metadata", "read", "write", "metadata", "read"]
    await worker.recreated(["a", "b"], MEMBER)
    assert cluster.asked[5:] == ["metadata"]


async def test_bindings_are_spread_by_prefix_at_offset_zero() -> None:
    cluster = Cluster(a=1, b=2)
    await cluster.worker(b="second").recreated(["a", "b"], MEMBER)
    place_of_a, place_of_b = (TopicPartition(DEAD, zlib.crc32(name) % 4) for name in (b"a", b"b@second"))
    assert cluster.commits == {
        place_of_a: OffsetAndMetadata(0, '{"v":1,"topics":{"a":"AQEBAQEBAQEBAQEBAQEBAQ"}}'),
        place_of_b: OffsetAndMetadata(0, '{"v":1,"topics":{"b@second":"AgICAgICAgICAgICAgICAg"}}'),
    }


async def test_the_explanation_names_both_ids_and_the_cure() -> None:
    cluster = Cluster(a=1)
    worker = cluster.worker()
    await worker.recreated(["a"], MEMBER)
    cluster.ids["a"] = id_of(2)
    explained = (await worker.recreated(["a"], MEMBER))["a"]
    for part in ("AQEBAQEBAQEBAQEBAQEBAQ", "AgICAgICAgICAgICAgICAg", "set `topics.a.source_epoch`"):
        assert part in explained


@pytest.mark.parametrize(
    ("first", "then", "found"),
    [
        ({}, {}, ["a"]),
        ({}, {"a": "x"}, []),
        ({"a": "x"}, {"a": "x"}, ["a"]),
        ({"a": "x"}, {"a": "y"}, []),
        ({"a": "x"}, {}, []),
        ({"b": "x"}, {"b": "y"}, ["a"]),
    ],
)
async def test_an_epoch_accepts_exactly_one_incarnation(
    first: dict[str, str], then: dict[str, str], found: list[str]
) -> None:
    cluster = Cluster(a=1)
    await cluster.worker(**first).recreated(["a"], MEMBER)
    cluster.ids["a"] = id_of(2)
    assert list(await cluster.worker(**then).recreated(["a"], MEMBER)) == found


async def test_a_former_epoch_does_not_come_back_with_another_topic() -> None:
    cluster = Cluster(a=1)
    await cluster.worker().recreated(["a"], MEMBER)
    cluster.ids["a"] = id_of(2)
    assert await cluster.worker(a="x").recreated(["a"], MEMBER) == {}
    assert list(await cluster.worker().recreated(["a"], MEMBER)) == ["a"]


async def test_what_another_member_overwrote_is_written_again() -> None:
    cluster = Cluster(a=1, b=1)
    cluster.partitions = 1
    worker, other = cluster.worker(), cluster.worker()
    before_both = dict(cluster.commits)
    await worker.recreated(["a"], MEMBER)
    cluster.commits = before_both
    await other.recreated(["b"], MEMBER)
    assert cluster.remembered() == ["b"]
    await worker.recreated(["a"], MEMBER)
    assert cluster.remembered() == ["a", "b"]


async def test_a_refused_commit_gives_what_is_known_and_is_made_up_for_later() -> None:
    cluster = Cluster(a=1)
    await cluster.worker().recreated(["a"], MEMBER)
    cluster.ids |= {"a": id_of(2), "b": id_of(1)}
    cluster.write_failures = [CommitRefused()]
    worker = cluster.worker()
    assert list(await worker.recreated(["a", "b"], MEMBER)) == ["a"]
    assert cluster.remembered() == ["a"]
    assert list(await worker.recreated(["a", "b"], MEMBER)) == ["a"]
    assert cluster.remembered() == ["a", "b"]


async def test_everything_is_written_again_before_kafka_drops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    cluster = Cluster(a=1, elsewhere=1)
    await cluster.worker().recreated(["elsewhere"], MEMBER)
    worker = cluster.worker()
    for _ in range(2):
        await worker.recreated(["a"], MEMBER)
    writes = cluster.asked.count("write")
    now = 3_599.0
    await worker.recreated(["a"], MEMBER)
    assert cluster.asked.count("write") == writes
    now = 3_600.0
    cluster.commits.pop(TopicPartition(DEAD, zlib.crc32(b"a") % 4))
    await worker.recreated(["a"], MEMBER)
    assert cluster.asked.count("write") == writes + 1
    assert cluster.remembered() == ["a", "elsewhere"]


async def test_a_new_topic_does_not_put_off_that_the_others_are_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    cluster = Cluster(a=1, b=1)
    worker = cluster.worker()
    await worker.recreated(["a"], MEMBER)
    now = 3_599.0
    await worker.recreated(["a", "b"], MEMBER)
    cluster.commits.clear()
    now = 3_600.0
    await worker.recreated(["a", "b"], MEMBER)
    assert cluster.remembered() == ["a", "b"]


async def test_writing_again_is_repeated_when_it_was_refused() -> None:
    cluster = Cluster(a=1)
    await cluster.worker().recreated(["a"], MEMBER)
    cluster.write_failures = [CommitRefused()]
    worker = cluster.worker()
    cluster.asked.clear()
    for _ in range(3):
        await worker.recreated(["a"], MEMBER)
    assert cluster.asked == ["metadata", "read", "write", "metadata", "read", "write", "metadata"]


async def test_a_worker_remembers_what_was_lost_with_the_dead_letters_topic(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(a=1)
    worker = cluster.worker()
    for _ in range(2):
        await worker.recreated(["a"], MEMBER)
    cluster.commits.clear()
    cluster.ids["a"] = id_of(2)
    monkeypatch.setattr(worker, "_refresh_at", 0.0)
    assert list(await worker.recreated(["a"], MEMBER)) == ["a"]
    assert list(await cluster.worker().recreated(["a"], MEMBER)) == ["a"]


async def test_a_place_that_is_full_drops_the_oldest_with_a_warning_and_the_worker_still_knows_it() -> None:
    names = [f"{number}-".ljust(249, "x") for number in range(15)]
    cluster = Cluster(**dict.fromkeys(names, 1))
    cluster.partitions = 1
    worker = cluster.worker()
    for name in names[:5]:
        await worker.recreated([name], MEMBER)
    with capture_logs() as logs:
        for _ in range(3):
            await worker.recreated(names, MEMBER)
    assert cluster.asked[-1] == "metadata"
    [commit] = cluster.commits.values()
    dropped = [line["prefix"] for line in logs if line["event"] == "topic.id.dropped"]
    assert len(commit.metadata) <= 4_096
    assert dropped == names[: len(dropped)] != []
    assert cluster.remembered() == sorted(names[len(dropped) :])
    cluster.ids[names[0]] = id_of(2)
    assert list(await worker.recreated(names, MEMBER)) == [names[0]]


async def test_more_topics_than_a_place_holds_are_written_once_and_do_not_take_turns() -> None:
    names = [f"{number}-".ljust(249, "x") for number in range(20)]
    cluster = Cluster(**dict.fromkeys(names, 1))
    cluster.partitions = 1
    worker = cluster.worker()
    for _ in range(3):
        await worker.recreated(names, MEMBER)
    assert cluster.asked == ["metadata", "read", "write", "metadata", "read", "metadata"]


@pytest.mark.parametrize(
    "text",
    ["", "counters", "null", "[]", "7", '{"v":1}', '{"v":2,"topics":{"a":"x"}}', '{"v":1,"topics":["a"]}', "[" * 4_000],
)
async def test_metadata_of_somebody_else_counts_as_nothing_remembered(text: str) -> None:
    cluster = Cluster(a=1)
    cluster.commits = {TopicPartition(DEAD, number): OffsetAndMetadata(0, text) for number in range(4)}
    assert await cluster.worker().recreated(["a"], MEMBER) == {}


@pytest.mark.parametrize("topics", [{"a": 1}, {}])
async def test_a_missing_dead_letters_topic_gives_nothing(topics: dict[str, int]) -> None:
    cluster = Cluster(**topics)
    del cluster.ids[DEAD]
    assert await cluster.worker().recreated(["a"], MEMBER) == {}
    assert cluster.asked == ["metadata"]


async def test_a_topic_without_an_id_is_left_alone() -> None:
    cluster = Cluster(a=0)
    assert await cluster.worker().recreated(["a", "missing"], MEMBER) == {}
    assert cluster.commits == {}


async def test_brokers_without_topic_ids_are_named_once_and_not_asked_again() -> None:
    cluster = Cluster(a=1)
    cluster.supports_ids = False
    worker = cluster.worker()
    with capture_logs() as logs:
        assert [await worker.recreated(["a"], MEMBER) for _ in range(3)] == [{}, {}, {}]
    assert [line["event"] for line in logs] == ["topic.ids.unsupported"]
    assert cluster.asked == ["metadata"]


async def test_a_broker_that_does_not_answer_is_asked_again() -> None:
    cluster = Cluster(a=1)
    cluster.send_failures = [NodeNotReadyError(), NodeNotReadyError()]
    assert await cluster.worker().recreated(["a"], MEMBER) == {}
    assert cluster.remembered() == ["a"]


async def test_a_broker_that_refuses_ends_the_process() -> None:
    cluster = Cluster(a=1)
    cluster.send_failures = [UnsupportedVersionError()]
    with pytest.raises(UnsupportedVersionError):
        await cluster.worker().recreated(["a"], MEMBER)


@pytest.mark.parametrize("current", [None, Member(2, "member")])
async def test_a_member_whose_generation_is_over_asks_nothing(current: Member | None) -> None:
    cluster = Cluster(a=1)
    cluster.member = current
    assert await cluster.worker().recreated(["a"], MEMBER) == {}
    assert cluster.asked == []


async def test_a_group_that_may_not_commit_there_is_told_which_right_it_needs() -> None:
    cluster = Cluster(a=1)
    cluster.write_failures = [TopicAuthorizationFailedError()]
    with pytest.raises(ConfigurationError, match=DEAD) as caught:
        await cluster.worker().recreated(["a"], MEMBER)
    assert "READ" in str(caught.value.cure)
