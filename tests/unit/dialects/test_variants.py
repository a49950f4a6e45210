"""Forms of lines that a format has beside its usual ones: which dialect reads them, and what it finds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.through import record_of

UTC_HALF_PAST = "2023-05-06T07:08:09.123000000Z"


@pytest.mark.parametrize(
    ("line", "dialect", "facts"),
    [
        (
            "2023-05-06 07:08:09,123 INFO [org.apereo.cas.Audit] - bob signed in",
            "java-text",
            {"timestamp": UTC_HALF_PAST, "severity_number": 9, "scope.name": "org.apereo.cas.Audit"},
        ),
        (
            "2023-05-06 07:08:09.123+0000 INFO  [o.n.k.i.DatabaseHealth] [shop/1] started",
            "java-text",
            {"timestamp": UTC_HALF_PAST, "scope.name": "o.n.k.i.DatabaseHealth", "body": "[shop/1] started"},
        ),
        (
            "WARN   | jvm 1    | 2023/05/06 07:08:09 | low",
            "java-text",
            {"severity_number": 13, "attributes.wrapper.process": "jvm 1", "body": "low"},
        ),
        (
            "2023-05-06 07:08:09.123 [info     ] sold               [shop] items=3",
            "python-text",
            {"severity_text": "info", "attributes.items": "3"},
        ),
        (
            "[2023-05-06 07:08:09,123] ERROR in views: no such cart",
            "python-text",
            {"timestamp": UTC_HALF_PAST, "severity_number": 17, "scope.name": "views", "body": "no such cart"},
        ),
        (
            "2023-05-06 07:08:09,123 INFO sqlalchemy.engine.Engine BEGIN (implicit)",
            "python-text",
            {"severity_number": 9, "scope.name": "sqlalchemy.engine.Engine", "body": "BEGIN (implicit)"},
        ),
        (
            "2023-05-06  7:08:09 8 [Warning] Access denied for user 'cart'@'192.0.2.1' (using password: YES)",
            "mysql",
            {"timestamp": "2023-05-06T07:08:09.000000000Z", "severity_number": 13, "attributes.thread.id": 8},
        ),
        (
            "May 06 07:08:09.123  INFO request{id=7}: shop::cart: sold",
            "rust-text",
            {"severity_number": 9, "scope.name": "shop::cart", "body": "sold"},
        ),
        (
            "[Sat May  6 07:08:09 2023] eth0: link is up",
            "kernel",
            {"timestamp": "2023-05-06T07:08:09.000000000Z", "body": "eth0: link is up"},
        ),
        (
            'PHP Parse error:  syntax error, unexpected token "}" in /srv/cart.php on line 12',
            "php-error",
            {"timestamp": None, "severity_number": 21, "attributes.code.line.number": 12},
        ),
        (
            "INIT_START Runtime Version: python:3.11.v14\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:0a25",
            "aws-lambda",
            {"event_name": "platform.initStart"},
        ),
        (
            "INIT_REPORT Init Duration: 10001.04 ms\tPhase: init\tStatus: timeout",
            "aws-lambda",
            {"event_name": "platform.initReport"},
        ),
        (
            "java.io.IOException: full\n\tat shop.Cart.sell(Cart.java:7) ~[cart.jar:1]\n\tat shop.Main.run(Main.java)",
            "java-stack",
            {"attributes.exception.type": "java.io.IOException", "body": "java.io.IOException: full"},
        ),
        (
            '{"level":"warn","caller":"/srv/main.go:7","message":"low"}',
            "zerolog",
            {"severity_number": 13, "body": "low"},
        ),
        (
            "2023-05-06T07:08:09.123Z info vpxd[45715] [Originator@6876 sub=cart] sold",
            "text",
            {"timestamp": UTC_HALF_PAST, "severity_number": 9},
        ),
    ],
)
def test_a_rarer_form_is_read_by_its_dialect(line: str, dialect: str, facts: dict[str, Any]) -> None:
    record = record_of(line)
    assert record["dialect"] == dialect
    assert {path: _at(record, path) for path in facts} == facts


@pytest.mark.parametrize(
    ("line", "envelope", "facts"),
    [
        (
            'cart    | ts=2023-05-06T07:08:09.123Z level=warn msg="low"',
            "prefixed",
            {"body": "low", "severity_number": 13, "resource.container.name": "cart"},
        ),
        (
            "shop_cart.1.of166iz3i553b7qv0x9@node-1    | sold 3",
            "prefixed",
            {"body": "sold 3", "resource.service.name": "shop_cart"},
        ),
        (
            '{"@timestamp":"2023-05-06T07:08:09.123Z","log":"[WARN] low","stream":"stderr"}',
            "fluent-bit",
            {"timestamp": UTC_HALF_PAST, "attributes.log.iostream": "stderr"},
        ),
        (
            '{"appname":"su","hostname":"web-3","message":"no","severity":"crit","source_type":"syslog"}',
            "vector",
            {"body": "no", "severity_text": "crit", "resource.service.name": "su"},
        ),
    ],
)
def test_a_rarer_form_of_an_envelope_is_peeled(line: str, envelope: str, facts: dict[str, Any]) -> None:
    record = record_of(line)
    assert record["envelopes"] == [envelope]
    assert {path: _at(record, path) for path in facts} == facts


@pytest.mark.parametrize(
    "line",
    [
        "prometheus    | running",
        "[Sat May  6 07:08:09 2023] PHP 8.2.5 Development Server (http://localhost:8000) started",
        "PHP is: a language",
        "INIT_START of the machine",
        "2023-05-06 07:08:09.123 [info] <0.9.0> ready",
    ],
)
def test_what_looks_alike_stays_text(line: str) -> None:
    assert record_of(line)["dialect"] == "text"


def _at(record: dict[str, Any], path: str) -> Any:
    head, _, name = path.partition(".")
    return record[head].get(name) if name else record[head]
