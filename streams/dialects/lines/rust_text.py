"""Text of Rust's loggers: env_logger, pretty_env_logger, log4rs and tracing-subscriber.

Source: env_logger's fmt module (`[TIME LEVEL target] message`), log4rs' default pattern, and tracing-subscriber's
`Full` and `Compact` formats (spans with their fields, target, message, then the fields of the event).
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.clock import ISO, ISO_HEAD
from streams.dialects.lines.grammar import DIGITS, Headed, lined
from streams.dialects.lines.pairs import take_pairs

_LEVEL = r"(?P<level>TRACE|DEBUG|INFO|WARN|ERROR)"
_ZULU = r"(?P<time>(?P<second>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?(?P<zone>Z|[+-]\d\d:\d\d))"
_CHRONO = r"(?P<time>(?P<second>[A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d)\.(?P<fraction>\d{3}))"
"""Of tracing-subscriber before 0.3."""
_TARGET = r"(?P<logger>[a-z_]\w{0,100}(?:::\w{1,100}){0,20})"
_MODULE = r"(?P<logger>[a-zA-Z_]\w{0,100}(?:::\w{1,100}){1,20})"
_SPAN = r"\w{1,100}(?:\{[^}\n]{0,2000}\})?:"
_PLACE = r"(?:(?P<file>[\w./\-]{1,200}\.rs):(?:(?P<line>\d{1,7}):)? )?"
_THREAD = r"(?:(?P<thread>(?:[\w\-]{1,60} )?ThreadId\(\d{1,10}\)) )?"

DIALECT = Dialect(
    name="rust-text",
    summary="env_logger, log4rs and tracing-subscriber in text",
    link="https://docs.rs/tracing-subscriber/latest/tracing_subscriber/fmt/format/index.html",
    compile_text=lined(
        "rust-text",
        Headed(rf"\[{ISO} {_LEVEL} +(?P<logger>[\w:.\-/]{{1,300}})\] (?P<body>.*)", starts="["),
        Headed(
            rf"{_ZULU} +{_LEVEL} +{_THREAD}(?P<spans>(?:{_SPAN}){{1,20}} )?{_TARGET}: {_PLACE}(?P<body>.*)",
            starts=DIGITS,
        ),
        Headed(
            rf"{_CHRONO} +{_LEVEL} +{_THREAD}(?P<spans>(?:{_SPAN}){{1,20}} )?{_TARGET}: {_PLACE}(?P<body>.*)",
            starts="JFMASOND",
        ),
        Headed(rf"{ISO} +{_LEVEL} +{_MODULE}(?: -|:) (?P<body>.*)", starts=DIGITS),
        Headed(rf" {{0,2}}{_LEVEL} +{_TARGET} +> (?P<body>.*)", starts="TDIWE "),
        then=take_pairs,
    ),
    starts=f"{DIGITS}[TDIWE JFMASON",
    head=rf"[A-Z][a-z]{{2}} 00 00:00:00\.000 |\[?{ISO_HEAD}(?:\Z| +T?\Z)|(?:TRACE|DEBUG|INFO|WARN|ERROR) | {{1,2}}T?\Z",
    examples=(
        Example(
            "[2024-03-10T14:13:06Z WARN  shop::cart] cart is full",
            {
                "timestamp": "2024-03-10T14:13:06.000000000Z",
                "severity_number": 13,
                "severity_text": "WARN",
                "body": "cart is full",
                "scope": {"name": "shop::cart"},
            },
        ),
        Example(
            '2024-03-10T14:13:06.719123Z  INFO request{method="GET" id=7}: shop::cart: sold items=3 to="Ann B."',
            {
                "timestamp": "2024-03-10T14:13:06.719123000Z",
                "severity_number": 9,
                "body": "sold",
                "scope": {"name": "shop::cart"},
                "attributes": {"spans": 'request{method="GET" id=7}: ', "items": "3", "to": "Ann B."},
            },
        ),
    ),
)
