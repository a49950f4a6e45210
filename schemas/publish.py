"""Keep the generated files current: JSON Schema golden files and docs/reference/record.md.

`python -m schemas.publish` checks them, `python -m schemas.publish --write` writes them; a schema that breaks
readers or writers is never written.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from schemas.compatibility import breaking_changes
from schemas.json_schema import PUBLISHED, json_schema
from schemas.reference import reference

ROOT: Final = Path(__file__).resolve().parent.parent
REFERENCE: Final = Path("docs/reference/record.md")


def golden_path(name: str) -> Path:
    """Give the golden file of a published message, relative to the project's folder."""
    return Path("schemas/golden") / f"{name}.schema.json"


def generated_files() -> dict[Path, str]:
    """Give the text that each generated file must have, by path relative to the project's folder."""
    schemas = {golden_path(name): json.dumps(json_schema(name), indent=2) + "\n" for name in PUBLISHED}
    return {**schemas, REFERENCE: reference()}


def stale_files(root: Path, files: Mapping[Path, str]) -> list[Path]:
    """Name the files that are missing or differ."""
    return [path for path, text in files.items() if not (root / path).is_file() or (root / path).read_text() != text]


def published_breaks(root: Path, name: str) -> list[str]:
    """Name the changes between a golden file and today's model that break a reader or a writer."""
    golden = root / golden_path(name)
    return list(breaking_changes(json.loads(golden.read_text()), json_schema(name))) if golden.is_file() else []


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Check or write, tell what happened and give the exit code: 1 when a check failed, 2 on wrong usage."""
    if arguments not in ([], ["--write"]):
        return _tell(["usage: python -m schemas.publish [--write]"], code=2)
    breaks = [f"{name} {change}" for name in PUBLISHED for change in published_breaks(root, name)]
    if breaks:
        return _tell([*breaks, "breaking: keep the old form, or make a new version with a topic of its own"], code=1)
    files = generated_files()
    stale = stale_files(root, files)
    if stale and not arguments:
        return _tell([*(f"{path} is not current" for path in stale), "run: python -m schemas.publish --write"], code=1)
    for path in stale:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(files[path])
    return _tell([f"wrote {path}" for path in stale] or ["everything is current"], code=0)


def _tell(lines: list[str], code: int) -> int:
    sys.stderr.write("\n".join(lines) + "\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
