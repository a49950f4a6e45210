"""The closed table of topics."""

import pytest

from schemas.json_schema import PUBLISHED
from schemas.topics import RETENTIONS_MS, TOPICS, dead_letter_message_bytes


def test_every_row_stands_under_its_role() -> None:
    assert {role: topic.role for role, topic in TOPICS.items()} == {role: role for role in TOPICS}


def test_names_are_the_documented_ones() -> None:
    assert [topic.name for topic in TOPICS.values()] == ["raw-logs", "enriched", "dead-letters", "redrive-NAME"]


def test_every_message_of_ours_is_published_and_evolves_fully_compatible() -> None:
    ours = [topic for topic in TOPICS.values() if topic.model is not None]

    assert {topic.model for topic in ours} == set(PUBLISHED.values())
    assert {topic.compatibility for topic in ours} == {"FULL_TRANSITIVE"}


@pytest.mark.parametrize("role", ["raw", "enriched", "dead", "redrive"])
def test_records_age_they_are_not_compacted(role: str) -> None:
    configs = TOPICS[role].configs()  # type: ignore[index]

    assert configs["cleanup.policy"] == "delete"
    assert int(configs["retention.ms"]) in RETENTIONS_MS


def test_dead_letters_have_room_for_the_biggest_raw_record_and_their_headers() -> None:
    assert (
        int(TOPICS["dead"].configs()["max.message.bytes"]) - int(TOPICS["raw"].configs()["max.message.bytes"]) == 65_536
    )
    assert dead_letter_message_bytes(10_000_000) == 10_065_536
