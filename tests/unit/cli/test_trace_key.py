"""`weft produce --key-from trace`: which id a line names."""

import pytest

from streams.cli.produce import trace_key

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (f'{{"trace_id": "{TRACE}"}}', TRACE),
        (f'{{"traceId":"{TRACE.upper()}"}}', TRACE),
        (f'{{"trace.id":"{TRACE}"}}', TRACE),
        (f"level=info trace_id={TRACE} msg=x", TRACE),
        (f"traceID: {TRACE}", TRACE),
        (f'{{"traceparent":"00-{TRACE}-00f067aa0ba902b7-01"}}', TRACE),
        ('{"trace_id":"00f067aa0ba902b7"}', "000000000000000000f067aa0ba902b7"),
        ('{"trace_id":"4bf92f35-77b3-4da6-a3ce-929d0e0e4736"}', TRACE),
        (f'{{"trace_id":"{"0" * 32}"}}', None),
        ('{"trace_id":"nothing of the kind"}', None),
        (f'{{"request_id":"{TRACE}"}}', None),
        ("", None),
        ("trace_id=" + "f" * 1_000_000, None),
    ],
)
def test_the_key_is_the_canonical_trace_id_or_none(line: str, key: str | None) -> None:
    assert trace_key(line.encode()) == (key.encode() if key else None)
