"""Read around what aiokafka cannot decode, so that one record or batch stops neither its neighbours nor the rest.

aiokafka's `getmany()` raises for ever at a record whose header name is not UTF-8 and at a batch that does not open.
"""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CorruptRecordException, RequestTimedOutError, UnknownError

from streams.kafka.lenient_batches import LenientRead, read_batches
from streams.kafka.record_format import MalformedBatch
from streams.kafka.single_fetch import fetch


class UnreadablePartition(Exception):
    """The log cannot be read at an offset, and it is not known where to go on; the message says why."""


async def read_leniently(consumer: AIOKafkaConsumer, tp: TopicPartition, offset: int) -> LenientRead:
    """Fetch once from `offset` and read up to the end of the first batch that aiokafka cannot open.

    A hostile batch can take seconds, so the reading is done in a thread and the event loop goes on.
    Control batches and aborted transactions are passed over, with the consumer's isolation level.

    Raises:
        UnreadablePartition: this partition cannot go on without a person.
        KafkaError: the broker cannot be reached, gave nothing in time or refuses; `retriable` tells which.
    """
    try:
        fetched = await fetch(consumer, tp, offset)
        if not fetched.data:
            raise RequestTimedOutError(tp)
        return await asyncio.to_thread(read_batches, tp, offset, fetched)
    except MalformedBatch as error:
        raise UnreadablePartition(f"{tp.topic}-{tp.partition} at offset {offset}: {error}") from None
    except (CorruptRecordException, UnknownError) as error:
        message = f"{tp.topic}-{tp.partition} at offset {offset}: the broker itself cannot read it"
        raise UnreadablePartition(f"{message}, {type(error).__name__}") from None
