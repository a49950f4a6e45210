"""Functions that do what no function should."""

import datetime
import os
import sys
import time
from typing import Any

Record = dict[str, Any]
_kept: list[Any] = []


def mutates_and_returns_another(record: Record) -> Record:
    record.clear()
    return {"attributes": {}}


def mutates_and_raises(record: Record) -> Record:
    record["attributes"]["team"] = "x"
    record["body"] = "x"
    raise KeyError("secret")


def returns_nothing(record: Record) -> None:
    record["attributes"]["team"] = "x"


def returns_a_list(record: Record) -> list[Record]:
    return [record]


def raises(record: Record) -> Record:
    raise KeyError("secret")


def exits(record: Record) -> Record:
    sys.exit(3)


def recurses(record: Record) -> Record:
    return recurses(record)


def returns_itself(record: Record) -> Record:
    record["body"] = record
    return record


def returns_a_set(record: Record) -> Record:
    return {**record, "body": {1, 2}}


def returns_a_time(record: Record) -> Record:
    return {**record, "body": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}


def returns_not_a_number(record: Record) -> Record:
    return {**record, "body": float("nan")}


def returns_a_large_integer(record: Record) -> Record:
    return {**record, "body": 2**63}


def returns_a_surrogate(record: Record) -> Record:
    return {**record, "body": "\ud800"}


def returns_a_number_as_key(record: Record) -> Record:
    return {**record, "body": {1: 2}}


def writes_the_envelope(record: Record) -> Record:
    return {**record, "event_id": "x"}


def writes_another_attribute(record: Record) -> Record:
    record["attributes"]["other"] = 1
    return record


def adds_a_field(record: Record) -> Record:
    return {**record, "extra": 1}


def removes_a_field(record: Record) -> Record:
    del record["trace_id"]
    return record


def changes_a_kind(record: Record) -> Record:
    record["attributes"]["number"] = True
    return record


def breaks_the_schema(record: Record) -> Record:
    return {**record, "severity_number": 25}


def reorders(record: Record) -> Record:
    return {name: record[name] for name in sorted(record, reverse=True)}


def prints(record: Record) -> Record:
    print('{"id": 1, "result": {}}')  # noqa: T201
    record["attributes"]["team"] = "x"
    return record


def writes_to_stdout(record: Record) -> Record:
    sys.stdout.write('{"id": 1, "result": {}}\n')
    sys.stdout.flush()
    os.write(1, b'{"id": 1, "result": {}}\n')
    os.system("echo '{}'")  # noqa: S605
    record["attributes"]["team"] = "x"
    return record


def reads_input(record: Record) -> Record:
    record["attributes"]["team"] = sys.stdin.read() + "x"
    return record


def tuples(record: Record) -> Record:
    record["attributes"]["team"] = ("a", 1)
    return record


def keeps(record: Record) -> Record:
    """Keeps what it was given and changes it at the next call."""
    for kept in _kept:
        kept["attributes"]["team"] = "late"
    _kept.append(record)
    record["attributes"]["team"] = "x"
    return record


def hangs(record: Record) -> Record:
    if record["body"] == "hang":
        while True:
            time.sleep(0.01)
    record["attributes"]["team"] = "x"
    return record


def dies(record: Record) -> Record:
    if record["body"] == "die":
        os._exit(1)
    record["attributes"]["team"] = "x"
    return record


def floods(record: Record) -> Record:
    return {**record, "body": "x" * 10_000}


def tells_its_process(record: Record) -> Record:
    if record["body"] == "hang":
        time.sleep(60)
    record["attributes"]["team"] = os.getpid()
    record["attributes"]["secret"] = [name for name in os.environ if name.startswith("WEFT_")]
    return record
