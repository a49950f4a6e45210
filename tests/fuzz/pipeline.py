"""`make fuzz`: values that a coverage-guided fuzzer makes, through the whole pipeline, for as long as it is let.

No exception escapes, nothing vanishes, every record conforms, and no value takes long. Seeds are the examples of all
dialects; ARGS go to libFuzzer (`-max_total_time=600`, or a file of an earlier crash to repeat it).
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["streams"]):
    from streams.dialects.registry import BY_NAME, DIALECTS
    from tests.through import outcome_of

from streams.testing import FakeRecord

HINTS = (None, *sorted(BY_NAME), "application/json", "application/x-ndjson", "application/x-protobuf", "text/plain")
"""What a header says of the value: the first byte of an input chooses one, most choose none."""

LONGEST_SECONDS = 10


def one_input(data: bytes) -> None:
    """Take a value through; `outcome_of` checks what must hold of any outcome."""
    if not data:
        return
    hint = HINTS[data[0]] if data[0] < len(HINTS) else None
    name = "content-type" if hint and "/" in hint else "weft-dialect"
    headers = [(name, hint.encode())] if hint else []
    outcome_of(FakeRecord(data[1:], headers=headers))


def write_seeds(folder: Path) -> None:
    """Write the examples of all dialects, each as it is found and as it is named by its header."""
    for dialect in DIALECTS:
        for number, example in enumerate(dialect.examples):
            (folder / f"{dialect.name}-{number}").write_bytes(b"\xff" + example.encoded)
            (folder / f"{dialect.name}-{number}-named").write_bytes(
                bytes([HINTS.index(dialect.name)]) + example.encoded
            )


def main() -> None:
    """Fuzz until an input fails or the time is over."""
    with tempfile.TemporaryDirectory(prefix="weft-fuzz-") as folder:
        seeds = Path(folder)
        write_seeds(seeds)
        given = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
        corpus = [] if given else [folder]
        atheris.Setup([*sys.argv, f"-timeout={LONGEST_SECONDS}", "-max_len=8192", *corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
