"""Write the jar manifest anew: `python -m streams.dev.pin_jars`.

For developers, after changing `KAFKA_VERSION` below. jgo walks the dependency graph, downloads every
jar, and coordinates and SHA-256 go to `kafka-jars.json` beside this file; review the difference before
committing it. The jars are taken on trust here, and only here.
"""

import hashlib
import tempfile
from pathlib import Path

import jgo
from jgo.maven import Artifact, MavenContext

from streams.dev.jars import MANIFEST, Manifest, PinnedJar

KAFKA_VERSION = "4.1.0"
# kafka-clients is named because jgo, unlike Maven, may otherwise pick an older one from deep in the graph.
ROOTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
    f"org.apache.kafka:kafka-clients:{KAFKA_VERSION}",
    "org.slf4j:slf4j-simple:1.7.36",
)


def main() -> None:
    """Resolve, download, hash and write."""
    artifacts = jgo.resolve("+".join(ROOTS))
    stray = [str(a) for a in artifacts if a.groupId == "org.apache.kafka" and a.version != KAFKA_VERSION]
    if stray:
        raise SystemExit(f"resolved to another Kafka version: {stray}")
    with tempfile.TemporaryDirectory() as folder:
        context = MavenContext(repo_cache=Path(folder))
        jars = tuple(_pin(artifact, context) for artifact in artifacts)
    manifest = Manifest(kafka_version=KAFKA_VERSION, jars=jars)
    MANIFEST.write_text(manifest.model_dump_json(indent=1) + "\n")


def _pin(artifact: Artifact, context: MavenContext) -> PinnedJar:
    coordinate = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
    file = context.create_dependency(coordinate).artifact.resolve()
    return PinnedJar(coordinate=coordinate, sha256=hashlib.sha256(file.read_bytes()).hexdigest())


if __name__ == "__main__":
    main()
