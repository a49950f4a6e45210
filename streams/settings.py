"""Every setting of Weft in one frozen model, read from a file and the environment, checked at start."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from streams.errors import ConfigurationError
from streams.settings_base import BreakerLimits, Section
from streams.settings_sinks import SinkEntry

PREFIX = "WEFT_"
CONFIG_VARIABLE = "WEFT_CONFIG"
DEFAULT_ENVIRONMENT = "development"
PROFILES = (DEFAULT_ENVIRONMENT, "staging", "production")
"""The environments for which a settings file may hold a profile."""
_ENVIRONMENT_VARIABLE = "WEFT_ENVIRONMENT"
_SERVICE_LINK = re.compile(r"_SERVICE_(HOST|PORT)(_|$)|_PORT_[0-9]+_(TCP|UDP|SCTP)(_|$)")


class Security(Section):
    """How to reach the brokers: protocol, SASL and TLS files."""

    protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how to talk to the brokers"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="for the SASL protocols"
    )
    username: str | None = Field(None, description="SASL user")
    password: SecretStr | None = Field(None, description="SASL password; a file is better")
    password_file: Path | None = Field(None, description="file that holds the SASL password")
    ca_file: Path | None = Field(None, description="certificates to trust instead of the system's, PEM")
    certificate_file: Path | None = Field(None, description="our certificate for mutual TLS, PEM")
    key_file: Path | None = Field(None, description="its key, PEM")
    key_password: SecretStr | None = Field(None, description="password of the key")


class Limits(Section):
    """Bounds on what a stranger sends; they shape output, so they are part of the provenance."""

    value_bytes: int = Field(1_048_576, ge=1, description="largest raw value that is decoded")
    decoded_bytes: int = Field(8_388_608, ge=1, description="largest value after decompression")
    record_bytes: int = Field(900_000, ge=1_000, description="largest encoded record; above it the body is cut")
    depth: int = Field(64, ge=1, le=200, description="deepest nesting of a value")
    attributes: int = Field(128, ge=1, description="most attributes of a record")
    records: int = Field(10_000, ge=1, description="most records that one value may hold")


class Guard(Section):
    """The flood guard: when a partition that mostly dies is paused instead of drained."""

    window_records: int = Field(1_000, ge=1, description="records that the ratio looks at")
    dead_ratio: float = Field(0.5, gt=0, le=1, description="share of dead ones above which the partition pauses")
    dead_run: int = Field(500, ge=1, description="dead ones in a row at which it pauses")


class Multiline(Section):
    """Joining of what producers split over several records: stack traces and parts of long lines.

    Off unless `enabled`: topics whose producers send whole events need none of it. `idle_milliseconds` is the only
    one that is measured by a clock; milliseconds of events and chains are those of Kafka's timestamps.
    """

    enabled: bool = Field(False, description="join the lines of stack traces and the parts of long container lines")
    event_lines: int = Field(2_000, ge=2, description="most records that become one")
    event_bytes: int = Field(262_144, ge=1_024, description="most bytes of raw values that become one")
    event_milliseconds: int = Field(5_000, ge=1, description="longest from its first record to its last")
    chain_records: int = Field(5_000, ge=2, description="most records that wait for events that are not over")
    chain_bytes: int = Field(4_194_304, ge=1_024, description="most bytes of raw values that wait so")
    chain_milliseconds: int = Field(30_000, ge=1, description="longest time of records that wait so")
    idle_milliseconds: int = Field(
        1_000, ge=10, description="silence at the end of the log after which what is open counts as over"
    )


class TopicPolicy(Section):
    """How one raw topic is read."""

    hint_mismatch: Literal["dead", "fallback"] = Field(
        "dead", description="what a value that contradicts its header hint becomes"
    )
    dialect: str | None = Field(None, description="the dialect of every value, when it is not to be detected")
    source_epoch: Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{1,32}$")] | None = Field(
        None, description="set after a topic was deleted and created again; becomes part of its event ids"
    )
    multiline: Multiline = Multiline()


class When(Section):
    """The records that a processor is for; all conditions must hold."""

    percent: float = Field(100, ge=0, le=100, description="share of traces, by a hash of the trace id")
    services: tuple[str, ...] = Field((), description="only these values of service.name")
    environments: tuple[str, ...] = Field((), description="only these deployment environments")


class LookupLimits(Section):
    """How the framework calls a processor that asks something outside."""

    deadline_seconds: float | None = Field(None, gt=0, le=30, description="instead of timing.lookup_deadline_seconds")
    attempts: int = Field(3, ge=1, le=10, description="calls within the deadline, when they fail")
    cache_entries: int = Field(10_000, ge=0, description="answers that are remembered; 0 remembers none")
    cache_seconds: float = Field(60, gt=0, description="how long they are")
    breaker: BreakerLimits = BreakerLimits()


class ProcessorEntry(Section):
    """One place in the chain of processors; a bare name stands for an entry with that name only."""

    name: str = Field(description="a processor's name; `weft processors` lists them")
    use: str | None = Field(None, description="module:Class of a processor of your own; read at start only")
    enabled: bool = Field(True, description="off leaves it out of the chain")
    options: dict[str, Any] = Field(default_factory=dict, description="the processor's own options")
    on_failure: Literal["skip", "default", "dead"] | None = Field(
        None, description="what a failure does to the record; redact always lets it die, the others skip"
    )
    defaults: dict[str, Any] = Field(default_factory=dict, description="field path to value, set by `default`")
    when: When = When()
    lookup: LookupLimits = LookupLimits()

    @model_validator(mode="before")
    @classmethod
    def _name_only(cls, value: object) -> object:
        return {"name": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _has_defaults(self) -> ProcessorEntry:
        if (self.on_failure == "default") != bool(self.defaults):
            raise ValueError("on_failure: default and defaults belong together")
        return self


DEFAULT_CHAIN = tuple(
    ProcessorEntry(name=name) for name in ("redact", "service_catalog", "environment", "exception", "http", "limits")
)
"""What records pass when the settings name no processors; redaction comes before all that look at them."""


class Timing(Section):
    """Deadlines and intervals of the runtime, in seconds."""

    session_timeout_seconds: float = Field(10, ge=1, description="silence after which the group replaces a worker")
    rebalance_timeout_seconds: float = Field(60, ge=1, description="time to rejoin; half of it is for the drain")
    commit_interval_seconds: float = Field(1, gt=0, description="what a crash replays at most")
    stop_deadline_seconds: float = Field(25, gt=0, description="SIGTERM to exit, at most")
    start_deadline_seconds: float = Field(60, gt=0, description="start to the first assignment, at most")
    stuck_after_seconds: float = Field(120, gt=0, description="work or a readable partition without progress")
    discovery_interval_seconds: float = Field(5, gt=0, le=10, description="look for new topics and partitions")
    lookup_deadline_seconds: float = Field(2, gt=0, le=30, description="longest wait of a chunk for its look-ups")
    send_timeout_seconds: float = Field(60, gt=0, description="after which an unanswered batch is sent again")


class Flow(Section):
    """Bounds on the work in flight."""

    chunk_records: int = Field(2_000, ge=1, description="largest chunk in records")
    chunk_bytes: int = Field(1_048_576, ge=1, description="largest chunk in bytes of values")
    part_bytes: int = Field(2_097_152, ge=1, description="output of a chunk after which others get their turn")
    chunk_milliseconds: float = Field(50, gt=0, description="longest work on a chunk, as far as learned")
    in_flight_bytes: int = Field(8_388_608, ge=1_048_576, description="output that waits for acknowledgement")
    fetch_bytes: int = Field(1_048_576, ge=1_024, description="fetched per partition at a time")


class Settings(BaseSettings):
    """The whole configuration; `load` builds it and explains what is wrong."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True
    )

    brokers: str | None = Field(None, description="host:port,...; unset means the embedded Kafka for `weft up`")
    raw_topics: Annotated[tuple[str, ...], NoDecode] = Field(
        ("raw-logs",), description="names, comma-separated; `^` starts a pattern"
    )
    enriched_topic: str = Field("enriched", description="where records go")
    dead_topic: str = Field("dead-letters", description="where dead letters go")
    group: str = Field("weft-worker", description="consumer group that replicas share")
    http_host: str = Field("127.0.0.1", description="where metrics and health are served")
    http_port: int = Field(0, ge=0, le=65_535, description="0 is any free port; `weft health` finds it")
    state_dir: Path | None = Field(None, description="run files, sockets, the embedded Kafka; default by XDG")
    environment: str = Field(DEFAULT_ENVIRONMENT, description="named in metrics and health; chooses the profile")
    time_zone: str = Field("UTC", description="zone of times that name none")
    validate_output: bool = Field(False, description="validate every record against the schema, not a sample")
    security: Security = Security()
    limits: Limits = Limits()
    guard: Guard = Guard()
    timing: Timing = Timing()
    flow: Flow = Flow()
    topics: dict[str, TopicPolicy] = Field(default_factory=dict)
    processors: tuple[ProcessorEntry, ...] = Field(
        DEFAULT_CHAIN, description="the chain that every record takes, in this order"
    )
    sinks: dict[str, SinkEntry] = Field(default_factory=dict)

    @field_validator("raw_topics", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no zone of the IANA time zone database") from None
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, which `load` passes as init arguments."""
        return env_settings, init_settings


def load(config: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings file (`config` or `WEFT_CONFIG`) with the profile of its environment, then `WEFT_*`.

    Raises:
        ConfigurationError: a file that cannot be read, an unknown key or a value out of range, in any profile.
    """
    path = config or settings_file(environ)
    _refuse_unknown_variables(environ)
    content = _read_file(path) if path else {}
    profiles = _profiles(content)
    chosen = str(environ.get(_ENVIRONMENT_VARIABLE) or content.get("environment") or DEFAULT_ENVIRONMENT)
    for name in profiles:  # also those that are not chosen: they must not fail on the day that they are
        _build(merged(content, profiles[name]), path, f"profiles.{name}.")
    return _build(merged(content, profiles.get(chosen, {})), path)


class _Alone(Settings):
    """Settings for which nothing counts but what they are made of."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Leave the environment aside."""
        return (init_settings,)


def alone(content: Mapping[str, Any], where: str) -> Settings:
    """Make settings of a mapping alone, without any file or variable; `where` it stands is told with what is wrong.

    Raises:
        ConfigurationError: an unknown key or a value out of range.
    """
    try:
        return _Alone(**content)
    except ValidationError as error:
        raise ConfigurationError(f"{where}: {what_is_wrong(error)}") from None


def what_is_wrong(error: ValidationError) -> str:
    """Name each key of a mapping with what is wrong there, on one line and without its value."""
    wrong = error.errors(include_url=False, include_input=False)
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in wrong)


def settings_file(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Give the file that WEFT_CONFIG names, if it names one."""
    return Path(environ[CONFIG_VARIABLE]) if environ.get(CONFIG_VARIABLE) else None


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one mapping over another; mappings in both are merged, everything else is replaced."""
    return {
        key: merged(base[key], over[key])
        if isinstance(base.get(key), Mapping) and isinstance(over.get(key), Mapping)
        else over.get(key, base.get(key))
        for key in {**base, **over}
    }


def _profiles(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Take the profiles out of a file's content."""
    profiles = content.pop("profiles", None) or {}
    if not isinstance(profiles, dict) or not all(isinstance(over, dict) for over in profiles.values()):
        raise ConfigurationError("profiles: each profile must be a mapping of settings")
    unknown = sorted(set(profiles) - set(PROFILES))
    if unknown:
        raise ConfigurationError(
            f"profiles: there is no environment {unknown[0]!r}", cure=f"Use {', '.join(PROFILES)}."
        )
    return profiles


def _build(content: dict[str, Any], path: Path | None, where: str = "") -> Settings:
    try:
        return Settings(**content)
    except ValidationError as error:
        raise ConfigurationError(
            "\n".join(where + _explain(item) for item in error.errors(include_url=False, include_input=False)),
            cure=f"Change the setting in {path or 'the environment'}; docs/reference/settings.md lists them all.",
        ) from None


def _explain(item: Any) -> str:
    where = [str(part) for part in item["loc"]]
    return f"{'.'.join(where)} ({PREFIX}{'__'.join(where).upper()}): {item['msg']}"


def _read_file(path: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not YAML"
        raise ConfigurationError(f"cannot read the settings file {path}: {reason}", cure="Check --config.") from None
    if not isinstance(content or {}, dict):
        raise ConfigurationError(f"the settings file {path} must hold a mapping of settings")
    return content or {}


def _refuse_unknown_variables(environ: Mapping[str, str]) -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {CONFIG_VARIABLE}
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name.split("__")[0] in known or _is_service_link(name, value):
            continue
        raise ConfigurationError(
            f"unknown environment variable {name}",
            cure="Remove it or correct its name; docs/reference/settings.md lists them all.",
        )


def _is_service_link(name: str, value: str) -> bool:
    """Kubernetes injects these for a service whose name starts with `weft`."""
    return bool(_SERVICE_LINK.search(name)) or value.startswith("tcp://")
