"""The reference page of the settings, made from the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from streams.settings import PREFIX, ProcessorEntry, Settings, TopicPolicy
from streams.settings_base import Section
from streams.settings_sinks import SinkEntry

_HEAD: Final = """\
# Settings

Made from `streams/settings.py` by `python -m streams.reference --write`; do not edit.

Settings come from a YAML file named by `--config` or `WEFT_CONFIG` (never picked up from the working directory), then
from `WEFT_*` variables, which win; a nested setting has two underscores. Unknown keys and variables are errors, except
those that Kubernetes injects for a service. `weft schema config` prints the JSON Schema of the file. Secrets belong in
the environment or in files, never in the settings file.

| setting | variable | default | meaning |
|---|---|---|---|
"""
_TOPICS: Final = """
`topics` maps the name of a raw topic to how it is read, in the file only:

| setting | default | meaning |
|---|---|---|
"""

_SINKS: Final = """
`sinks` maps the name of a sink to how it is written to; without an entry a sink has the defaults:

| setting | default | meaning |
|---|---|---|
"""


def settings_page() -> str:
    """Make `docs/reference/settings.md`."""
    rows = "".join(
        f"| `{name}` | `{PREFIX}{name.upper().replace('.', '__')}` | {_default(info)} | {info.description or ''} |\n"
        for name, info in _settings(Settings)
        if name not in ("topics", "sinks")
    )
    return _HEAD + rows + _TOPICS + _named("topics", TopicPolicy) + _SINKS + _named("sinks", SinkEntry)


def _named(group: str, model: type[BaseModel]) -> str:
    return "".join(
        f"| `{group}.NAME.{name}` | {_default(info)} | {info.description or ''} |\n" for name, info in _settings(model)
    )


def _settings(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    for name, info in model.model_fields.items():
        if isinstance(info.default, Section):
            yield from _settings(type(info.default), f"{prefix}{name}.")
        else:
            yield prefix + name, info


def _default(info: FieldInfo) -> str:
    value = info.get_default(call_default_factory=True) if not info.is_required() else None
    if value is None or isinstance(value, SecretStr):
        return ""
    return f"`{','.join(_name(item) for item in value)}`" if isinstance(value, tuple) else f"`{value}`"


def _name(item: object) -> str:
    return item.name if isinstance(item, ProcessorEntry) else str(item)
