"""`geoip`: places of addresses, from a database that the test writes itself."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from streams.errors import ConfigurationError
from streams.processors.geoip import GeoIP
from tests.mmdb import database
from tests.processors import record_with

LONDON = {
    "continent": {"code": "EU"},
    "country": {"iso_code": "GB"},
    "subdivisions": [{"iso_code": "ENG"}, {"iso_code": "LND"}],
    "city": {"names": {"de": "London!", "en": "London"}},
    "postal": {"code": "SW1"},
    "location": {"latitude": 51.5, "longitude": -0.125},
}
OF_LONDON = {
    "client.geo.continent.code": "EU",
    "client.geo.country.iso_code": "GB",
    "client.geo.region.iso_code": "GB-ENG",
    "client.geo.locality.name": "London",
    "client.geo.postal_code": "SW1",
    "client.geo.location.lat": 51.5,
    "client.geo.location.lon": -0.125,
}
NORWAY = {"country": {"iso_code": "NO"}}
OF_NORWAY = {"client.geo.country.iso_code": "NO"}
ODD = {"country": "XX", "subdivisions": [], "city": {"names": ["x"]}, "location": {"latitude": "north"}}
NETWORKS = {
    "81.2.69.0/24": LONDON,
    "2a02:d280::/32": NORWAY,
    "1.0.0.0/24": ODD,
    "10.0.0.0/8": LONDON,
    "fd00::/8": LONDON,
    "1.1.1.0/24": {},
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "places.mmdb"
    path.write_bytes(database(NETWORKS))
    return path


def geoip(file: Path) -> GeoIP:
    return GeoIP(GeoIP.Options(file=file))


@pytest.mark.parametrize(
    ("address", "place"),
    [
        pytest.param("81.2.69.160", OF_LONDON, id="IPv4"),
        pytest.param("2a02:d280::1", OF_NORWAY, id="IPv6, and a country alone"),
        pytest.param("::ffff:81.2.69.160", OF_LONDON, id="IPv4 as IPv6"),
        pytest.param("9.9.9.9", {}, id="not in the database"),
        pytest.param("1.1.1.1", {}, id="an entry that says nothing"),
        pytest.param("1.0.0.1", {}, id="an entry of another form"),
        pytest.param("10.1.2.3", {}, id="private, whatever the database says"),
        pytest.param("fd00::1", {}, id="private IPv6"),
        pytest.param("127.0.0.1", {}, id="this machine"),
        pytest.param("169.254.169.254", {}, id="link-local"),
        pytest.param("fe80::1%eth0", {}, id="with a zone"),
        pytest.param("100.64.0.1", {}, id="behind a carrier's NAT"),
        pytest.param("::ffff:10.0.0.1", {}, id="private IPv4 as IPv6"),
        pytest.param("example.com", {}, id="a name"),
        pytest.param("81.2.69.160:443", {}, id="with a port"),
        pytest.param("", {}, id="empty"),
        pytest.param("8" * 10_000, {}, id="far too long"),
        pytest.param(81, {}, id="a number"),
        pytest.param(None, {}, id="null"),
    ],
)
def test_an_address_has_a_place_or_none(file: Path, address: Any, place: dict[str, Any]) -> None:
    record = record_with({"client.address": address})
    assert geoip(file).process(record) is bool(place)
    assert record["attributes"] == {"client.address": address, **place}


def test_a_record_without_an_address_stays_as_it_is(file: Path) -> None:
    record = record_with({"server.address": "81.2.69.160"})
    assert geoip(file).process(record) is False


def test_what_the_record_says_itself_stays(file: Path) -> None:
    record = record_with({"client.address": "2a02:d280::1", "client.geo.country.iso_code": "SE"})
    assert geoip(file).process(record) is False
    assert record["attributes"]["client.geo.country.iso_code"] == "SE"


def test_a_database_of_ipv4_knows_no_ipv6(tmp_path: Path) -> None:
    path = tmp_path / "old.mmdb"
    path.write_bytes(database({"81.2.69.0/24": NORWAY}, kind="GeoIP2-Country", ip_version=4))
    record = record_with({"client.address": "2a02:d280::1"})
    assert geoip(path).process(record) is False
    record = record_with({"client.address": "::ffff:81.2.69.160"})
    assert geoip(path).process(record) is True


def test_known_addresses_are_not_looked_up_again(file: Path) -> None:
    processor = geoip(file)
    for address in ("81.2.69.160", "81.2.69.160", "9.9.9.9", "9.9.9.9", "9.9.9.9"):
        processor.process(record_with({"client.address": address}))
    assert processor.cached() == (3, 2)


def test_the_cache_is_bounded(file: Path) -> None:
    processor = geoip(file)
    for number in range(20_000):
        processor.process(record_with({"client.address": f"9.9.{number // 250}.{number % 250}"}))
    assert processor._known.cache_info().currsize < 20_000


def test_the_snapshot_is_the_hash_of_the_database(file: Path) -> None:
    before = geoip(file).snapshot()
    assert geoip(file).snapshot() == before
    file.write_bytes(database({"81.2.69.0/24": NORWAY}))
    assert geoip(file).snapshot() not in ("", before)
    assert geoip(file).files() == (file,)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(None, "No such file", id="missing"),
        pytest.param(b"", "no MaxMind database", id="empty"),
        pytest.param(b"PK\x03\x04 no database", "no MaxMind database", id="something else"),
        pytest.param(database({"1.0.0.0/8": {}}, kind="GeoLite2-ASN"), "type GeoLite2-ASN", id="no places"),
    ],
)
def test_a_database_that_cannot_be_used_is_refused_at_start(tmp_path: Path, content: bytes | None, told: str) -> None:
    path = tmp_path / "x.mmdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigurationError, match=told) as caught:
        geoip(path)
    assert caught.value.cure


def test_without_a_database_it_does_nothing() -> None:
    processor = GeoIP(GeoIP.Options())
    assert processor.process(record_with({"client.address": "81.2.69.160"})) is False
    assert (processor.snapshot(), processor.files()) == ("", ())


def test_without_the_extra_its_name_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "maxminddb", None)
    with pytest.raises(ConfigurationError) as caught:
        geoip(file)
    assert "weft[geoip]" in caught.value.cure
