"""What `weft up` checks before it starts anything."""

import fcntl
import os
from pathlib import Path

import pytest

from streams.dev.errors import RunningAlready
from streams.dev.up import up
from streams.settings import Settings


def test_a_second_one_on_the_same_state_directory_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "up.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        os.write(held.fileno(), b"%d" % os.getpid())
        with pytest.raises(RunningAlready, match=str(tmp_path)):
            up(Settings(state_dir=tmp_path), seconds=None, demo=None, notice=print)
