"""Calls an old function in an interpreter of its own; the other end is `remote.py`.

Run as a script, on the standard library of Python 3.8 and later alone:
`python -IB server.py FOLDER MODULE FUNCTION START_SECONDS CALL_SECONDS OUTPUT_BYTES`.
It writes `{"ready": true}`, then answers each line `{"id": n, "record": {...}}` on stdin with one line
`{"id": n, "result": {...}}` or `{"id": n, "error": "class"}` on stdout. When it cannot begin, its only line is
`{"error": "class", "message": "..."}`. It ends when stdin does, so also when its parent dies, by whatever signal;
a call that hangs then is ended by the alarm. What the function prints or reads goes nowhere.
"""

import json
import math
import os
import signal
import sys
from importlib import import_module
from typing import Any, BinaryIO, Callable, Dict, NamedTuple  # noqa: UP035 (Python 3.8)

Function = Callable[[Dict[str, Any]], Any]  # noqa: UP006 (Python 3.8)

_DEEPEST = 220
"""Deeper than any record; orjson refuses to write 255 levels."""
_INT64 = range(-(2**63), 2**63)


class NotARecord(TypeError):
    """The function gave something else than a dict."""


class NotJson(TypeError):
    """What the function gave holds a value that JSON or a record cannot carry."""


class OutputTooLarge(ValueError):
    """What the function gave takes more bytes than allowed."""


class Allowance(NamedTuple):
    """Seconds for the start and for each call, and bytes of an answer."""

    start_seconds: float
    call_seconds: float
    output_bytes: int


def ask(function: Function, record: Dict[str, Any]) -> Dict[str, Any]:  # noqa: UP006 (Python 3.8)
    """Call the function with a record that it may change; gives a copy of what it returned.

    Raises:
        NotARecord: that is no dict.
        NotJson: it holds something that is no JSON.
    """
    result = function(record)
    if not isinstance(result, dict):
        raise NotARecord(type(result).__name__)
    said: Dict[str, Any] = as_json(result)  # noqa: UP006 (Python 3.8)
    return said


def as_json(value: Any, levels: int = _DEEPEST) -> Any:
    """Copy a value of dicts with string keys, lists, tuples, strings, booleans, None, int64 and finite floats.

    Raises:
        NotJson: it is anything else, or nests too deep.
    """
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int) and value in _INT64:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if not levels:
        raise NotJson("nested too deep")
    if isinstance(value, dict):
        return {_key(key): as_json(item, levels - 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_json(item, levels - 1) for item in value]
    raise NotJson(type(value).__name__)


def _key(key: object) -> str:
    if isinstance(key, str):
        return _text(key)
    raise NotJson("a key that is no string")


def _text(value: str) -> str:
    if type(value) is str and value.isascii():
        return value
    try:
        return value.encode().decode()  # also makes a plain string of a subclass
    except UnicodeEncodeError:
        raise NotJson("a lone surrogate") from None


def main(folder: str, module: str, function: str, allowance: Allowance) -> None:
    """Load the function and answer until there are no more questions."""
    questions, answers = _take_pipes()
    sys.path.insert(0, folder)
    signal.setitimer(signal.ITIMER_REAL, allowance.start_seconds)
    try:
        found = getattr(import_module(module), function)
    except BaseException as error:  # noqa: BLE001 - whatever the module does, the parent is told
        _write(answers, {"error": type(error).__name__, "message": str(error)})
        return
    _write(answers, {"ready": True})
    for line in questions:
        # Default action: the kernel ends a call that hangs even when Python never gets its turn.
        signal.setitimer(signal.ITIMER_REAL, allowance.call_seconds)
        answer = _answer(found, json.loads(line), allowance.output_bytes)
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(answer)


def _take_pipes() -> "tuple[BinaryIO, BinaryIO]":
    """Keep stdin and stdout for the protocol and leave nothing in their places."""
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return questions, answers


def _answer(function: Function, question: Any, most: int) -> bytes:
    try:
        line = _line({"id": question["id"], "result": ask(function, question["record"])})
        if len(line) > most:
            raise OutputTooLarge(len(line))
    except BaseException as error:  # noqa: BLE001 - sys.exit() too is the function's failure
        return _line({"id": question["id"], "error": type(error).__name__})
    return line


def _write(answers: BinaryIO, said: Any) -> None:
    answers.write(_line(said))


def _line(said: Any) -> bytes:
    return json.dumps(said, allow_nan=False).encode() + b"\n"


if __name__ == "__main__":
    try:
        _, where, what, which, start, call, output = sys.argv
        main(where, what, which, Allowance(float(start), float(call), int(output)))
    finally:
        if os.getpgrp() == os.getpid():  # with everything that the function started
            os.killpg(0, signal.SIGKILL)
