"""The jars of Apache Kafka: pinned by coordinate and SHA-256, fetched once, verified at every start."""

import fcntl
import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from streams.dev.errors import DevExtraMissing, JarAltered, JarsUnavailable

MANIFEST = Path(__file__).with_name("kafka-jars.json")
_ATTEMPTS = 2
_PARALLEL_DOWNLOADS = 6


class PinnedJar(BaseModel):
    """One jar: its Maven coordinate `group:artifact:version` and the SHA-256 of the file in hex."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    coordinate: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where the file lies below a Maven repository folder."""
        group, artifact, version = self.coordinate.split(":")
        return Path(*group.split("."), artifact, version, f"{artifact}-{version}.jar")

    def is_intact(self, repository: Path) -> bool:
        """Whether the pinned file, byte for byte, lies in `repository`."""
        try:
            with (repository / self.path).open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() == self.sha256
        except (FileNotFoundError, NotADirectoryError):
            return False


class Manifest(BaseModel):
    """The whole class path of one Kafka version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kafka_version: str
    jars: tuple[PinnedJar, ...]


@functools.cache
def manifest() -> Manifest:
    """The committed manifest; `python -m streams.dev.pin_jars` writes it anew."""
    return Manifest.model_validate_json(MANIFEST.read_bytes())


def ensure_jars(cache: Path, notice: Callable[[str], None]) -> list[Path]:
    """Return the verified jars in class path order, fetching what the cache does not hold.

    No network is used when every jar is in the cache. `notice` gets a line before a download starts.
    Raises DevExtraMissing without the package jgo, JarsUnavailable when a jar cannot be had,
    JarAltered when what was fetched is not what was pinned.
    """
    repository = cache / "maven"
    if _missing(repository):
        with _one_process_at_a_time(repository):
            _fetch(repository, notice)
    return [repository / jar.path for jar in manifest().jars]


def _missing(repository: Path) -> list[PinnedJar]:
    return [jar for jar in manifest().jars if not jar.is_intact(repository)]


@contextmanager
def _one_process_at_a_time(repository: Path) -> Iterator[None]:
    try:
        repository.mkdir(parents=True, exist_ok=True)
        lock = os.open(repository / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unavailable(repository, error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _fetch(repository: Path, notice: Callable[[str], None]) -> None:
    for attempt in range(1, _ATTEMPTS + 1):
        missing = _missing(repository)  # none if another process fetched them meanwhile
        if not missing:
            return
        notice(f"Fetching {len(missing)} jars of Apache Kafka {manifest().kafka_version} into {repository}")
        try:
            _download(missing, repository)
        except (OSError, RuntimeError) as error:
            if attempt == _ATTEMPTS:
                raise _unavailable(repository, error) from error
            notice(f"That failed with {type(error).__name__}; trying once more")
    _refuse_altered(repository)


def _refuse_altered(repository: Path) -> None:
    altered = _missing(repository)
    if altered:
        raise JarAltered(
            f"{altered[0].coordinate}, as fetched into {repository}, does not have the pinned SHA-256.",
            cure="Something on the way from the Maven repository altered the file; fetch from a network you trust.",
        )


def _download(missing: list[PinnedJar], repository: Path) -> None:
    try:
        from jgo.maven import MavenContext
    except ImportError as error:
        raise DevExtraMissing(
            "The jars of Apache Kafka are not in the cache, and the package jgo that fetches them is not installed.",
            cure="Install it with: pip install 'weft[dev]'",
        ) from error
    context = MavenContext(repo_cache=repository)

    def fetch(jar: PinnedJar) -> None:
        # jgo takes any file that is there for complete, also one cut short by a crash.
        (repository / jar.path).unlink(missing_ok=True)
        context.create_dependency(jar.coordinate).artifact.resolve()

    pool = ThreadPoolExecutor(_PARALLEL_DOWNLOADS)
    try:
        list(pool.map(fetch, missing))
    finally:
        pool.shutdown(cancel_futures=True)  # after one failure, or Ctrl-C, the rest is not worth waiting for


def _unavailable(repository: Path, error: Exception) -> JarsUnavailable:
    return JarsUnavailable(
        f"The jars of Apache Kafka {manifest().kafka_version} cannot be fetched into {repository}: {error}",
        cure="Check the network and the folder and start again; once fetched they are kept.",
    )
