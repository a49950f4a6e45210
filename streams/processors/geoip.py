"""`geoip`: where a client's address is in the world."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from pydantic import Field

from streams.errors import ConfigurationError
from streams.processors import base
from streams.processors.base import Acted, Cached, Processor
from streams.types import Record

if TYPE_CHECKING:
    from maxminddb import Reader

_ADDRESS: Final = "client.address"
_LONGEST: Final = len("0000:0000:0000:0000:0000:ffff:255.255.255.255")
_CACHED: Final = 16_384

Place = Mapping[str, str | float]
_NOWHERE: Final[Place] = {}


class GeoIP(Processor):
    """Adds the place of `client.address`: continent, country, region, locality, postal code, latitude and longitude.

    Names are those of OpenTelemetry below `client.` (`client.geo.country.iso_code`). Private, local and reserved
    addresses are not looked up, and attributes that are there stay. Needs the extra `weft[geoip]` and a database in
    MaxMind's format with their names for cities or countries (GeoLite2, GeoIP2, DB-IP); without one it does nothing.
    Replace it by renaming, as `geoipupdate` does: it is mapped into memory, and writing into it ends the worker.
    """

    class Options(base.Options):
        """Where the database is."""

        file: Path | None = Field(None, description="database, `.mmdb`; opened again when it changes")

    name: ClassVar[str] = "geoip"
    version: ClassVar[str] = "1"
    reads: ClassVar[frozenset[str]] = frozenset({"attributes.client.address?"})
    writes: ClassVar[frozenset[str]] = frozenset(
        {
            "attributes.client.geo.continent.code",
            "attributes.client.geo.country.iso_code",
            "attributes.client.geo.region.iso_code",
            "attributes.client.geo.locality.name",
            "attributes.client.geo.postal_code",
            "attributes.client.geo.location.lat",
            "attributes.client.geo.location.lon",
        }
    )
    needs: ClassVar[tuple[str, ...]] = ("maxminddb",)

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self._file = options.file
        self._database: Reader | None = None
        self._digest = ""
        if options.file:
            self._database, self._digest = _open(options.file)
        self._known = lru_cache(_CACHED)(self._look_up)

    def process(self, record: Record) -> Acted:
        """Look the address up; True when that told something new."""
        attributes = record["attributes"]
        address = attributes.get(_ADDRESS)
        if type(address) is not str or len(address) > _LONGEST or self._database is None:
            return False
        had = len(attributes)
        for name, value in self._known(address).items():
            if name not in attributes:
                attributes[name] = value
        return len(attributes) != had

    def _look_up(self, text: str) -> Place:
        database, address = self._database, _public(text)
        if database is None or address is None or address.version > database.metadata().ip_version:
            return _NOWHERE
        found = database.get(address)
        return dict(_place(found)) if isinstance(found, dict) else _NOWHERE

    def snapshot(self) -> str:
        """Give the hash of the database."""
        return self._digest

    def files(self) -> tuple[Path, ...]:
        """Give the database."""
        return () if self._file is None else (self._file,)

    def cached(self) -> Cached:
        """Give how often an address was known already."""
        counts = self._known.cache_info()
        return Cached(counts.hits, counts.misses)


def _public(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address; None for what is none, or leads nowhere in the world."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address if address.is_global else None


def _open(path: Path) -> tuple[Reader, str]:
    """Open a database and hash it.

    Raises:
        ConfigurationError: it cannot be read, is none, or holds something else than places.
    """
    try:
        import maxminddb
    except ImportError:
        raise ConfigurationError(
            "processors.geoip: maxminddb is not installed", cure="Install the extra: weft[geoip]."
        ) from None
    try:
        with path.open("rb") as file:
            digest = sha256()
            while piece := file.read(1 << 20):
                digest.update(piece)
        database = maxminddb.open_database(path)
    except OSError as error:
        raise _unusable(path, error.strerror or type(error).__name__) from None
    except maxminddb.InvalidDatabaseError:
        raise _unusable(path, "it is no MaxMind database, or a broken one") from None
    kind = database.metadata().database_type
    if not any(word in kind for word in ("City", "Country", "Enterprise", "Location")):
        raise _unusable(path, f"it is of type {kind}, which tells no places")
    return database, digest.hexdigest()


def _unusable(path: Path, problem: str) -> ConfigurationError:
    return ConfigurationError(
        f"processors.geoip: cannot use {path}: {problem}", cure="Download it again, for example with geoipupdate."
    )


def _place(found: Mapping[str, Any]) -> Iterator[tuple[str, str | float]]:
    """Give the attributes of an entry of MaxMind's; what has another form is left out."""
    country = _text(found, "country", "iso_code")
    regions = found.get("subdivisions")
    region = _text(regions[0], "iso_code") if isinstance(regions, list) and regions else None
    place = {
        "continent.code": _text(found, "continent", "code"),
        "country.iso_code": country,
        "region.iso_code": f"{country}-{region}" if country and region else None,
        "locality.name": _text(found, "city", "names", "en"),
        "postal_code": _text(found, "postal", "code"),
        "location.lat": _number(found, "location", "latitude"),
        "location.lon": _number(found, "location", "longitude"),
    }
    yield from ((f"client.geo.{name}", value) for name, value in place.items() if value is not None)


def _text(value: Any, *keys: str) -> str | None:
    found = _follow(value, keys)
    return found if isinstance(found, str) and found else None


def _number(value: Any, *keys: str) -> float | None:
    found = _follow(value, keys)
    return found if isinstance(found, float) else None


def _follow(value: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value
