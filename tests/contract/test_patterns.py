"""What holds of every regular expression in the program."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
POSSESSIVE_GROUP = re.compile(r"(?<!\\)\)(?:[*+?]\+|\{\{?[0-9,]+\}\}?\+)")


def test_no_group_is_possessive() -> None:
    """Python before 3.11.5 forgets to go back when a group fails midway; `(?>(?:...)*)` says the same and works."""
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in ("streams", "schemas")
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if POSSESSIVE_GROUP.search(line)
    ]
    assert found == []
