"""Old modules, and processors made of them, as tests need them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from streams.processors.legacy.failures import Unavailable
from streams.processors.legacy.processor import Legacy
from streams.types import Record
from tests.processors import record_with

PACKAGES = Path(__file__).with_name("legacy_packages")


def legacy(folder: str | Path, module: str, function: str = "normalize", **options: Any) -> Legacy:
    """An old function as a processor, which may write any attribute and the body unless `writes` says else."""
    options = {"writes": ("attributes.*", "body"), **options}
    return Legacy(Legacy.Options(path=PACKAGES / folder, module=module, function=function, **options))


def odd(function: str, **options: Any) -> Legacy:
    return legacy("odd", "odd", function, **options)


def attributes_after(processor: Legacy, **fields: Any) -> dict[str, Any]:
    record = record_with(**fields)
    processor.process(record)
    return record["attributes"]


def eventually(holds: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for what another process brings about: there is nothing to wait on."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.01)


def recovered(processor: Legacy, record: Record) -> bool:
    """Whether the function's process is there again."""
    try:
        processor.process(record)
    except Unavailable:
        return False
    return True
