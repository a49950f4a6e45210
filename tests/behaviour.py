"""What each version of each processor does, held in `tests/golden/behaviour/PROCESSOR@VERSION.yaml`.

A file has a list of options; with each stand cases, which are fields over a minimal record (`given`) and the fields
that come out otherwise (`gives`), and digests of what becomes of the records of `records.jsonl`, one of each dialect.
`python -m tests.behaviour --write` fills in what is not said yet and changes nothing that is: whoever changes what a
processor does raises its version, and the file of the new one is made from the cases of the old.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import chdir
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import orjson
import yaml

from streams.processors.base import Processor, Verdict
from streams.processors.registry import BUILTIN
from streams.types import Record
from tests.processors import record_with

FOLDER: Final = Path(__file__).with_name("golden") / "behaviour"
SAMPLED: Final = "sampled"
_VARIABLES = {"BEHAVIOUR_KEY": "another key of sixteen bytes or more"}
_DIGITS = 8
_WIDTH = 120

Group = dict[str, Any]
"""`options`, `cases` and `records` of a file."""


class _Dumper(yaml.SafeDumper):
    """Writes what stands in two places twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def file_of(kind: type[Processor]) -> Path:
    """Give the file of a processor's present version."""
    return FOLDER / f"{kind.name}@{kind.version}.yaml"


def read(path: Path) -> list[Group]:
    """Read the groups of a file."""
    groups: list[Group] = yaml.safe_load(path.read_text())
    return groups


def differences(kind: type[Processor], groups: list[Group]) -> Iterator[str]:
    """Tell where a processor does something else than its file says."""
    for group, found in zip(groups, results(kind, groups), strict=True):
        for case, gives in zip(group["cases"], found["gives"], strict=True):
            if "gives" not in case or orjson.dumps(case["gives"]) != orjson.dumps(gives):
                yield f"{group['options']}: {case['given']} gives {gives}, not {case.get('gives')}"
        said = group.get("records", {})
        for number in sorted(said.keys() | found["records"].keys()):
            if said.get(number) != found["records"].get(number):
                yield f"{group['options']}: record {number} of records.jsonl becomes something else"


def results(kind: type[Processor], groups: list[Group]) -> Iterator[Group]:
    """Give what a processor makes of the cases and of the records, with the options of each group."""
    known = [orjson.loads(line) for line in (FOLDER / "records.jsonl").read_bytes().splitlines()]
    with chdir(FOLDER), patch.dict(os.environ, _VARIABLES):
        for group in groups:
            processor = kind(kind.Options(**group["options"]))
            given = [record_with(**deepcopy(case["given"])) for case in group["cases"]]
            every = ((number, changes(processor, record)) for number, record in enumerate(known))
            yield {
                "gives": [changes(processor, record) for record in given],
                "records": {number: _digest(changed) for number, changed in every if changed},
            }


def changes(processor: Processor, record: Record) -> dict[str, Any] | str:
    """Give the fields of a record that a processor changes, with their new values; `sampled` when it drops it."""
    done: Any = deepcopy(record)
    if processor.process(done) is Verdict.SAMPLED:
        return SAMPLED
    if "flags" in done:  # a set, which the pipeline sorts
        done["flags"].sort()
    was: Any = record
    return {name: new for name, new in done.items() if name not in was or orjson.dumps(was[name]) != orjson.dumps(new)}


def _digest(changed: dict[str, Any] | str) -> str:
    return sha256(orjson.dumps(changed)).hexdigest()[:_DIGITS]


def _complete(kind: type[Processor]) -> bool:
    """Fill in what the file of a processor does not say yet; whether there was anything."""
    path = file_of(kind)
    groups = read(path if path.exists() else _latest(kind))
    if not path.exists():
        groups = [
            {"options": group["options"], "cases": [{"given": case["given"]} for case in group["cases"]]}
            for group in groups
        ]
    before = deepcopy(groups)
    for group, found in zip(groups, results(kind, groups), strict=True):
        for case, gives in zip(group["cases"], found["gives"], strict=True):
            case.setdefault("gives", gives)
        group.setdefault("records", found["records"])
    if groups == before:
        return False
    path.write_text(
        yaml.dump(groups, Dumper=_Dumper, allow_unicode=True, default_flow_style=None, sort_keys=False, width=_WIDTH)
    )
    return True


def _known(kind: type[Processor]) -> list[Group]:
    return read(file_of(kind) if file_of(kind).exists() else _latest(kind))


def _latest(kind: type[Processor]) -> Path:
    """Give the file of the version before; they sort as numbers do."""
    return max(FOLDER.glob(f"{kind.name}@*.yaml"), key=lambda path: (len(path.name), path.name))


def main(arguments: list[str]) -> int:
    """Tell what differs, or write what is missing; the exit code is 1 when something differs."""
    if arguments not in ([], ["--write"]):
        sys.stderr.write("usage: python -m tests.behaviour [--write]\n")
        return 2
    for kind in BUILTIN:
        if arguments and _complete(kind):
            sys.stdout.write(f"wrote {file_of(kind).name}\n")
    differ = [f"{kind.name}: {one}\n" for kind in BUILTIN for one in differences(kind, _known(kind))]
    sys.stderr.writelines(differ)
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
