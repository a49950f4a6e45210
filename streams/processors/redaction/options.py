"""The options of redaction."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator, model_validator

from streams.processors.base import Options
from streams.processors.redaction import patterns
from streams.processors.redaction.kinds import KINDS, Kind
from streams.processors.redaction.masks import Mode

_KIND_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}")

Text = Annotated[str, Field(min_length=1, max_length=200)]


class RedactOptions(Options):
    """What is redacted, and how."""

    mode: Mode = Field("mask", description="mask, partial, hash or keep: for each kind that `kinds` does not name")
    kinds: dict[Kind | str, Mode] = Field(
        default_factory=dict, description="kind to mode; ipv4 and ipv6 are kept unless they are named"
    )
    secret_names: tuple[Text, ...] = Field(
        (), description="more names of fields whose values are secret; `-`, `_`, `.` and capitals make no difference"
    )
    patterns: dict[str, str] = Field(
        default_factory=dict, description="kind of your own to the regular expression (RE2's) that finds it"
    )
    allow: tuple[Text, ...] = Field((), description="values that stay; `*` stands for any characters")
    exempt_fields: tuple[Text, ...] = Field(
        (), description="names of fields in which nothing is looked for; secret names are redacted all the same"
    )
    key_file: Path | None = Field(None, description="file that holds the key of hashes")
    key_variable: str | None = Field(None, description="environment variable that holds it instead")
    key_id: Annotated[str, Field(pattern=r"^[\w.-]{1,64}$")] = Field(
        "1", description="stands in each hash; to be changed with the key"
    )

    @field_validator("patterns")
    @classmethod
    def _can_be_searched(cls, value: dict[str, str]) -> dict[str, str]:
        for name, pattern in value.items():
            if not _KIND_NAME.fullmatch(name) or name in KINDS:
                raise ValueError(f"{name!r} is no free name for a kind: small letters, digits and underscores")
            try:
                patterns.check(pattern)
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> RedactOptions:
        unknown = sorted(set(self.kinds) - {*KINDS, *self.patterns})
        if unknown:
            raise ValueError(f"there is no kind {unknown[0]!r}; there are {', '.join(KINDS)}")
        hashes = "hash" in {self.mode, *self.kinds.values()}
        if hashes != ((self.key_file is None) != (self.key_variable is None)):
            raise ValueError("hashes need a key_file or a key_variable, and these nothing but hashes")
        return self
