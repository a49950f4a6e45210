"""Ports: free ones are chosen, remembered ones kept, wanted ones insisted on."""

import socket
from collections.abc import Iterator

import pytest

from streams.dev.addresses import NodeAddress, assign_addresses
from streams.dev.errors import PortTaken
from streams.dev.ports import HOST, free_ports, is_free, is_listening


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server((HOST, next(free_ports()))) as server:
        yield server.getsockname()[1]


def _ports(addresses: tuple[NodeAddress, ...]) -> list[int]:
    return [port for a in addresses for port in (a.port, a.controller_port)]


def test_new_nodes_get_distinct_ports_outside_of_the_ephemeral_ranges() -> None:
    addresses = assign_addresses(3)
    assert [a.id for a in addresses] == [1, 2, 3]
    assert len(set(_ports(addresses))) == 6
    assert max(_ports(addresses)) < 32_768


def test_remembered_ports_are_kept_while_they_are_free() -> None:
    first = assign_addresses(3)
    assert assign_addresses(3, remembered=first) == first


def test_a_remembered_port_that_is_taken_is_replaced_alone(taken_port: int) -> None:
    free = next(p for p in free_ports() if p != taken_port)
    [address] = assign_addresses(1, remembered=[NodeAddress(id=1, port=taken_port, controller_port=free)])
    assert address.controller_port == free
    assert address.port not in {taken_port, free}


def test_a_wanted_port_is_followed_by_the_next_ones() -> None:
    base = next(p for p in free_ports() if is_free(p + 1) and is_free(p + 2))
    assert [a.port for a in assign_addresses(3, base, assign_addresses(3))] == [base, base + 1, base + 2]


def test_a_wanted_port_that_is_taken_is_an_error_that_names_it(taken_port: int) -> None:
    with pytest.raises(PortTaken, match=str(taken_port)) as caught:
        assign_addresses(1, taken_port)
    assert caught.value.exit_code == 2


def test_a_listening_port_is_not_free_and_a_free_one_not_listening(taken_port: int) -> None:
    free = next(free_ports())
    assert (is_listening(taken_port), is_free(taken_port)) == (True, False)
    assert (is_listening(free), is_free(free)) == (False, True)
