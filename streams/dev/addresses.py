"""Where the nodes of an embedded cluster listen."""

from collections.abc import Iterator, Sequence

from pydantic import BaseModel, ConfigDict

from streams.dev.errors import PortTaken
from streams.dev.ports import free_ports, is_free


class NodeAddress(BaseModel):
    """A node, broker and controller in one, and its two ports on the loopback address."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: int
    port: int
    controller_port: int


def assign_addresses(
    brokers: int, port: int | None = None, remembered: Sequence[NodeAddress] = ()
) -> tuple[NodeAddress, ...]:
    """Addresses for nodes 1 to `brokers`: `port` and those after it if given, else the remembered ones, else free ones.

    A remembered port that somebody else has taken meanwhile is replaced. Raises PortTaken when one
    that was asked for is taken.
    """
    asked = range(port, port + brokers) if port else ()
    for taken in (p for p in asked if not is_free(p)):
        raise PortTaken(f"Port {taken} is in use.", cure="Choose another with --port, or none for any free one.")
    fresh = (p for p in free_ports() if p not in asked)
    listeners = asked or [node.port for node in remembered]
    controllers = [node.controller_port for node in remembered]
    return tuple(
        NodeAddress(id=i + 1, port=_pick(listeners, i, fresh), controller_port=_pick(controllers, i, fresh))
        for i in range(brokers)
    )


def _pick(wanted: Sequence[int], i: int, fresh: Iterator[int]) -> int:
    return wanted[i] if i < len(wanted) and is_free(wanted[i]) else next(fresh)
