"""What a server's answer means for the batch that was sent to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from pydantic import ValidationError

from streams.errors import ConfigurationError
from streams.sinks.base import Refused, Unavailable
from streams.sinks.web import Web, WebOptions, retry_after
from tests.receiver import Receiver, receiving


async def post(receiver: Receiver, content: bytes = b"x", **options: object) -> None:
    sender = Web(WebOptions(url=receiver.url, **options), "sinks.x.options")  # type: ignore[arg-type]
    await sender.start()
    try:
        await sender.post(receiver.url, content, {})
    finally:
        await sender.stop()


@pytest.mark.parametrize("status", [301, 401, 403, 404, 405, 408, 409, 429, 500, 502, 503, 504])
async def test_what_may_be_mended_at_the_other_end_is_tried_again(status: int) -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: web.Response(status=status, headers={"Location": receiver.url})
        with pytest.raises(Unavailable, match=str(status)):
            await post(receiver)
        assert len(receiver.requests) == 1  # a redirection is not followed: it may lead anywhere


@pytest.mark.parametrize("status", [400, 413, 422])
async def test_what_speaks_against_the_content_is_refused(status: int) -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: web.Response(status=status)
        with pytest.raises(Refused, match=str(status)):
            await post(receiver)


async def test_the_wait_that_a_server_asks_for_is_passed_on() -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: web.Response(status=429, headers={"Retry-After": "7"})
        with pytest.raises(Unavailable) as raised:
            await post(receiver)
    assert raised.value.retry_after == 7


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, None),
        ("120", 120),
        ("0", 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 60),
        ("Wed, 21 Oct 2015 07:20:00 GMT", 0),
        ("9" * 30, 999_999_999),
        ("-1", None),
        ("soon", None),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", None),
    ],
)
def test_the_forms_of_retry_after(text: str | None, seconds: float | None) -> None:
    """RFC 9110, section 10.2.3: seconds or a date."""
    assert retry_after(text, 1_445_412_420) == seconds


@pytest.mark.parametrize(
    "headers", [{"X": "a\nb"}, {"X": "a\rb"}, {"X": "a\0"}, {"X": "\ud800"}, {"X y": "b"}, {"": "b"}, {"X:": "b"}]
)
def test_a_header_that_cannot_be_sent_is_found_before_any_record_is_blamed_for_it(headers: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="header"):
        Web(WebOptions(headers=headers), "sinks.x.options")


def test_a_login_that_cannot_be_sent_is_found_and_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGIN", "Bearer hush\nhush")
    with pytest.raises(ConfigurationError, match="Authorization") as raised:
        Web(WebOptions(authorization_env="LOGIN"), "sinks.x.options")
    assert "hush" not in str(raised.value)


async def test_nobody_there_is_no_answer() -> None:
    async with receiving() as receiver:
        pass
    with pytest.raises(Unavailable, match="ClientConnectorError"):
        await post(receiver)


async def test_a_server_that_is_silent_is_waited_for_no_longer_than_allowed() -> None:
    async with receiving() as receiver:
        receiver.silent = True
        with pytest.raises(Unavailable, match="Timeout"):
            await post(receiver, timeout_seconds=0.05)


async def test_an_answer_without_end_is_not_kept() -> None:
    async with receiving() as receiver:
        receiver.answer = lambda request: web.Response(body=bytes(20_000_000))
        with pytest.raises(Unavailable, match="larger"):
            await post(receiver)


async def test_requests_are_compressed_unless_told_otherwise() -> None:
    async with receiving() as receiver:
        await post(receiver, b"a" * 1_000)
        await post(receiver, b"a" * 1_000, gzip=False)
    compressed, plain = receiver.requests
    assert len(compressed.body) < len(plain.body) == 1_000
    assert compressed.content == plain.content


async def test_the_secret_of_the_login_comes_from_a_file_or_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("Bearer one\n")
    monkeypatch.setenv("TOKEN_OF_TEST", "Bearer two")
    async with receiving() as receiver:
        await post(receiver, authorization_file=tmp_path / "token")
        await post(receiver, authorization_env="TOKEN_OF_TEST", headers={"X-Team": "a"})
    assert [request.headers["Authorization"] for request in receiver.requests] == ["Bearer one", "Bearer two"]
    assert receiver.requests[1].headers["X-Team"] == "a"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"authorization_env": "NO_SUCH_VARIABLE"}, "authorization_env: the variable NO_SUCH_VARIABLE is not set"),
        ({"authorization_file": Path("/no/such/file")}, "authorization_file: cannot read /no/such/file"),
    ],
)
def test_a_secret_that_is_not_there_stops_the_start(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        Web(WebOptions(**options), "sinks.x.options")  # type: ignore[arg-type]


async def test_certificates_that_cannot_be_read_stop_the_start() -> None:
    with pytest.raises(ConfigurationError, match="ca_file"):
        await Web(WebOptions(ca_file=Path("/no/such/file")), "sinks.x.options").start()


@pytest.mark.parametrize("url", ["ftp://a", "a.example", "http://", "http://user:secret@a.example"])
def test_a_url_is_plain_http_without_a_secret(url: str) -> None:
    with pytest.raises(ValidationError):
        WebOptions(url=url)
