"""A sink with its store, as the contract suite makes, reads and breaks them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Protocol, Self

from streams.sinks.base import Item, Sink
from streams.sinks.stores import Stored
from streams.testing.proxy import CuttingProxy


class Cutter(Protocol):
    """Cuts the connection to a store while it answers."""

    cuts: int
    """How often it did."""
    answered: int
    """Bytes of answers that it let pass."""

    def cut_after(self, answered: int) -> None:
        """Cut once, when the store has answered more than so many further bytes, of which no more are passed on."""


class SinkUnderTest(ABC):
    """A sink and its store, as the checks see them.

    A method that is left as it is says that this cannot be done to the store; then the checks that need it are not
    among `checks_for`. Everything that was done is undone by `mend`.
    """

    keeps_order = True
    """Whether `read` gives records of one trace in the order in which they were stored."""

    @abstractmethod
    def make(self, *, rewrite: bool = False) -> Sink:
        """Make a sink on the store, which outlives it; it is not started."""

    @abstractmethod
    async def read(self) -> Sequence[Stored]:
        """Give everything that is stored, not by way of the cutter: of each record at least `event_id`."""

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:  # noqa: B027 - not every store needs something
        """Get the store ready, empty."""

    async def close(self) -> None:  # noqa: B027 - not every store holds something
        """Let go of what this holds."""

    def spoil(self, item: Item) -> Item:
        """Give the record with something in it that the store refuses for good."""
        raise NotImplementedError

    async def make_unreachable(self) -> None:
        """Let the store answer nothing, and end the connections to it."""
        raise NotImplementedError

    async def make_silent(self) -> None:
        """Let the store give no answer, as long as one waits."""
        raise NotImplementedError

    def cutter(self) -> Cutter:
        """Give what the sink's connections go through."""
        raise NotImplementedError

    async def fill(self) -> None:
        """Let there be no room in the store."""
        raise NotImplementedError

    async def mend(self) -> None:  # noqa: B027 - nor can every store be broken
        """Let the store be well."""


class ProxiedSinkUnderTest(SinkUnderTest):
    """A sink whose store is a server: the sink is made for `proxy.port` of the loopback interface."""

    proxy: CuttingProxy

    async def open_proxy(self, host: str, port: int) -> None:
        """Begin to pass everything on to the store's real address; for `open`."""
        self.proxy = await CuttingProxy(host, port).__aenter__()

    async def close(self) -> None:
        """End all connections."""
        await self.proxy.__aexit__()

    def cutter(self) -> Cutter:
        """Give the proxy."""
        return self.proxy

    async def make_unreachable(self) -> None:
        """Refuse connections, and end those that there are."""
        self.proxy.become("unreachable")

    async def make_silent(self) -> None:
        """Hold answers back."""
        self.proxy.become("silent")

    async def mend(self) -> None:
        """Pass everything on again."""
        self.proxy.become("well")
