"""What can keep the embedded Kafka from running: wrong set-up ends with 2, what may pass with 75."""

from streams.errors import ConfigurationError, TemporaryError


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
