"""HTTP for the sinks that speak it: one session, and what an answer means for a batch."""

from __future__ import annotations

import asyncio
import gzip
import os
import re
import ssl
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import aiohttp
from pydantic import Field, field_validator

from streams.errors import ConfigurationError
from streams.sinks.base import Refused, SinkOptions, Unavailable

_LARGEST_ANSWER_BYTES: Final = 16_777_216
_GZIP_LEVEL: Final = 1
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NEVER_IN_A_HEADER: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
"""RFC 9110, sections 5.1 and 5.5. Found only when a batch is sent, it would speak against the records."""

_CONTENT_IS_WRONG: Final = frozenset({400, 413, 422})
"""The only answers that speak against the records themselves; any other failure may be mended at the other end."""


class WebOptions(SinkOptions):
    """Options of every sink that speaks HTTP."""

    url: str = Field("http://127.0.0.1", description="where requests go: http or https, without user and password")
    timeout_seconds: float = Field(30, gt=0, le=600, description="longest wait for an answer")
    gzip: bool = Field(True, description="compress requests")
    headers: dict[str, str] = Field(default_factory=dict, description="sent with each request; nothing secret")
    authorization_env: str | None = Field(None, description="variable that holds the Authorization header's value")
    authorization_file: Path | None = Field(None, description="file that holds it")
    ca_file: Path | None = Field(None, description="certificates to trust instead of the system's, PEM")

    @field_validator("url")
    @classmethod
    def _plain(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("not an http or https URL")
        if parts.username or parts.password:
            raise ValueError("a URL holds no secret here: use authorization_file")
        return url.rstrip("/")


class Answer(NamedTuple):
    """What a server said to a request that it took: the type of its content without parameters, and the content."""

    content_type: str
    content: bytes


def _unsigned(content: bytes) -> Mapping[str, str]:
    return {}


class Web:
    """Sends requests to one place."""

    def __init__(self, options: WebOptions, where: str) -> None:
        self._options = options
        self._headers = dict(options.headers)
        secret = secret_of(options.authorization_env, options.authorization_file, f"{where}.authorization")
        if secret is not None:
            self._headers["Authorization"] = secret
        for name, value in self._headers.items():
            if not _TOKEN.fullmatch(name) or _NEVER_IN_A_HEADER.search(value):
                raise ConfigurationError(f"{where}: the header {name!r} has a sign that no header may have")
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Make the session; nothing is sent yet.

        Raises:
            ConfigurationError: the certificates cannot be read.
        """
        if self._session is None:
            connector = aiohttp.TCPConnector(ssl=_trust(self._options.ca_file))
            timeout = aiohttp.ClientTimeout(total=self._options.timeout_seconds)
            self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, headers=self._headers)

    async def stop(self) -> None:
        """Close the session."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def post(
        self,
        url: str,
        content: bytes,
        headers: Mapping[str, str],
        sign: Callable[[bytes], Mapping[str, str]] = _unsigned,
    ) -> Answer:
        """Send a request and give the answer of a server that took it; `sign` makes headers of the body that travels.

        Raises:
            Unavailable: no answer, or one that may be another the next time.
            Refused: the server says that the content is wrong.
        """
        if self._session is None:
            raise Unavailable("not started")
        if self._options.gzip:
            content = await asyncio.to_thread(gzip.compress, content, _GZIP_LEVEL)  # megabytes: others go on meanwhile
            headers = {**headers, "Content-Encoding": "gzip"}
        headers = {**headers, **sign(content)}
        try:
            async with self._session.post(url, data=content, headers=headers, allow_redirects=False) as response:
                found = await _read(response)
                _judge(response.status, response.headers.get("Retry-After"))
                return Answer(response.content_type, found)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Unavailable(type(error).__name__) from None


def secret_of(variable: str | None, file: Path | None, where: str) -> str | None:
    """Give a secret from a variable or a file; None when neither is named.

    Raises:
        ConfigurationError: it is not there.
    """
    if variable is not None:
        if not os.environ.get(variable):
            raise ConfigurationError(f"{where}_env: the variable {variable} is not set")
        return os.environ[variable]
    if file is None:
        return None
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{where}_file: cannot read {file}: {type(error).__name__}") from None


def retry_after(text: str | None, now: float) -> float | None:
    """Give the seconds that a `Retry-After` asks for (RFC 9110, section 10.2.3); `now` is seconds since 1970."""
    if text is None:
        return None
    if text.isascii() and text.isdecimal():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _trust(ca_file: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(f"ca_file: cannot load {ca_file}: {error.strerror or error}") from None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    found = bytearray()
    async for part in response.content.iter_any():
        found += part
        if len(found) > _LARGEST_ANSWER_BYTES:
            raise Unavailable(f"the answer is larger than {_LARGEST_ANSWER_BYTES} bytes")
    return bytes(found)


def _judge(status: int, wait: str | None) -> None:
    if 200 <= status < 300:
        return
    if status in _CONTENT_IS_WRONG:
        raise Refused(f"HTTP status {status}")
    raise Unavailable(f"HTTP status {status}", retry_after=retry_after(wait, time.time()))
