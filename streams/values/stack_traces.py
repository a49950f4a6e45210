"""Stack traces in text: what was thrown, where it stands and which runtime printed it.

The forms are those that the runtimes print: Python's `traceback`, the JVM's `printStackTrace`, V8's `Error.stack`,
.NET's `Exception.ToString`, Ruby's `full_message` and Go's crash output. Each is found by a word that it cannot be
without, then read line by line in a bounded part of the text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_MOST_LINES = 20
_LONGEST_LINE = 4_000

_PYTHON = "Traceback (most recent call last):"
_PYTHON_HEAD = re.compile(r"\n(?P<type>[A-Za-z_][\w.]{0,300})(?::(?: (?P<message>[^\n]*+))?)?(?=\n|$)")

_AT_FRAME = re.compile(r"\n[ \t]+at (?=\S)[^\n]*")
_AT_FRAME_END = re.compile(r"(?:\)(?: ~?\[[^\]\n]{1,200}\])?|:\d{1,7}:\d{1,7}|:line \d{1,7}|<anonymous>)(?: \{)?\s*$")
_JVM_FRAME_END = re.compile(
    r"\((?:[\w$ ]+\.(?:java|kt|kts|scala|groovy|clj):\d+|Native Method|Unknown Source|<[\w ]+>)\)"
)
_NODE_FRAME_END = re.compile(
    r"(?::\d{1,7}:\d{1,7}\)?|\.[cm]?[jt]sx?\)|\((?:native|index \d+|<anonymous>)\)|<anonymous>)(?: \{)?\s*$"
)
"""V8's last frame may open a brace: the error's own properties follow."""
_TYPE = re.compile(
    r"(?<![\w$./+])(?P<type>(?>(?:[A-Za-z_][\w$]*+[.+])*)(?P<name>[A-Z][\w$]*+)(?:`\d{1,3})?)"
    r"(?: \[[A-Z0-9_]{1,80}\])?(?=: |:?$)"
)
_SURE_NAME = re.compile(r"(?:Exception|Error|Throwable|Failure|Fault|Warning|Interrupt|Timeout|Abort)\d*$")
_INNER = "--->"
_NO_TYPE = "UnhandledPromiseRejectionWarning"
"""Node's word before the exception of a promise that nobody caught."""

_RUBY_HEAD = re.compile(
    r"^[^\s:][^:\n]{0,500}:\d{1,7}:in [`'][^'\n]{1,300}': (?P<message>[^\n]*) \((?P<type>[A-Z][\w:]*)\)(?=\n|$)",
    re.MULTILINE,
)
_RAILS_HEAD = re.compile(
    r"^(?:\[[^\]\n]{1,100}\] ){0,5}(?P<type>[A-Z][\w:]{1,200}) \((?P<message>[^\n]*)\):?$", re.MULTILINE
)

_GO_HEAD = re.compile(r"(?:^|(?<=[\s:]))(?P<type>panic|fatal error)(?: serving \S+)?: (?P<message>[^\n]*)")
_GO_FRAMES = re.compile(r"^goroutine \d{1,10} (?:gp=[^\[\n]{1,80} )?\[[^\]\n]{1,200}\]:", re.MULTILINE)


class Trace(NamedTuple):
    """What was thrown, the runtime that printed it, and where in the text it begins."""

    runtime: str
    type: str
    message: str
    start: int


@lru_cache(maxsize=4)
def find_trace(text: str) -> Trace | None:
    """Find the first stack trace in a text of several lines; remembered, because several grammars ask of one text."""
    if _PYTHON in text:
        return _find_python(text)
    if ":in " in text:
        found = _find_ruby(text)
        if found:
            return found
    if "goroutine " in text and _GO_FRAMES.search(text):
        return _find_go(text)
    return _find_at(text) if " at " in text or "\tat " in text else None


def _find_python(text: str) -> Trace | None:
    """The last line that is not indented names the exception; of a chain the last is the one that was raised."""
    match = _PYTHON_HEAD.search(text, text.rfind(_PYTHON))
    if not match:
        return None
    return Trace("python", match["type"], _clipped(match["message"] or ""), text.find(_PYTHON))


def _find_ruby(text: str) -> Trace | None:
    match = _RUBY_HEAD.search(text) or _RAILS_HEAD.search(text)
    return Trace("ruby", match["type"], _clipped(match["message"]), match.start()) if match else None


def _find_go(text: str) -> Trace | None:
    match = _GO_HEAD.search(text)
    return Trace("go", match["type"], _clipped(match["message"]), match.start()) if match else None


def _find_at(text: str) -> Trace | None:
    """The JVM, V8 and .NET: frames begin with `at`, and the exception is named above the first of them."""
    frame = _AT_FRAME.search(text)
    if frame is None or not _AT_FRAME_END.search(frame[0][:_LONGEST_LINE]):
        return None
    runtime = _runtime(frame[0][:_LONGEST_LINE])
    end = frame.start()
    for nearness in range(_MOST_LINES):
        start = text.rfind("\n", 0, end) + 1
        line = text[start:end][:_LONGEST_LINE]
        match = None if line.lstrip().startswith(_INNER) else _thrown(line, sure=nearness > 0)
        if match:
            message, _, _ = text[start + match.end() + 1 : frame.start()].partition(f"\n {_INNER}")
            return Trace(runtime, match["type"], _clipped(message), start + match.start())
        if start == 0:
            break
        end = start - 1
    return None


def _runtime(frame: str) -> str:
    if _JVM_FRAME_END.search(frame):
        return "java"
    return "node" if _NODE_FRAME_END.search(frame) else "dotnet"


def _thrown(line: str, *, sure: bool) -> re.Match[str] | None:
    """The first name of a type that reads like an exception; if that is not asked, also one that begins the line."""
    for match in _TYPE.finditer(line.rstrip()):
        if match["type"] == _NO_TYPE:
            continue
        if _SURE_NAME.search(match["name"]) or "." in match["type"] or (not sure and match.start() == 0):
            return match
    return None


def _clipped(message: str) -> str:
    return message[:_LONGEST_LINE].strip()
