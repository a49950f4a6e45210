"""Dead letters: how a failure becomes one, and which key, value and headers it has in Kafka."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version

from schemas.dead_letter import DeadLetterHeaders
from schemas.headers import distrust, redrive_attempts
from schemas.reasons import internal_reason
from streams.errors import RejectedByOutage, RejectedRecord
from streams.types import DeadLetter, RawRecord, lines_of

KafkaForm = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]]]
"""Key, value and headers."""

UNREADABLE = "fetch"
"""The stage of records that Kafka's own client could not read; the last header of such a one is ours."""

_VERSION = version("weft")
_LONGEST_KEY = 1_024


def rejected(
    raw: RawRecord, stage: str, error: Exception, inner: int | None = None, value: bytes | None = None
) -> DeadLetter:
    """Make the dead letter of a record (or of one inner record, wrapped in `value`) that failed in a stage.

    Only a RejectedRecord's message is known to be free of input; of any other exception the class and place are told.
    """
    if isinstance(error, RejectedRecord):
        outage = isinstance(error, RejectedByOutage)
        return DeadLetter(raw, error.reason, stage, f"RejectedRecord: {error}", inner, value, outage=outage)
    return DeadLetter(raw, internal_reason(stage), stage, f"{type(error).__name__} {_place(error)}", inner, value)


def refused(letter: DeadLetter) -> list[DeadLetter]:
    """Give the dead letters of a record that was refused as a whole: of a joined one, one a line."""
    if letter.inner is not None:
        return [letter]
    return [letter._replace(raw=line) for line in lines_of(letter.raw)]


def kafka_form(letter: DeadLetter, *, by_reference: bool = False) -> KafkaForm:
    """Give what is produced to the dead letter topic.

    Key, value and headers are the original's; a stranger's `weft.*` headers are renamed `weft.untrusted.*`.
    By reference there is no value, but its SHA-256, no foreign header and no long key: the last resort for what the
    topic cannot take, which therefore must always fit.
    """
    raw = letter.raw
    value = raw.value if letter.value is None else letter.value
    headers = DeadLetterHeaders(
        reason=letter.reason,
        stage=letter.stage,
        error=letter.error,
        topic=raw.topic,
        partition=raw.partition,
        offset=raw.offset,
        index=letter.inner,
        timestamp_ms=raw.timestamp,
        attempts=redrive_attempts(raw.headers) + 1,
        version=_VERSION,
        pipeline=letter.pipeline,
        event_id=letter.event_id,
        sink=letter.sink,
        sha256=sha256(value or b"").hexdigest() if by_reference else None,
    )
    if by_reference:
        return raw.key if len(raw.key or b"") <= _LONGEST_KEY else None, None, headers.to_kafka()
    theirs = len(raw.headers) - (letter.stage == UNREADABLE)
    kept = [*distrust(raw.headers[:theirs]), *raw.headers[theirs:]]
    return raw.key, value, [*kept, *headers.to_kafka()]


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"at {trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "at an unknown place"
