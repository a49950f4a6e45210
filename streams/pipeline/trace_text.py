"""The trace that a text names in passing: `trace_id=HEX`, `dd.trace_id=DECIMAL`, `traceparent: ...`, Spring's brackets.

Pairs may stand in quotes, also in those of JSON inside a text (data contract, 8b.3).
"""

from __future__ import annotations

import re

from streams.values.trace import NOTHING, TraceContext, read_span, read_trace

_NEAR = 65_536
_IS = r"""\\{0,3}["']?\s{0,4}[=:]\s{0,4}\\{0,3}["']?(?:0x|Root=)?"""
_HEX = "[0-9a-fA-F]{32}|[0-9a-fA-F]{16}"
_ID = "[._-]?(?:id|Id|ID)"
# A regular expression that begins with a set of letters is searched for several times as fast as one that begins
# with an assertion or ignores case, so what may stand before the name is asked behind its first letter.
_TRACE = re.compile(
    rf"[tT](?:(?<!\w[tT])(?<!dd\.[tT])|(?<=otel[tT]))(?:race|RACE)(?:{_ID}|parent|Parent|PARENT){_IS}"
    rf"({_HEX}|[0-9a-fA-F]{{8}}(?:-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}|1-[0-9a-fA-F]{{8}}-[0-9a-fA-F]{{24}}"
    r"|[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})\b"
)
_SPAN = re.compile(
    rf"[sS](?:(?<!\w[sS])(?<!dd\.[sS])(?<!parent[.-][sS])|(?<=otel[sS]))(?:pan|PAN){_ID}{_IS}([0-9a-fA-F]{{16}})\b"
)
_DATADOG_TRACE = re.compile(rf"\bdd\.trace_id{_IS}([0-9a-fA-F]{{1,39}})\b")
_DATADOG_SPAN = re.compile(rf"\bdd\.span_id{_IS}([0-9a-fA-F]{{1,20}})\b")
_SPRING = re.compile(rf"\[(?:[^\[\],\s]{{0,64}},)?({_HEX})[,-]([0-9a-fA-F]{{16}})(?:,(?:true|false))?\]")
"""Spring Cloud Sleuth's `[service,trace,span]` and Spring Boot 3's `[trace-span]`."""


def read_trace_text(text: str) -> TraceContext:
    """Read the trace that a text names within its first 65,536 characters; what is no id is no trace and no fault."""
    # Most records without a trace come here: what a plain search rules out costs no regular expression.
    if "[" in text:
        spring = _SPRING.search(text, 0, _NEAR)
        if spring:
            return _with_span(read_trace(spring[1]), read_span(spring[2]))
    if not ("race" in text or "RACE" in text):
        return NOTHING
    head = text[:_NEAR]
    found = _first(_TRACE, head)
    if found.trace_id:
        span = _SPAN.search(head)
        return _with_span(found, read_span(span[1] if span else None))
    if "dd." not in head:
        return NOTHING
    span = _DATADOG_SPAN.search(head)
    return _with_span(_first(_DATADOG_TRACE, head, decimal=True), read_span(span[1] if span else None, decimal=True))


def _first(pattern: re.Pattern[str], text: str, *, decimal: bool = False) -> TraceContext:
    """The first match that is not the zero id."""
    contexts = (read_trace(match[1], decimal=decimal) for match in pattern.finditer(text))
    return next((context for context in contexts if context.trace_id), NOTHING)


def _with_span(trace: TraceContext, span: TraceContext) -> TraceContext:
    """The trace with the span that is written at its side, else the one inside its own form."""
    return trace._replace(span_id=span.span_id or trace.span_id) if trace.trace_id else NOTHING
