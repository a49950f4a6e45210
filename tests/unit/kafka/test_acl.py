"""Who may do what: the least, and never create, alter or delete."""

from __future__ import annotations

import shlex

import pytest

from streams.kafka.acl import acl_lines
from streams.settings import Settings


def _grants(*raw: str, tables: tuple[str, ...] = ()) -> set[tuple[str, str, str]]:
    """Give (principal, operation, resource) of every line."""
    settings = Settings(brokers="b:9092", raw_topics=raw)
    found = set()
    for line in acl_lines(settings, tables):
        words = shlex.split(line, comments=True)
        if words:
            assert words[:4] == ["kafka-acls.sh", "--bootstrap-server", "b:9092", "--add"]
            kind, name, *rest = words[max(i for i, word in enumerate(words) if word in ("--topic", "--group")) :]
            resource = " ".join([kind.removeprefix("--"), name, *rest[1:]])
            principal = words[words.index("--allow-principal") + 1]
            found |= {(principal, words[i + 1], resource) for i, word in enumerate(words) if word == "--operation"}
    return found


def test_nobody_may_do_more_than_it_needs() -> None:
    raw, enriched, dead, group = "topic raw-logs", "topic enriched", "topic dead-letters", "group weft-worker"

    assert _grants("raw-logs") == {
        ("User:weft-worker", "Read", raw),
        ("User:weft-worker", "Describe", raw),
        ("User:weft-worker", "Read", group),
        ("User:weft-worker", "Describe", group),
        ("User:weft-worker", "Write", enriched),
        ("User:weft-worker", "Describe", enriched),
        ("User:weft-worker", "Write", dead),
        ("User:weft-worker", "Read", dead),
        ("User:weft-worker", "Describe", dead),
        ("User:weft-sink", "Read", enriched),
        ("User:weft-sink", "Describe", enriched),
        ("User:weft-sink", "Read", "topic redrive- prefixed"),
        ("User:weft-sink", "Describe", "topic redrive- prefixed"),
        ("User:weft-sink", "Read", "group weft-sink- prefixed"),
        ("User:weft-sink", "Describe", "group weft-sink- prefixed"),
        ("User:weft-sink", "Write", dead),
        ("User:weft-sink", "Read", dead),
        ("User:weft-sink", "Describe", dead),
        ("User:weft-producer", "Write", raw),
        ("User:weft-producer", "Describe", raw),
        ("User:weft-reader", "Read", enriched),
        ("User:weft-reader", "Describe", enriched),
        ("User:weft-operator", "Read", raw),
        ("User:weft-operator", "Describe", raw),
        ("User:weft-operator", "Read", enriched),
        ("User:weft-operator", "Describe", enriched),
        ("User:weft-operator", "Read", dead),
        ("User:weft-operator", "Describe", dead),
        ("User:weft-operator", "Describe", group),
    }


@pytest.mark.parametrize(
    ("pattern", "resource"),
    [
        ("^logs-.*", "topic logs- prefixed"),
        (r"^app\.logs\.[a-z]+", "topic app.logs. prefixed"),
        ("^logs", "topic logs prefixed"),
        ("^logs*", "topic log prefixed"),
        (r"^app\.?x", "topic app prefixed"),
        ("^ab{0}", "topic a prefixed"),
        ("^a|b", "topic *"),
        ("^.*", "topic *"),
        ("^(a|b)", "topic *"),
    ],
)
def test_a_pattern_is_widened_to_what_all_its_matches_begin_with(pattern: str, resource: str) -> None:
    granted = {name for principal, _, name in _grants(pattern) if principal == "User:weft-producer"}

    assert granted == {resource}


def test_the_worker_may_read_the_topics_in_which_processors_look_things_up() -> None:
    more = _grants("raw-logs", tables=("services",)) - _grants("raw-logs")
    assert more == {("User:weft-worker", operation, "topic services") for operation in ("Read", "Describe")}
