"""Redaction takes time linear in the length of a text, whatever stands in it."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from streams.processors.redaction.options import RedactOptions
from streams.processors.redaction.redactor import Redactor
from tests.redacting import EVERY

SMALL, FACTOR, ATTEMPTS = 1_000, 16, 8
TOO_MUCH = 5 * FACTOR
"""Between what is linear (16 times as long, up to 4 times more out of the caches) and what is quadratic (256 times)."""

PIECES = [
    *(
        "@",
        "a@",
        "a.@b.",
        "@a.b",
        "%40",
        "\\\\u0040",
        "&#64;",
        "a@b.co",
    ),
    *(
        '"a"@',
        "1",
        "4",
        "4111",
        "1_",
        "4111-",
        "41.1",
        "+",
    ),
    *(
        "+1",
        "+1(",
        "tel",
        "call_me_at_",
        "phone:(",
        "(12)",
        "123-45-",
        "ssn:",
    ),
    *(
        "GB82",
        "GB82_",
        "iban:a",
        "eyJ",
        "eyJaaaaaaa.",
        "eyJaaaaaaa.aa.",
        ".",
        "authorization:",
    ),
    *(
        "authorization:a_",
        'authorization:a="',
        "digest_a=",
        'digest_a="',
        "bearer_",
        "bearer_a",
        "basic_",
        "-----BEGIN_",
    ),
    *(
        "-----BEGIN_PRIVATE_KEY-----",
        "-----END_",
        "-",
        "AGE-SECRET-KEY-1",
        "PuTTY-User-Key-File-2",
        "://",
        "://a:",
        "://a:b@",
    ),
    *(
        "://:b@a",
        "-u_a:",
        "sk-",
        "sk-a",
        "AKIA",
        "gh",
        "ghp_",
        "xoxb-",
    ),
    *(
        "hooks.slack.com/services/",
        "SG.",
        "SG.aaaaaaaaaaaaaaaaaaaa.",
        "dp.pt.",
        ".atlasv1.",
        "password",
        "password=",
        "password=a,",
    ),
    *(
        'password="',
        "password=[",
        "password={",
        "password='",
        "token:",
        '\\\\"',
        'token:\\\\\\\\\\\\"',
        "cookie:",
    ),
    *(
        "--password_",
        "-password",
        "&key=",
        "<",
        ">",
        "\\\\",
        "\\\\n",
        '"',
    ),
    *(
        "'",
        "[",
        "{",
        "(",
        ",",
        ";",
        "=",
        "%41",
    ),
    *(
        "%2541",
        "%0A",
        "&quot;",
        "&#34;",
        "?a=1+",
        "\\\\u003d",
        "\\\\/",
        'token", "value": "',
        "%",
        ":",
        "::",
        "1:",
        "1::",
        "1.",
        "1.1.1.",
    ),
    *(
        "x",
        "_",
        "é",
        "用",
    ),
]
"""`_` stands for a blank."""


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize(
    "start", ["", "x ", "password=", "-----BEGIN PRIVATE KEY-----", "a@", "http://a:"], ids=range(6)
)
def test_time_grows_with_length_and_not_with_its_square(piece: str, start: str) -> None:
    """The best of several attempts counts, so that another process's load does not fail it."""
    piece = piece.replace("_", " ")
    short, long = (start + piece * (size // len(piece)) for size in (SMALL, SMALL * FACTOR))
    ratios = []
    for _ in range(ATTEMPTS):
        ratios.append(seconds(EVERY.text, long) / seconds(EVERY.text, short))
        if ratios[-1] < TOO_MUCH:
            return
    pytest.fail(f"{FACTOR} times the length takes {min(ratios):.1f} times as long")


def seconds(work: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    work(text)
    return time.process_time() - began


def test_patterns_of_the_operators_own_are_linear_too() -> None:
    own = Redactor(RedactOptions(patterns={"nested": "(a+)+b", "wide": "x.{0,40}y", "any": "z[a-z]+"}))
    for piece in ("a", "x", "z", "ab", "x y", "zé"):
        short, long = piece * SMALL, piece * SMALL * FACTOR
        assert min(seconds(own.text, long) / seconds(own.text, short) for _ in range(3)) < TOO_MUCH
