"""Where Weft keeps what is not in Kafka (XDG Base Directory Specification 0.8)."""

import os
from pathlib import Path


def state_dir(chosen: Path | None) -> Path:
    """The folder of data that must outlive a restart.

    `chosen` (the setting `state_dir`) if given, else `WEFT_STATE_DIR` if set, else `weft` in `XDG_STATE_HOME`,
    else `~/.local/state/weft`.
    """
    named = chosen or os.environ.get("WEFT_STATE_DIR")
    if named:
        return Path(named).expanduser().absolute()
    return _xdg("XDG_STATE_HOME", Path(".local", "state")) / "weft"


def cache_dir() -> Path:
    """The folder of files that can be fetched again: `weft` in `XDG_CACHE_HOME`, else `~/.cache/weft`."""
    return _xdg("XDG_CACHE_HOME", Path(".cache")) / "weft"


def kafka_dir(chosen: Path | None, brokers: int = 1) -> Path:
    """The embedded Kafka's data folder; one for each number of brokers, so that trying three spares the one."""
    return state_dir(chosen) / ("kafka" if brokers == 1 else f"kafka-{brokers}")


def _xdg(variable: str, below_home: Path) -> Path:
    # The specification tells readers to ignore a relative path in these variables.
    base = Path(os.environ.get(variable, ""))
    return base if base.is_absolute() else Path.home() / below_home
