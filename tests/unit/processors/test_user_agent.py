"""`user_agent`: programs and systems that clients say they are."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from streams.errors import ConfigurationError
from streams.processors.user_agent import UserAgent
from tests.processors import record_with

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 14_7_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/14.1.2 Mobile/15E148 Safari/604.1"
)


@pytest.fixture(scope="module")
def processor() -> UserAgent:
    return UserAgent(UserAgent.Options())


@pytest.mark.parametrize(
    ("original", "name", "version", "os_name", "os_version"),
    [
        pytest.param(CHROME, "Chrome", "120.0.0", "Windows", "10", id="a browser"),
        pytest.param(IPHONE, "Mobile Safari", "14.1.2", "iOS", "14.7.1", id="a phone"),
        pytest.param("curl/8.4.0", "curl", "8.4.0", None, None, id="a program without a system"),
        pytest.param("Googlebot/2.1 (+http://www.google.com/bot.html)", "Googlebot", "2.1", None, None, id="a robot"),
        pytest.param("(X11; Ubuntu; Linux x86_64)", None, None, "Ubuntu", None, id="a system alone"),
        pytest.param("nothing known", None, None, None, None, id="nobody"),
        pytest.param("", None, None, None, None, id="empty"),
        pytest.param(" " * 600 + CHROME, None, None, None, None, id="beyond what is looked at"),
        pytest.param(17, None, None, None, None, id="a number"),
    ],
)
def test_what_a_client_says_is_read(
    processor: UserAgent,
    original: Any,
    name: str | None,
    version: str | None,
    os_name: str | None,
    os_version: str | None,
) -> None:
    record = record_with({"user_agent.original": original})
    read = {
        "user_agent.name": name,
        "user_agent.version": version,
        "user_agent.os.name": os_name,
        "user_agent.os.version": os_version,
    }
    expected = {key: value for key, value in read.items() if value is not None}
    assert processor.process(record) is bool(expected)
    assert record["attributes"] == {"user_agent.original": original, **expected}


def test_a_record_without_one_stays_as_it_is(processor: UserAgent) -> None:
    assert processor.process(record_with({"http.request.method": "GET"})) is False


def test_what_the_record_says_itself_stays(processor: UserAgent) -> None:
    record = record_with({"user_agent.original": "curl/8.4.0", "user_agent.name": "mine", "user_agent.version": "1"})
    assert processor.process(record) is False
    assert record["attributes"]["user_agent.name"] == "mine"


def test_known_ones_are_not_read_again_and_the_cache_is_bounded() -> None:
    processor = UserAgent(UserAgent.Options())
    for number in (1, 2, 1, 1):
        processor.process(record_with({"user_agent.original": f"curl/{number}"}))
    assert processor.cached() == (2, 2)
    most = processor._known.cache_info().maxsize
    for number in range(most + 50):
        processor.process(record_with({"user_agent.original": f"x/{number}"}))
    assert processor._known.cache_info().currsize == most


def test_the_snapshot_tells_the_version_of_the_patterns(processor: UserAgent) -> None:
    assert processor.snapshot().startswith("ua-parser-builtins ")


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ua_parser", None)
    with pytest.raises(ConfigurationError) as caught:
        UserAgent(UserAgent.Options())
    assert "weft[user-agent]" in caught.value.cure
