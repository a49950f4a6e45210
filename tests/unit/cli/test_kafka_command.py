"""`weft kafka`: where its data is kept, which must be where `weft up` looks for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.dev import cluster, up

Weft = Callable[..., Any]


class Stopped:
    """Stands for a cluster: keeps its data folder and is stopped by Ctrl-C at once."""

    folders: list[Path]

    def __init__(self, data_dir: Path, **_: Any) -> None:
        self.folders.append(data_dir)
        self.data_dir = data_dir

    def __enter__(self) -> None:
        raise KeyboardInterrupt

    def __exit__(self, *_: object) -> None: ...


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(cluster, "EmbeddedKafka", Stopped)
    monkeypatch.setattr(up, "EmbeddedKafka", Stopped)
    monkeypatch.setattr(Stopped, "folders", [], raising=False)
    return Stopped.folders


@pytest.fixture
def config(tmp_path: Path, weft: Weft, monkeypatch: pytest.MonkeyPatch) -> str:
    """A settings file that chooses the state directory; nothing else does."""
    monkeypatch.setenv("WEFT_CONFIG", "")  # so that what the command sets is taken back
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    file = tmp_path / "weft.yaml"
    file.write_text(f"state_dir: {tmp_path / 'file'}\n")
    return str(file)


@pytest.mark.parametrize(
    ("options", "below"),
    [((), "file/kafka"), (("--brokers", "3"), "file/kafka-3"), (("--data", "elsewhere"), "elsewhere")],
)
def test_the_settings_file_chooses_the_folder_unless_the_command_line_does(
    weft: Weft, folders: list[Path], config: str, tmp_path: Path, options: tuple[str, ...], below: str
) -> None:
    options = tuple(str(tmp_path / option) if option == "elsewhere" else option for option in options)

    assert weft("--config", config, "kafka", *options).code == 0

    assert folders == [tmp_path / below]


def test_the_variable_wins_over_the_file(
    weft: Weft, folders: list[Path], config: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEFT_STATE_DIR", str(tmp_path / "variable"))

    weft("--config", config, "kafka")

    assert folders == [tmp_path / "variable" / "kafka"]


@pytest.mark.usefixtures("config")
def test_without_either_it_is_the_users_state_folder(weft: Weft, folders: list[Path], tmp_path: Path) -> None:
    weft("kafka")

    assert folders == [tmp_path / "xdg" / "weft" / "kafka"]


def test_weft_up_keeps_it_there_too(weft: Weft, folders: list[Path], config: str, tmp_path: Path) -> None:
    ran = weft("--config", config, "up")

    assert (ran.code, ran.err) == (0, "stopped before Kafka answered\n")
    assert folders == [tmp_path / "file/kafka"]
