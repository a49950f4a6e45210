"""Why a bench gives no figures."""

from streams.errors import CheckFailed, UnexpectedState


class BenchVoid(CheckFailed):
    """The run says nothing about speed: outputs are wrong, or the machine was not itself."""


class PeerFailed(UnexpectedState):
    """A peer ended by itself, or made no progress."""
