"""Creates the declared topics and compares them with the cluster, without ever touching a missing one by name."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import NoError, TopicAlreadyExistsError, for_code

from schemas.topics import TOPICS, TopicSpec, dead_letter_message_bytes
from streams.errors import ConfigurationError, TemporaryError
from streams.kafka.clients import administration
from streams.kafka.topics import literal_names, redrive_topic, subscription
from streams.settings import Settings

PARTITIONS = 6
"""Partitions of a new topic unless told otherwise: the most workers that can share its work."""

BROKERS_CHOICE = -1
"""Replication factor by which the brokers decide."""

_RECORD_OVERHEAD_BYTES = 1_024
_LEADER_SECONDS = 30.0
_POLL_SECONDS = 0.05
_MESSAGE_BYTES = "max.message.bytes"
_CLEANUP = "cleanup.policy"


class TopicState(NamedTuple):
    """What the cluster says of a topic."""

    partitions: int
    leaderless: int


class Created(NamedTuple):
    """Names of the topics that were made and of those that were there."""

    created: list[str]
    existing: list[str]


class Difference(NamedTuple):
    """Where the cluster is not as declared, and the command or setting that mends it."""

    problem: str
    cure: str


def declared(settings: Settings) -> dict[str, TopicSpec]:
    """Give every topic that is declared by name, with its row of the topic table."""
    names = dict.fromkeys(literal_names(settings), TOPICS["raw"])
    names |= {redrive_topic(sink): TOPICS["redrive"] for sink in settings.sinks}
    return names | {settings.enriched_topic: TOPICS["enriched"], settings.dead_topic: TOPICS["dead"]}


def raw_topics(settings: Settings, present: Collection[str]) -> list[str]:
    """Give those topics of the cluster that a worker would read, sorted.

    Raises:
        ConfigurationError: the raw topics are declared in a way that cannot be read.
    """
    pattern = re.compile(subscription(settings))
    return sorted(name for name in present if pattern.match(name))


async def list_topics(admin: AIOKafkaAdminClient) -> dict[str, TopicState]:
    """List all topics; asking for one by name could create it with the brokers' defaults."""
    found = {}
    for topic in await admin.describe_topics():
        leaders = [partition["leader"] for partition in topic["partitions"]]
        found[topic["topic"]] = TopicState(len(leaders), sum(leader < 0 for leader in leaders))
    return found


async def partitions_of(settings: Settings, topic: str) -> list[TopicPartition]:
    """Give the partitions of an existing topic; who names it to a client before could create it by that.

    Raises:
        ConfigurationError: there is no such topic, or the brokers refuse.
        TemporaryError: they cannot be reached.
    """
    async with administration(settings) as admin:
        present = await list_topics(admin)
    if topic not in present:
        raise ConfigurationError(f"topic {topic} does not exist", cure="Create it with `weft topics create`.")
    return [TopicPartition(topic, number) for number in range(present[topic].partitions)]


async def create_missing(
    settings: Settings, *, partitions: int = PARTITIONS, replication: int = BROKERS_CHOICE
) -> Created:
    """Create every declared topic that is missing and wait until all of its partitions have leaders.

    Raises:
        ConfigurationError: the brokers refuse, for instance a replication factor above their number.
        TemporaryError: they cannot be reached, or no leader was elected within 30 s.
    """
    async with administration(settings) as admin:
        present = await list_topics(admin)
        wanted = declared(settings)
        configs = {name: spec.configs() for name, spec in wanted.items()}
        configs[settings.dead_topic][_MESSAGE_BYTES] = str(await _dead_letter_bytes(admin, settings, present))
        missing = [name for name in wanted if name not in present]
        made = await _create(admin, [_new(name, partitions, replication, configs[name]) for name in missing])
        await _until_led(admin, missing)
        return Created(made, [name for name in wanted if name not in made])


def _new(name: str, partitions: int, replication: int, configs: dict[str, str]) -> NewTopic:
    # aiokafka takes the brokers' choice only beside a replica assignment, which may be empty.
    assignment: dict[int, list[int]] | None = {} if replication == BROKERS_CHOICE else None
    return NewTopic(name, partitions, replication, replica_assignments=assignment, topic_configs=configs)


async def _create(admin: AIOKafkaAdminClient, topics: list[NewTopic]) -> list[str]:
    """Create topics; gives the names of those that nobody else has created meanwhile."""
    if not topics:
        return []
    made = []
    response: Any = await admin.create_topics(topics)
    for name, code, message in response.topic_errors:
        error = for_code(code)
        if error is NoError:
            made.append(name)
        elif error is not TopicAlreadyExistsError:
            raise ConfigurationError(
                f"the brokers refuse to create {name}: {message or error.__name__}",
                cure="Give --partitions and --replication that the cluster allows.",
            )
    return made


async def _until_led(admin: AIOKafkaAdminClient, names: Collection[str]) -> None:
    deadline = time.monotonic() + _LEADER_SECONDS
    while time.monotonic() < deadline:
        present = await list_topics(admin)
        if all(name in present and present[name].partitions and not present[name].leaderless for name in names):
            return
        await asyncio.sleep(_POLL_SECONDS)
    raise TemporaryError(f"no leader was elected within {_LEADER_SECONDS:.0f} s for {', '.join(names)}")


async def differences(settings: Settings) -> list[Difference]:
    """Compare the declared topics with the cluster; an empty list says that all is as declared.

    Raises:
        TemporaryError: the brokers cannot be reached.
        ConfigurationError: they refuse, or the raw topics cannot be read.
    """
    async with administration(settings) as admin:
        present = await list_topics(admin)
        found = [
            Difference(f"topic {name} is missing", "weft topics create")
            for name in declared(settings)
            if name not in present
        ]
        found += [
            Difference(f"pattern {pattern} matches no topic", "Create one, or correct WEFT_RAW_TOPICS.")
            for pattern in _unmatched(settings, present)
        ]
        raw = raw_topics(settings, present)
        found += _without_leaders(present, {*raw, settings.enriched_topic, settings.dead_topic})
        return found + await _unfit_outputs(admin, settings, present)


def _unmatched(settings: Settings, present: Collection[str]) -> list[str]:
    patterns = [name for name in settings.raw_topics if name.startswith("^")]
    return [
        pattern
        for pattern in patterns
        if not raw_topics(settings.model_copy(update={"raw_topics": (pattern,)}), present)
    ]


def _without_leaders(present: Mapping[str, TopicState], names: Collection[str]) -> list[Difference]:
    found = []
    for name in sorted(present.keys() & set(names)):
        state = present[name]
        if not state.partitions:
            found.append(Difference(f"topic {name} has no partitions", "Wait until the cluster has made them."))
        elif state.leaderless:
            problem = f"{state.leaderless} of {state.partitions} partitions of {name} have no leader"
            found.append(Difference(problem, "Start the brokers that hold their replicas."))
    return found


async def _unfit_outputs(
    admin: AIOKafkaAdminClient, settings: Settings, present: Mapping[str, TopicState]
) -> list[Difference]:
    needed = {
        settings.enriched_topic: settings.limits.record_bytes + _RECORD_OVERHEAD_BYTES,
        settings.dead_topic: await _dead_letter_bytes(admin, settings, present),
    }
    found = []
    for name, configs in (await _configs(admin, sorted(needed.keys() & present.keys()))).items():
        if int(configs[_MESSAGE_BYTES]) < needed[name]:
            problem = f"{name} has {_MESSAGE_BYTES}={configs[_MESSAGE_BYTES]}, it needs at least {needed[name]}"
            found.append(Difference(problem, _alter(settings, name, _MESSAGE_BYTES, needed[name])))
        if configs[_CLEANUP] != "delete":
            problem = f"{name} has {_CLEANUP}={configs[_CLEANUP]}, which drops records that share a key"
            found.append(Difference(problem, _alter(settings, name, _CLEANUP, "delete")))
    return found


def _alter(settings: Settings, topic: str, key: str, value: object) -> str:
    return (
        f"kafka-configs.sh --bootstrap-server {settings.brokers} --alter "
        f"--entity-type topics --entity-name {topic} --add-config {key}={value}"
    )


async def _dead_letter_bytes(admin: AIOKafkaAdminClient, settings: Settings, present: Collection[str]) -> int:
    """Give what dead letters need: room for the largest message of any raw topic and the headers."""
    raw = await _configs(admin, raw_topics(settings, present))
    sizes = [int(configs[_MESSAGE_BYTES]) for configs in raw.values()]
    return dead_letter_message_bytes(max(sizes, default=TOPICS["raw"].max_message_bytes))


async def _configs(admin: AIOKafkaAdminClient, topics: Collection[str]) -> dict[str, dict[str, str]]:
    """Read the two settings of existing topics that matter here."""
    if not topics:
        return {}
    asked = {_MESSAGE_BYTES: "", _CLEANUP: ""}
    responses: list[Any] = await admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, configs=asked) for name in topics]
    )
    found = {}
    for response in responses:
        for code, _, _, name, entries in response.resources:
            if (error := for_code(code)) is not NoError:
                raise error(f"cannot read the configuration of {name}")
            found[name] = {entry[0]: entry[1] for entry in entries}
    return found
