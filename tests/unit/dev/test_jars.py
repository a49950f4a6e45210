"""Jars: pinned, verified at every start, fetched only when they are missing."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from streams.dev import jars
from streams.dev.errors import DevExtraMissing, JarAltered, JarsUnavailable
from streams.dev.jars import MANIFEST, Manifest, PinnedJar, ensure_jars

CONTENT = {"g.x:a:1": b"first", "g.x:b:2": b"second"}


@pytest.fixture
def manifest(monkeypatch: pytest.MonkeyPatch) -> Manifest:
    """A manifest of two small files."""
    pinned = (PinnedJar(coordinate=c, sha256=hashlib.sha256(b).hexdigest()) for c, b in CONTENT.items())
    manifest = Manifest(kafka_version="4.1.0", jars=tuple(pinned))
    monkeypatch.setattr(jars, "manifest", lambda: manifest)
    return manifest


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The coordinates of each download, which here always succeeds."""
    calls: list[list[str]] = []

    def download(missing: list[PinnedJar], repository: Path) -> None:
        calls.append([jar.coordinate for jar in missing])
        for jar in missing:
            _put(repository, jar, CONTENT[jar.coordinate])

    monkeypatch.setattr(jars, "_download", download)
    return calls


def _put(repository: Path, jar: PinnedJar, content: bytes) -> None:
    (repository / jar.path).parent.mkdir(parents=True, exist_ok=True)
    (repository / jar.path).write_bytes(content)


def _silent(line: str) -> None:
    pass


def test_the_committed_manifest_pins_one_kafka_version_and_names_its_clients() -> None:
    manifest = Manifest.model_validate_json(MANIFEST.read_bytes())
    versions = {j.coordinate.split(":")[2] for j in manifest.jars if j.coordinate.startswith("org.apache.kafka:")}
    assert versions == {manifest.kafka_version}
    coordinates = [jar.coordinate for jar in manifest.jars]
    assert f"org.apache.kafka:kafka-clients:{manifest.kafka_version}" in coordinates
    assert len(set(coordinates)) == len(coordinates)
    assert all(len(bytes.fromhex(jar.sha256)) == 32 for jar in manifest.jars)


def test_the_committed_manifest_binds_slf4j_1_7_exactly_once() -> None:
    coordinates = [jar.coordinate for jar in Manifest.model_validate_json(MANIFEST.read_bytes()).jars]
    slf4j = [c for c in coordinates if c.startswith("org.slf4j:")]
    assert sorted(slf4j) == ["org.slf4j:slf4j-api:1.7.36", "org.slf4j:slf4j-simple:1.7.36"]
    assert not [c for c in coordinates if "log4j-slf4j" in c]


def test_the_committed_manifest_names_no_host() -> None:
    assert "://" not in MANIFEST.read_text()


def test_missing_jars_are_fetched_once_and_then_taken_from_the_cache(
    tmp_path: Path, manifest: Manifest, downloads: list[list[str]]
) -> None:
    first = ensure_jars(tmp_path, _silent)
    assert ensure_jars(tmp_path, _silent) == first
    assert [path.read_bytes() for path in first] == list(CONTENT.values())
    assert downloads == [list(CONTENT)]


def test_a_damaged_jar_alone_is_fetched_again(tmp_path: Path, manifest: Manifest, downloads: list[list[str]]) -> None:
    ensure_jars(tmp_path, _silent)
    _put(tmp_path / "maven", manifest.jars[1], b"secon")
    ensure_jars(tmp_path, _silent)
    assert downloads[1:] == [["g.x:b:2"]]


def test_a_person_is_told_before_the_download_and_only_then(
    tmp_path: Path, manifest: Manifest, downloads: list[list[str]]
) -> None:
    said: list[str] = []
    ensure_jars(tmp_path, said.append)
    ensure_jars(tmp_path, said.append)
    assert said == [f"Fetching 2 jars of Apache Kafka 4.1.0 into {tmp_path / 'maven'}"]


def test_a_file_with_another_hash_is_never_used(
    tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forge(missing: list[PinnedJar], repository: Path) -> None:
        for jar in missing:
            _put(repository, jar, b"forged")

    monkeypatch.setattr(jars, "_download", forge)
    with pytest.raises(JarAltered, match=r"g\.x:a:1") as caught:
        ensure_jars(tmp_path, _silent)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("error", [ConnectionError("no network"), RuntimeError("not found")])
def test_one_failed_download_is_tried_again(
    tmp_path: Path,
    manifest: Manifest,
    downloads: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    succeed = jars._download
    monkeypatch.setattr(jars, "_download", _failing_once(error, succeed))
    ensure_jars(tmp_path, _silent)
    assert len(downloads) == 1


def _failing_once(error: Exception, then: Callable[..., None]) -> Callable[..., None]:
    errors = [error]

    def download(missing: list[PinnedJar], repository: Path) -> None:
        if errors:
            raise errors.pop()
        then(missing, repository)

    return download


def test_without_network_the_error_is_temporary_and_says_where_and_why(
    tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(missing: list[PinnedJar], repository: Path) -> None:
        raise ConnectionError("no route")

    monkeypatch.setattr(jars, "_download", fail)
    with pytest.raises(JarsUnavailable, match=r"maven: no route") as caught:
        ensure_jars(tmp_path, _silent)
    assert caught.value.exit_code == 75


def test_without_jgo_the_cure_is_the_extra(tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jgo.maven", None)
    with pytest.raises(DevExtraMissing) as caught:
        ensure_jars(tmp_path, _silent)
    assert "weft[dev]" in caught.value.cure
    assert caught.value.exit_code == 2


def test_jars_in_the_cache_need_no_jgo(
    tmp_path: Path, manifest: Manifest, downloads: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_jars(tmp_path, _silent)
    monkeypatch.setitem(sys.modules, "jgo.maven", None)
    assert len(ensure_jars(tmp_path, _silent)) == 2


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, manifest: Manifest) -> None:
    (tmp_path / "maven").write_text("in the way")
    with pytest.raises(JarsUnavailable, match="maven"):
        ensure_jars(tmp_path, _silent)
