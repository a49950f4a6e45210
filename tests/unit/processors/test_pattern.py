"""`pattern`: messages that differ in values alone have one template and one id."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.examples import example
from streams.processors.masking import template_of
from streams.processors.pattern import Pattern
from tests.processors import record_with


@pytest.mark.parametrize(
    ("text", "template"),
    [
        ("it works", "it works"),
        ("payment declined for carol.smith@mail.example.org order 77666", "payment declined for <email> order <num>"),
        ("login from 10.0.189.1:8080", "login from <ip>:<num>"),
        ("peer fe80::1:2:3 joined", "peer <ip> joined"),
        ("took 621.16 ms, 3.5GB, 1,234,567 rows, -7, 1e-5", "took <num> ms, <num>GB, <num> rows, <num>, <num>"),
        ("block blk_-1608999687919862906 of blk_38865049064139660", "block blk_<num> of blk_<num>"),
        ("open \"C:\\x y\" for user='bob' in `t`", "open <quoted> for user=<quoted> in <quoted>"),
        ("can't find it, don't ask", "can't find it, don't ask"),
        ("read /usr/lib/x.so.1 and ./a/b, and/or 3/4", "read <path> and <path>, and/or <num>/<num>"),
        ("GET https://a.b/c?d=e&f=1, next", "GET <url>, next"),
        ("at 0xDEADBEEF, span 4bf92f3577b34da6", "at <hex>, span <hex>"),
        ("id 3fa85f64-5717-4562-b3fc-2c963f66afa6 gone", "id <uuid> gone"),
        ("token cus_9f8aKz3 for node a1b2c3", "token cus_<id> for node <id>"),
        ("until 2026-11-20T12:00:00.123Z or 12/Nov/2026:10:00:00 +0000", "until <time> or <time>"),
        ("Nov 20 12:00:00 host sshd[17]: Got 5 items", "<time> host sshd[<num>]: Got <num> items"),
        ("[REDACTED:email] signed in", "[REDACTED:email] signed in"),
        ("  first 1  \nsecond 2", "first <num>"),
        ("", ""),
    ],
)
def test_what_differs_is_masked(text: str, template: str) -> None:
    assert template_of(text) == template


def test_messages_of_one_kind_have_one_id_and_others_another() -> None:
    ids = []
    for body in ("order 17 of bob@example.org", "order 4711 of al@example.com", "order of nobody"):
        record = record_with({}, body=body)
        assert Pattern(Pattern.Options()).process(record)
        ids.append(record["attributes"]["pattern.id"])
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    "fields",
    [{"body": {"a": 1}}, {"body": None}, {"body": " "}, {"attributes": {"pattern.template": "own"}}],
)
def test_what_has_no_message_or_its_own_template_is_left_alone(fields: dict[str, Any]) -> None:
    record: Any = example("log_minimal", **fields)
    assert not Pattern(Pattern.Options()).process(record)


def test_spans_have_names_and_need_no_pattern() -> None:
    span: Any = example("span")
    assert not Pattern(Pattern.Options()).process(span)
