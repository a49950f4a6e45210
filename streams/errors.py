"""Errors that reach a person: each carries what is wrong, the cure and the exit code of the process."""


class WeftError(Exception):
    """An error with a cure; the command line prints both and exits with `exit_code`."""

    exit_code = 70

    def __init__(self, message: str, *, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message}\n{self.cure}" if self.cure else self.message


class ConfigurationError(WeftError):
    """A setting, a file or the cluster's state does not allow the start: exit 2."""

    exit_code = 2


class TemporaryError(WeftError):
    """Something outside is not available now; nothing was lost and a restart is safe: exit 75."""

    exit_code = 75


class CheckFailed(WeftError):
    """A check ran and its answer is no: exit 1."""

    exit_code = 1


class UnexpectedState(WeftError):
    """The program met a state it cannot explain; ending loudly is safe because replay is: exit 70."""


class LookupFailed(Exception):
    """A look-up gave no answer; the message is the class of what went wrong, as `TimeoutError` or `BreakerOpen`."""


class RejectedRecord(Exception):
    """A record (or one inner record) must become a dead letter.

    `reason` is a member of `schemas.reasons`; the message says what was wrong with the input's
    shape and never repeats its text.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class RejectedByOutage(RejectedRecord):
    """A record must become a dead letter only because something outside does not answer now."""
