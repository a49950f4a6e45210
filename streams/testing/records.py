"""Records to try a processor on: examples, any that the schema allows, and baits that grow.

`records` needs Hypothesis, which Weft does not bring along: `pip install hypothesis`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, cast

from schemas.examples import example, example_names
from streams.types import Record

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

KNOWN_NAMES: Final = (
    "http.request.method", "http.response.status_code", "http.route", "url.path", "url.full", "http", "method",
    "status", "path", "exception.type", "exception.message", "exception.stacktrace", "error", "user.id", "user_id",
    "user_agent.original", "client.address", "k8s.pod.name", "password", "stack",
)  # fmt: skip
"""Names of attributes that processors look at."""

TELLING_TEXTS: Final = (
    "", "-", "GET", "get", "PROPFIND", "200", "/users/42?x=1", "https://example.org/a/7#b", "user@example.org",
    "java.io.IOException: full\n\tat a.B.c(B.java:7)\nCaused by: a.D: e\n\t... 1 more",
    'Traceback (most recent call last):\n  File "/a.py", line 1, in f\n    g()\nValueError: no 17',
    "panic: no\n\ngoroutine 1 [running]:\nmain.f(0x1, 0x2)\n\t/src/main.go:12 +0x1d",
    "TypeError: x is no function\n    at f (/app/a.js:1:2)\n    at async /app/b.js:3:4",
    "order 17 of \"bob\" took 3 ms at 2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z", "0xdeadbeef", "pseudonym:a:b",
    "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "192.0.2.7", "2001:db8::1", "Müller \N{PILE OF POO} 你好",
)  # fmt: skip
"""Texts that processors read something from."""

TRACES: Final = ("4bf92f3577b34da6a3ce929d0e0e4736", "0000000000000000a3ce929d0e0e4736")
TIMES: Final = ("2026-11-24T12:00:00.000000000Z", "1990-01-01T00:00:00.000000000Z", "2261-12-31T23:59:59.999999999Z")


def example_records() -> Iterator[Record]:
    """Give the schema's own examples: logs, metrics of every type and spans."""
    for name in example_names():
        yield cast(Record, example(name))


def records() -> SearchStrategy[Record]:
    """Give Hypothesis's strategy for records that conform to the schema."""
    from hypothesis import strategies as st

    texts = st.one_of(st.sampled_from(TELLING_TEXTS), st.text(st.characters(codec="utf-8"), max_size=30))
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**63 - 1),
        st.floats(allow_nan=False, allow_infinity=False),
        texts,
    )
    values = st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3), max_leaves=6
    )
    names = st.one_of(st.sampled_from(KNOWN_NAMES), texts)
    attributes = st.dictionaries(names, values, max_size=8)
    changes = st.fixed_dictionaries(
        {
            "body": values,
            "attributes": attributes,
            "trace_id": st.sampled_from((None, *TRACES)),
            "severity_number": st.integers(0, 24),
            "severity_text": st.none() | texts,
            "timestamp": st.sampled_from((None, *TIMES)),
            "observed_timestamp": st.sampled_from(TIMES),
        },
        optional={
            "flags": st.sampled_from((["partial"], ["redacted", "truncated"])),
            "dropped_attributes_count": st.integers(0, 2**32 - 1),
            "scope": st.fixed_dictionaries({}, optional={"name": texts, "attributes": attributes}),
        },
    )

    def made(name: str, changed: dict[str, Any], resource: dict[str, Any], service: str) -> Record:
        record = example(name, **changed)
        record["resource"] = {**resource, "service.name": service}
        return cast(Record, record)

    return st.builds(made, st.sampled_from(example_names()), changes, attributes, texts.filter(bool))


def _log(**changes: Any) -> Record:
    return cast(Record, example("log_minimal", **changes))


def _bait(text: Callable[[int], str]) -> Callable[[int], Record]:
    """Put a text wherever a processor may look for one."""

    def made(size: int) -> Record:
        value = text(size)
        names = ("x", "url.path", "url.full", "exception.message", "exception.stacktrace", "user_agent.original")
        return _log(body=value, attributes={"http.request.method": "GET", **dict.fromkeys(names, value)})

    return made


_THROWN: Final = {
    "exception.type": "X",
    "exception.message": "order 7",
    "exception.stacktrace": "a\n\tat a.B(C.java:1)",
}
_EVENT: Final = {"timestamp": None, "name": "exception"}


def _span(events: list[dict[str, Any]]) -> Record:
    record = example("span")
    record["span"]["events"] = events
    return cast(Record, record)


_TEXTS: Final[Mapping[str, Callable[[int], str]]] = {
    "letters": lambda size: "x" * size,
    "digits": lambda size: "1" * size,
    "hexadecimal digits": lambda size: "a1" * (size // 2),
    "blanks": lambda size: "x" + " " * size + "x",
    "lines": lambda size: "\n" * size,
    "quotes that do not close": lambda size: '="' * (size // 2),
    "single quotes in words": lambda size: "a'b " * (size // 4),
    "escaped quotes": lambda size: '"' + '\\"' * (size // 2),
    "slashes": lambda size: "/" * size,
    "segments": lambda size: "/a1" * (size // 3),
    "colons": lambda size: "1:" * (size // 2),
    "points": lambda size: "1." * (size // 2),
    "at signs": lambda size: "a@" * (size // 2),
    "addresses that do not end": lambda size: "a@b." * (size // 4),
    "schemes": lambda size: "ab://" * (size // 5),
    "brackets": lambda size: "([{<" * (size // 4),
    "percent signs": lambda size: "%4" * (size // 2),
    "calls": lambda size: "x: y" + "\n\tat a.B.c(B.java:1)" * (size // 22),
    "calls without an end": lambda size: "x: y" + "\n   at a b(c" * (size // 12),
    "calls on one line": lambda size: "System.X: y" + "    at a.B(c d) in e" * (size // 20),
    "calls of Python": lambda size: "Traceback (most recent call last):" + '\n  File "a", line 1, in b' * (size // 26),
    "calls of Go": lambda size: "panic: x\n\ngoroutine 1 [running]:" + "\na.b(0x1)\n\t/c.go:1" * (size // 19),
    "calls of Node": lambda size: "Error: x" + "\n    at a (b:1:1:1" * (size // 18),
    "calls of Ruby": lambda size: "a.rb:1:in `b': c (D)" + "\n\tfrom a:1:in `b" * (size // 16),
    "calls of PHP": lambda size: "Uncaught E: x in /a:1\nStack trace:" + "\n#0 /a(1): b(" * (size // 13),
    "causes": lambda size: "x: y\n\tat a.B.c(B.java:1)" + "\nCaused by: a.B" * (size // 15),
}

BAITS: Final[Mapping[str, Callable[[int], Record]]] = {
    **{name: _bait(text) for name, text in _TEXTS.items()},
    "many attributes": lambda size: _log(attributes={f"a.{number}": number for number in range(size)}),
    "many events of a span": lambda size: _span([dict(_EVENT, attributes=dict(_THROWN)) for _ in range(size // 8)]),
    "a long list": lambda size: _log(body=["x"] * size, attributes={"http": ["x"] * size}),
    "a wide object": lambda size: _log(body={f"k{number}": {"a": "b"} for number in range(size)}),
}
"""Name to a record whose size grows with a number."""
