"""Examples of every message, one a file: for readers of the documentation and for tests of other programs."""

import json
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent


def example_names(message: str = "enriched/v1") -> list[str]:
    """Name the examples of a message, sorted."""
    return sorted(path.stem for path in (_FOLDER / message).glob("*.json"))


def example(name: str = "log_minimal", message: str = "enriched/v1", /, **changes: Any) -> dict[str, Any]:
    """Give a fresh copy of an example with some of its top-level keys replaced or added.

    Raises:
        FileNotFoundError: there is no example of that name.
    """
    content: dict[str, Any] = json.loads((_FOLDER / message / f"{name}.json").read_text(encoding="utf-8"))
    return {**content, **changes}
