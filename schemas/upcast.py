"""Bring records of older schema versions to the current one, on read."""

from typing import Any

from schemas.record import VERSION


class UnknownVersion(ValueError):
    """The record's schema version is not one that this program can read."""


def upcast(record: dict[str, Any]) -> dict[str, Any]:
    """Give the record in the current version; version 1 is the first, so it comes back as it is.

    Raises:
        UnknownVersion: the version is newer than this program's, or there is none.
    """
    version = record.get("schema_version")
    if type(version) is not int or version < 1:
        raise UnknownVersion("the record has no schema_version: it was not written by Weft")
    if version > VERSION:
        raise UnknownVersion(f"the record has schema_version {version}, this program reads up to {VERSION}: upgrade it")
    return record
