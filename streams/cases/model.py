"""A case: what goes in and what must come out; and the file that it stands in."""

from __future__ import annotations

import json
from base64 import b64decode
from binascii import Error as Base64Error
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from streams.cases.yaml import Document, read_yaml
from streams.errors import ConfigurationError
from streams.testing import NOON, FakeRecord


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Input(_Model):
    """A record as it stands in Kafka: a value in one of three forms, none of which means null."""

    value: str | None = Field(None, description="the value as a text")
    document: Any = Field(None, alias="json", description="the value as what is to be its JSON")
    value_b64: str | None = Field(None, description="the value's bytes in Base64")
    key: str | None = Field(None, description="its key")
    headers: dict[str, str] = Field(default_factory=dict, description="its headers")
    timestamp_ms: int = Field(NOON, description="Kafka's timestamp; noon of 2026-11-24 in UTC by default")
    topic: str = Field("raw-logs", description="its topic")
    partition: int = Field(0, ge=0, description="its partition")
    offset: int | None = Field(None, ge=0, description="its offset; the next of its partition by default, from 0")

    @model_validator(mode="before")
    @classmethod
    def _value_only(cls, given: object) -> object:
        return {"value": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _has_one_value(self) -> Input:
        if len({"value", "document", "value_b64"} & self.model_fields_set) != 1:
            raise ValueError("there must be one of value, json, value_b64")
        return self

    @field_validator("value_b64")
    @classmethod
    def _is_base64(cls, given: str | None) -> str | None:
        try:
            b64decode(given or "", validate=True)
        except Base64Error:
            raise ValueError("it is not Base64") from None
        return given

    def record(self, offset: int) -> FakeRecord:
        """Give the record, at an offset unless it names its own."""
        place = offset if self.offset is None else self.offset
        headers = [(name, text.encode()) for name, text in self.headers.items()]
        key = None if self.key is None else self.key.encode()
        return FakeRecord(self._bytes(), place, key, headers, self.timestamp_ms, self.topic, self.partition)

    def _bytes(self) -> bytes | None:
        if self.value_b64 is not None:
            return b64decode(self.value_b64)
        if "document" in self.model_fields_set:
            return json.dumps(self.document, ensure_ascii=False, separators=(",", ":")).encode()
        return None if self.value is None else self.value.encode()


class Expected(_Model):
    """What must come out, all of it: records and dead letters in their order, and how many are sampled out."""

    records: list[Any] = Field(default_factory=list, description="what each record must say at least")
    dead: list[Any] = Field(default_factory=list, description="reason, stage, error, offset, index of each dead letter")
    sampled: int = Field(0, ge=0, description="how many records are sampled out")


class Case(_Model):
    """One thing that must hold."""

    name: str = Field(min_length=1, description="what holds, in words")
    input: tuple[Input, ...] = Field(description="one record, or a list of them")
    answers: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="what look-ups answer: processor to key to answer"
    )
    expected: Expected = Field(description="what comes out")

    @field_validator("input", mode="before")
    @classmethod
    def _list(cls, given: object) -> object:
        return given if isinstance(given, list) else [given]


class CaseFile(_Model):
    """A file of cases; with `settings` these alone make the pipeline, else those that the command was given."""

    settings: dict[str, Any] | None = Field(None, description="as in a settings file; `{}` is all defaults")
    cases: tuple[Case, ...] = Field(min_length=1, description="the cases")


class Cases(BaseModel):
    """A file of cases as it was read, with the line of each."""

    path: Path
    file: CaseFile
    lines: list[int]


def read_cases(path: Path) -> Cases:
    """Read a file of cases.

    Raises:
        ConfigurationError: it cannot be read or has another form; the message names the place.
    """
    try:
        document = read_yaml(path.read_text("utf-8"), "cases")
    except OSError as error:
        raise _unreadable(path, error.strerror or type(error).__name__) from None
    except UnicodeDecodeError:
        raise _unreadable(path, "it is not UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _unreadable(path, f"line {line}: {error.problem}") from None
    try:
        return Cases(path=path, file=CaseFile.model_validate(document.content or {}), lines=document.lines)
    except ValidationError as error:
        told = (_explain(item, document) for item in error.errors(include_url=False, include_input=False))
        raise _unreadable(path, "; ".join(told)) from None


def _unreadable(path: Path, problem: str) -> ConfigurationError:
    return ConfigurationError(f"{path}: {problem}", cure="docs/howto/pipeline-tests.md tells how cases are written.")


def _explain(item: Any, document: Document) -> str:
    place = item["loc"]
    line = f"line {document.lines[place[1]]}: " if place[:1] == ("cases",) and len(place) > 1 else ""
    return f"{line}{'.'.join(map(str, place))}: {item['msg']}"
