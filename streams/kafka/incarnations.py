"""Notices that a raw topic was deleted and created again: its offsets restart, so its event ids would repeat.

A prefix of event ids, `{topic}` or `{topic}@{epoch}`, belongs to the one topic id it was first used with, for
ever. Kafka deletes a group's commits of a topic together with the topic, so this is remembered where it survives:
in the metadata of the group's own commits on the dead-letters topic (always offset 0, which means nothing),
at partition `crc32(prefix) mod partitions`, as `{"v": 1, "topics": {prefix: topic id, ...}}`, oldest first.

Members write without a lock: a binding counts as remembered only once it was read back, so what another member
has overwritten is written again at the next call.
"""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections.abc import Collection, Mapping

import structlog
from aiokafka import AIOKafkaConsumer, OffsetAndMetadata, TopicPartition
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from streams.errors import ConfigurationError
from streams.kafka.membership import CommitRefused, Member, Membership
from streams.kafka.topic_ids import DescribedTopic, TopicIdsUnsupported, describe
from streams.settings import Settings

_VERSION = 1
_METADATA_BYTES = 4_096
"""Kafka's default of `offset.metadata.max.bytes`."""
_REFRESH_SECONDS = 3_600.0
"""Kafka drops commits on topics that the group does not subscribe `offsets.retention.minutes` after their
last write (KIP-211), so they are written again long before that."""
_RETRY_SECONDS = 0.1

log = structlog.get_logger()


class Incarnations:
    """The topic ids that event id prefixes belong to, shared by all members of the group."""

    def __init__(self, settings: Settings, consumer: AIOKafkaConsumer, membership: Membership) -> None:
        self._settings = settings
        self._consumer = consumer
        self._membership = membership
        self._remembered: dict[str, str] = {}
        self._refresh_at = time.monotonic()
        self._supported = True

    async def recreated(self, topics: Collection[str], member: Member) -> dict[str, str]:
        """Explain, with the cure, each topic that is not the one its event ids belong to; bind what is new.

        Costs one metadata request where nothing is new. Gives what is known, or nothing, when `member` is
        over; nothing where the brokers have no topic ids or the dead-letters topic is missing.

        Raises:
            ConfigurationError: the group may not commit on the dead-letters topic.
            KafkaError: a refusal that is neither temporary nor a rebalance.
        """
        if not topics or not self._supported:
            return {}
        described = await self._describe({*topics, self._settings.dead_topic}, member)
        dead = described.pop(self._settings.dead_topic, None)
        if dead is None:
            return {}
        ids = {self._prefix(topic): found.topic_id for topic, found in described.items() if found.topic_id}
        bound = await self._bind(ids, dead.partitions, member)
        return {
            topic: _explain(topic, found.topic_id, bound[prefix])
            for topic, found in described.items()
            if (prefix := self._prefix(topic)) in ids and bound[prefix] != found.topic_id
        }

    def _prefix(self, topic: str) -> str:
        policy = self._settings.topics.get(topic)
        return f"{topic}@{policy.source_epoch}" if policy and policy.source_epoch else topic

    async def _describe(self, topics: Collection[str], member: Member) -> dict[str, DescribedTopic]:
        while self._membership.current == member:
            try:
                return await describe(self._consumer, topics)
            except TopicIdsUnsupported:
                self._supported = False
                log.warning("topic.ids.unsupported", explanation="brokers before Kafka 2.8: recreation goes unnoticed")
                break
            except KafkaError as error:
                if not error.retriable:
                    raise
            await asyncio.sleep(_RETRY_SECONDS)
        return {}

    async def _bind(self, ids: Mapping[str, str], partitions: int, member: Member) -> dict[str, str]:
        """Give the topic id that each prefix belongs to; a new prefix belongs to its present one."""
        refresh = time.monotonic() >= self._refresh_at
        if refresh or not ids.keys() <= self._remembered.keys():
            pages = await self._read(partitions)
            for page in pages.values():
                self._remembered.update(page)
            written = await self._write(self._changed(pages, ids, everything=refresh), member)
            if refresh and written:
                self._refresh_at = time.monotonic() + _REFRESH_SECONDS
        return {**ids, **self._remembered}

    async def _read(self, partitions: int) -> dict[TopicPartition, dict[str, str]]:
        """Read the pages of all partitions: when partitions are added, a prefix may be found on its former one."""
        places = [TopicPartition(self._settings.dead_topic, number) for number in range(partitions)]
        commits = await self._membership.read(places)
        return {tp: _decode(commits[tp].metadata) if tp in commits else {} for tp in places}

    def _changed(
        self, pages: Mapping[TopicPartition, dict[str, str]], ids: Mapping[str, str], *, everything: bool
    ) -> dict[TopicPartition, dict[str, str]]:
        """Give the pages to write so that new prefixes stand on theirs; with `everything`, all that are not empty."""
        wanted = {tp: dict(page) for tp, page in pages.items()}
        for prefix, topic_id in ids.items():
            if prefix in self._remembered and not everything:
                continue
            home = TopicPartition(self._settings.dead_topic, zlib.crc32(prefix.encode()) % len(pages))
            wanted[home].setdefault(prefix, self._remembered.get(prefix, topic_id))
        for page in wanted.values():
            self._shorten(page)
        return {tp: page for tp, page in wanted.items() if page != pages[tp] or (page and everything)}

    def _shorten(self, page: dict[str, str]) -> None:
        """Take the oldest bindings off a page that is too long; this process alone still knows them."""
        while len(_encode(page)) > _METADATA_BYTES:
            prefix = next(iter(page))
            self._remembered[prefix] = page.pop(prefix)
            log.warning("topic.id.dropped", prefix=prefix, explanation="too many raw topics to remember")

    async def _write(self, pages: Mapping[TopicPartition, dict[str, str]], member: Member) -> bool:
        """Commit pages; False when the group has moved on, and then the next assignment calls again."""
        commits = {tp: OffsetAndMetadata(0, _encode(page)) for tp, page in pages.items()}
        try:
            if commits:
                await self._membership.write(member, commits)
        except CommitRefused:
            return False
        except TopicAuthorizationFailedError as error:
            raise ConfigurationError(
                f"the group {self._settings.group} may not commit on {self._settings.dead_topic}, "
                "where it remembers the ids of raw topics",
                cure=f"Allow READ on the topic {self._settings.dead_topic} to the worker's user.",
            ) from error
        return True


def _explain(topic: str, found: str, bound: str) -> str:
    return (
        f"the topic was deleted and created again (its id is {found}, was {bound}), so offsets and event ids would "
        f"repeat; set `topics.{topic}.source_epoch` to a value that it never had"
    )


def _encode(page: Mapping[str, str]) -> str:
    return json.dumps({"v": _VERSION, "topics": page}, separators=(",", ":"))


def _decode(text: str) -> dict[str, str]:
    """Read a page; what somebody else wrote there counts as empty."""
    try:
        content = json.loads(text)
        if content["v"] != _VERSION:
            return {}
        return {str(prefix): str(topic_id) for prefix, topic_id in content["topics"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
