"""A lock that says who took it, so that one left behind by a killed process is told from one in use."""

import fcntl
import os
import time
from collections.abc import Callable

_POLL_SECONDS = 0.05


def take(lock_fd: int, *, wait_seconds: float, on_wait: Callable[[], None] = lambda: None) -> bool:
    """Lock the file and write this process's id into it; False while another process has it.

    Its children may outlive a process that was killed and keep the lock: they are waited for, up to `wait_seconds`,
    after one call of `on_wait`.
    """
    deadline = time.monotonic() + wait_seconds
    waiting = False
    while True:
        try:
            fcntl.flock(lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if _owner_lives(lock_fd) or time.monotonic() > deadline:
                return False
            if not waiting:
                waiting = True
                on_wait()
            time.sleep(_POLL_SECONDS)
        else:
            os.truncate(lock_fd, 0)
            os.pwrite(lock_fd, b"%d" % os.getpid(), 0)
            return True


def _owner_lives(lock_fd: int) -> bool:
    owner = os.pread(lock_fd, 20, 0)
    if not owner.isdigit():
        return True  # it has the lock and is about to write its process id
    try:
        os.kill(int(owner), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
