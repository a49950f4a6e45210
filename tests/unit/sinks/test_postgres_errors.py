"""What an error of PostgreSQL means for a batch, for a start and for a question."""

from __future__ import annotations

from contextlib import AbstractContextManager

import pytest
from asyncpg import exceptions as pg

from streams.errors import ConfigurationError
from streams.sinks.base import Refused, Unavailable
from streams.sinks.postgres.errors import asking, writing

UNAVAILABLE = [
    ConnectionRefusedError("no"),
    ConnectionResetError("no"),
    TimeoutError(),
    pg.InterfaceError("connection is closed"),
    pg.InternalClientError("got result for unknown protocol state 5"),
    pg.ConnectionDoesNotExistError("no"),
    pg.TooManyConnectionsError("no"),
    pg.CannotConnectNowError("the database system is starting up"),
    pg.AdminShutdownError("no"),
    pg.CrashShutdownError("no"),
    pg.DeadlockDetectedError("no"),
    pg.SerializationError("no"),
    pg.LockNotAvailableError("no"),
    pg.QueryCanceledError("statement timeout"),
    pg.IdleInTransactionSessionTimeoutError("no"),
    pg.DiskFullError("no"),
    pg.OutOfMemoryError("no"),
    pg.ReadOnlySQLTransactionError("no"),
    pg.PostgresIOError("no"),
    pg.UniqueViolationError("no"),
    pg.CheckViolationError("no"),
    pg.InsufficientPrivilegeError("no"),
    pg.InvalidPasswordError("no"),
    pg.InvalidCatalogNameError("no"),
    pg.UndefinedTableError("no"),
    pg.InvalidCachedStatementError("no"),
    pg.InternalServerError("no"),
]
REFUSED = [
    pg.DataError("no"),
    pg.NumericValueOutOfRangeError("no"),
    pg.UntranslatableCharacterError("no"),
    pg.InvalidTextRepresentationError("no"),
    pg.NotNullViolationError("no"),
    pg.ProgramLimitExceededError("index row size 9000 exceeds"),
    pg._base.DataError("invalid input for query argument $1"),
]
MISTAKES = [
    pg.InvalidPasswordError("no"),
    pg.InvalidAuthorizationSpecificationError("no"),
    pg.InvalidCatalogNameError("no"),
    pg.InsufficientPrivilegeError("no"),
    pg.PostgresSyntaxError("no"),
    pg.FeatureNotSupportedError("no"),
    pg.InvalidParameterValueError("no"),
]


def meaning(error: Exception, told_by: AbstractContextManager[None]) -> Exception:
    with pytest.raises((Unavailable, Refused, ConfigurationError)) as raised, told_by:
        raise error
    return raised.value


def named(error: Exception) -> str:
    return f"{type(error).__module__.partition('.')[0]}-{type(error).__name__}"


@pytest.mark.parametrize("error", UNAVAILABLE, ids=named)
def test_what_may_be_mended_at_the_server_is_tried_again(error: Exception) -> None:
    assert type(meaning(error, writing())) is Unavailable


@pytest.mark.parametrize("error", REFUSED, ids=named)
def test_what_a_record_is_to_blame_for_is_refused(error: Exception) -> None:
    assert type(meaning(error, writing())) is Refused


@pytest.mark.parametrize("error", MISTAKES, ids=named)
def test_what_only_people_can_mend_ends_the_start(error: Exception) -> None:
    told = meaning(error, asking("sinks.x.options"))
    assert type(told) is ConfigurationError
    assert "sinks.x.options" in str(told)


@pytest.mark.parametrize("error", UNAVAILABLE[:18], ids=named)
def test_a_server_that_is_away_does_not_end_a_start_or_a_question(error: Exception) -> None:
    assert type(meaning(error, asking("sinks.x.options"))) is Unavailable


@pytest.mark.parametrize("error", [pg.UndefinedTableError("no"), pg.InvalidSchemaNameError("no")], ids=named)
def test_a_question_to_no_store_says_how_one_is_made(error: Exception) -> None:
    assert "`weft sink postgres` makes one" in str(meaning(error, asking("sinks.x.options")))


def test_a_question_that_is_wrong_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="no trace"), asking("sinks.x.options"):
        raise ValueError("no trace")


@pytest.mark.parametrize("error", [*REFUSED, pg.UniqueViolationError("x"), pg.CheckViolationError("x")], ids=named)
def test_messages_that_may_quote_a_record_are_not_passed_on(error: Exception) -> None:
    quoting = type(error)("Failing row contains (hunter2)")
    assert "hunter2" not in str(meaning(quoting, writing()))


def test_a_dsn_that_goes_away_later_blames_no_record() -> None:
    assert type(meaning(ConfigurationError("there is no DSN"), writing())) is Unavailable


def test_the_servers_own_words_about_itself_are_passed_on() -> None:
    told = str(meaning(pg.DiskFullError("could not extend file: No space left on device"), writing()))
    assert told == "DiskFullError 53100: could not extend file: No space left on device"
