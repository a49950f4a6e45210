"""`service_catalog`: what is known of the service that a record came from."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator, model_validator

from streams.processors import base
from streams.processors.base import Acted, Processor
from streams.processors.catalogue.entries import EMPTY, Catalogue
from streams.processors.catalogue.files import READERS, read_catalogue
from streams.processors.catalogue.topic import CatalogueTable
from streams.types import Record, TopicTable


class ServiceCatalog(Processor):
    """Adds owner, tier, version, release channel or whatever else a catalogue knows of a record's service.

    A field `owner` of the catalogue becomes `service.owner` of the resource. What the record says of itself stays.
    Without a source it does nothing; a topic is no source for commands that run without Kafka.
    """

    class Options(base.Options):
        """Where the catalogue is."""

        file: Path | None = Field(None, description="file of services, `.yaml` or `.csv`; read again when it changes")
        topic: str | None = Field(None, min_length=1, description="compacted topic: name to JSON object of fields")

        @field_validator("file")
        @classmethod
        def _can_be_read(cls, file: Path | None) -> Path | None:
            if file is not None and file.suffix.lower() not in READERS:
                raise ValueError(f"{file.name} does not end in {', '.join(sorted(READERS))}")
            return file

        @model_validator(mode="after")
        def _has_one_source(self) -> ServiceCatalog.Options:
            if self.file is not None and self.topic is not None:
                raise ValueError("file and topic exclude each other")
            return self

    name: ClassVar[str] = "service_catalog"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"resource"})
    writes: ClassVar[frozenset[str]] = frozenset({"resource.service.*"})

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._file, self._topic = options.file, options.topic
        self.take(EMPTY if options.file is None else read_catalogue(options.file))

    @property
    def idle(self) -> bool:
        """Whether the catalogue knows no service."""
        return not self._entries

    def process(self, record: Record) -> Acted:
        """Add what the catalogue knows of the service; True when that was something new."""
        resource = record["resource"]
        entry = self._entries.get(resource["service.name"])
        if not entry:
            return False
        had = len(resource)
        for name, value in entry.items():
            if name not in resource:
                resource[name] = value
        return len(resource) != had

    def take(self, snapshot: Catalogue) -> None:
        """Look services up in a catalogue, whose fields are what is written."""
        self._catalogue, self._entries = snapshot, snapshot.entries
        self.declare({"resource"}, {f"resource.{key}" for key in snapshot.keys})

    def table(self) -> TopicTable | None:
        """Give the catalogue's topic."""
        return None if self._topic is None else TopicTable(self._topic, CatalogueTable())

    def snapshot(self) -> str:
        """Give the digest of the catalogue."""
        return self._catalogue.digest

    def files(self) -> tuple[Path, ...]:
        """Give the catalogue's file."""
        return () if self._file is None else (self._file,)
