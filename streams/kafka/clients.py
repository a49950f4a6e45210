"""Short-lived Kafka clients of the commands: opened, closed, and their errors turned into cures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

from streams.errors import ConfigurationError, TemporaryError
from streams.kafka.connection import client_options
from streams.settings import Settings

_REQUEST_MS = 15_000
_FETCH_BYTES = 4_194_304
_LARGEST_REQUEST_BYTES = 67_108_864
_BATCH_BYTES = 262_144
_LINGER_MS = 5

_NOT_AUTHENTICATED = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
_NOT_AUTHORISED = (ClusterAuthorizationFailedError, GroupAuthorizationFailedError, TopicAuthorizationFailedError)


@contextmanager
def explained(settings: Settings) -> Iterator[None]:
    """Turn what a client raises into an error with a cure.

    Raises:
        TemporaryError: the brokers cannot be reached or ask to be asked again.
        ConfigurationError: they refuse who we are or what we ask.
    """
    try:
        yield
    except _NOT_AUTHENTICATED as error:
        raise ConfigurationError(
            f"the brokers at {settings.brokers} do not accept the login: {type(error).__name__}",
            cure="Check WEFT_SECURITY__PROTOCOL, WEFT_SECURITY__SASL_MECHANISM and WEFT_SECURITY__USERNAME.",
        ) from None
    except _NOT_AUTHORISED as error:
        raise ConfigurationError(
            f"the brokers at {settings.brokers} do not allow this: {type(error).__name__}",
            cure="`weft topics acl` prints the commands that grant what is needed.",
        ) from None
    except KafkaError as error:
        if not error.retriable:
            raise
        raise TemporaryError(
            f"no Kafka broker answers at {settings.brokers} ({type(error).__name__})",
            cure="Check WEFT_BROKERS and WEFT_SECURITY__PROTOCOL, or start a broker on this machine: `weft kafka`",
        ) from None


@asynccontextmanager
async def administration(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """Open a client that lists and creates; it never names a topic in a way that would create it.

    Raises:
        TemporaryError: the brokers cannot be reached.
        ConfigurationError: they refuse.
    """
    with explained(settings):
        admin = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=_REQUEST_MS)
        try:
            await admin.start()
            yield admin
        finally:
            await admin.close()


@asynccontextmanager
async def consumer(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer without a group, which sees committed records only; assign it existing topics only.

    Raises:
        TemporaryError: the brokers cannot be reached.
        ConfigurationError: they refuse.
    """
    with explained(settings):
        client = AIOKafkaConsumer(
            **client_options(settings),
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            request_timeout_ms=_REQUEST_MS,
            max_partition_fetch_bytes=_FETCH_BYTES,
        )
        try:
            await client.start()
            await asyncio.sleep(0)  # stop() fails on a background task that was never given a turn
            yield client
        finally:
            await stop_consumer(client)


async def stop_consumer(client: AIOKafkaConsumer) -> None:
    """Stop a consumer also while a broker is away.

    aiokafka then cancels a fetch of its own that waits to be tried again, and lets that cancellation out of its
    `stop()` before the connections are closed (0.14.0, `Fetcher.close`).
    """
    try:
        await client.stop()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():  # it is us who are cancelled
            raise
        await client._client.close()  # noqa: SLF001 - what `stop()` would have done next


@asynccontextmanager
async def producer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Open a producer whose sends are done when all in-sync replicas have them; large records are the broker's call.

    Raises:
        TemporaryError: the brokers cannot be reached.
        ConfigurationError: they refuse.
    """
    with explained(settings):
        client = AIOKafkaProducer(
            **client_options(settings),
            acks="all",
            compression_type="lz4",
            max_batch_size=_BATCH_BYTES,
            max_request_size=_LARGEST_REQUEST_BYTES,
            linger_ms=_LINGER_MS,
            request_timeout_ms=_REQUEST_MS,
        )
        try:
            await client.start()
            yield client
        finally:
            await client.stop()
