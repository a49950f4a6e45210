"""The three peers: how each is started, where it writes, and how its records look."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bench.shape import Shape, is_canonical, is_enriched

_HERE = Path(__file__).parent
_BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Topics:
    """Where a run reads and writes."""

    raw: str
    enriched: str
    dead: str


@dataclass(frozen=True)
class Peer:
    """One program that does the job.

    `prepare` readies the folder that the process will run in and gives its own variables; `outputs` names the topics
    of run number n; `shape` says whether a record is what the peer should make.
    """

    name: str
    command: tuple[str, ...]
    prepare: Callable[[str, Topics, Path], dict[str, str]]
    outputs: Callable[[int], tuple[str, str]]
    shape: Shape

    def variables(self, bootstrap: str, topics: Topics, folder: Path) -> dict[str, str]:
        """Give the whole environment of the process; settings of Weft around the bench do not reach it."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("WEFT_")}
        return own | self.prepare(bootstrap, topics, folder)


def _weft(bootstrap: str, topics: Topics, folder: Path) -> dict[str, str]:
    return {
        "WEFT_BROKERS": bootstrap,
        "WEFT_RAW_TOPICS": topics.raw,
        "WEFT_ENRICHED_TOPIC": topics.enriched,
        "WEFT_DEAD_TOPIC": topics.dead,
        "WEFT_GROUP": f"bench-{topics.enriched}",
        "WEFT_STATE_DIR": str(folder),
        "WEFT_HTTP_PORT": "0",
        "WEFT_PROCESSORS": "[]",  # the job of the peers: enrichment has rows of its own
    }


def _weft_chain(bootstrap: str, topics: Topics, folder: Path) -> dict[str, str]:
    variables = _weft(bootstrap, topics, folder)
    del variables["WEFT_PROCESSORS"]
    return variables


def _faust(bootstrap: str, topics: Topics, folder: Path) -> dict[str, str]:
    (folder / "WORK").mkdir()  # below it the agent makes its data folder
    return {"BOOT": bootstrap, "GROUP": f"naive-{folder.name}", "IN_TOPIC": topics.raw}


def _numbered(peer: str) -> Callable[[int], tuple[str, str]]:
    return lambda number: (f"{peer}-{number}-enriched", f"{peer}-{number}-dead")


NAIVE_FAUST = Peer(
    "naive_faust",
    (sys.executable, str(_HERE / "naive_faust" / "app.py"), "worker", "--loglevel", "error"),
    _faust,
    lambda number: ("enriched", "dlq"),
    is_canonical,
)
WEFT = Peer("weft", (str(_BIN / "weft"), "worker"), _weft, _numbered("weft"), is_enriched)
WEFT_CHAIN = replace(WEFT, name="weft_chain", prepare=_weft_chain, outputs=_numbered("chain"))
BARE_AIOKAFKA = Peer(
    "bare_aiokafka",
    (sys.executable, "-m", "bench.peers.bare_aiokafka"),
    _weft,
    _numbered("bare"),
    is_enriched,
)
