"""OpenTelemetry severity numbers (Logs Data Model, "Severity Fields")."""

from typing import Annotated, Final

from pydantic import Field

UNSPECIFIED: Final = 0
TRACE: Final = 1
DEBUG: Final = 5
INFO: Final = 9
WARN: Final = 13
ERROR: Final = 17
FATAL: Final = 21

HIGHEST: Final = 24

LEVELS: Final = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
"""One level per four numbers, the first starting at 1."""

SeverityNumber = Annotated[int, Field(ge=UNSPECIFIED, le=HIGHEST)]
"""0 is unspecified; from 17 on the record tells of an error."""


def severity_name(number: int) -> str:
    """Give the short name of a number: `TRACE`, `TRACE2` ... `FATAL4`, and `UNSPECIFIED` for 0.

    Source: Logs Data Model, "Displaying Severity".

    Raises:
        ValueError: the number is none of OpenTelemetry's.
    """
    if not UNSPECIFIED <= number <= HIGHEST:
        raise ValueError(f"severity number {number} is not between 0 and 24")
    if number == UNSPECIFIED:
        return "UNSPECIFIED"
    level, step = divmod(number - 1, 4)
    return LEVELS[level] if step == 0 else f"{LEVELS[level]}{step + 1}"
