"""What can keep the embedded Kafka from running: wrong set-up ends with 2, what may pass with 75."""

from streams.errors import ConfigurationError, TemporaryError, UnexpectedState, WeftError


class DevExtraMissing(ConfigurationError):
    """The package with the Java runtime or the one that fetches the jars is absent."""


class JarsUnavailable(TemporaryError):
    """A pinned jar is neither in the cache nor to be had from the network."""


class JarAltered(ConfigurationError):
    """What was fetched is not the file that was pinned."""


class DataFolderInUse(ConfigurationError):
    """Another process runs a cluster on the folder."""


class DataFolderUnusable(ConfigurationError):
    """The folder is broken, is another cluster's or was written by a newer Kafka."""


class PortTaken(ConfigurationError):
    """Somebody else listens on a port that the cluster needs."""


class BrokerFailed(TemporaryError):
    """A broker ended by itself or did not answer in time."""


class ChildNotStarted(TemporaryError):
    """A program of ours could not be started."""


class RunningAlready(ConfigurationError):
    """Another `weft up` uses the state directory."""


class ChildEnded(WeftError):
    """A child process ended by itself, or not as it was asked to: its exit code goes on, or 75 stands for it.

    What a child leaves undone is done again at the next start, so whatever has no code of its own is temporary.
    """

    def __init__(self, name: str, code: int, *, cure: str) -> None:
        how = f"was ended by signal {code - 128}" if code > 128 else f"ended with exit code {code}"
        super().__init__(f"{name} {how}", cure=cure)
        self.exit_code = code if code in _CODES else TemporaryError.exit_code


_CODES = (ConfigurationError.exit_code, UnexpectedState.exit_code, TemporaryError.exit_code)
