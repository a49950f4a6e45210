"""Ports on the loopback address: choosing free ones, remembering is the caller's."""

import random
import socket
from collections.abc import Iterator

HOST = "127.0.0.1"
# Below the ephemeral ranges of Linux (32768-60999) and macOS (49152-65535): while a broker is down, no
# client's own socket can land on its port.
_RANGE = range(20_000, 32_768)


def is_free(port: int) -> bool:
    """Whether a server could listen on the port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def is_listening(port: int) -> bool:
    """Whether a server accepts connections on the port of the loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        return probe.connect_ex((HOST, port)) == 0


def free_ports() -> Iterator[int]:
    """Free ports, each at most once, in random order so that clusters starting together rarely clash."""
    return (port for port in random.sample(_RANGE, len(_RANGE)) if is_free(port))
