"""How a call of an old function can fail, beside what it raises itself; a dead letter tells the class."""


class LegacyFailure(Exception):
    """The function gave no record that can be used; messages never repeat what it was given or gave."""


class UndeclaredWrite(LegacyFailure):
    """It changed or removed a field that the settings do not let it write."""


class FunctionExited(LegacyFailure):
    """It tried to end the process."""


class FunctionRaised(LegacyFailure):
    """It raised in its own process; the message is the name of the class."""


class DeadlineExceeded(LegacyFailure):
    """It did not answer in time, and its process was killed."""


class ProcessEnded(LegacyFailure):
    """Its process died or broke the protocol."""


class Unavailable(LegacyFailure):
    """Its process is being started again, or waits for its next start."""


class Closed(LegacyFailure):
    """The processor was closed."""
