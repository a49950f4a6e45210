"""The parent of one broker process, so that the broker never outlives whoever started it.

Run as a script, on the standard library alone: `python guardian.py GRACE_SECONDS KEEP_FD COMMAND...`.
It starts COMMAND, writes its process id and a newline to stdout and reads stdin to the end. The end
comes when the starter closes the pipe or dies, by whatever signal: COMMAND is then asked to stop, and
killed after the grace time. The word `kill` before the end skips the asking. COMMAND inherits the file
descriptor KEEP_FD, so a lock on it lasts as long as the broker does. The guardian runs in a session of
its own, out of reach of the terminal's Ctrl-C.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading


def main(grace_seconds: float, keep_fd: int, command: list[str]) -> int:
    """Run `command` to its end; return its exit code, or 128 plus the signal that ended it."""
    broker = subprocess.Popen(  # noqa: S603 (the starter's own command)
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, pass_fds=(keep_fd,)
    )
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: broker.terminate())
    os.write(sys.stdout.fileno(), b"%d\n" % broker.pid)
    threading.Thread(target=_obey, args=(broker, grace_seconds), daemon=True).start()
    code = broker.wait()
    return code if code >= 0 else 128 - code


def _obey(broker: "subprocess.Popen[bytes]", grace_seconds: float) -> None:
    # Not sys.stdin: a thread waiting in it would hold its lock when the interpreter ends.
    said = b"".join(iter(lambda: os.read(0, 64), b""))
    if said != b"kill":
        broker.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            broker.wait(grace_seconds)
    broker.kill()


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
