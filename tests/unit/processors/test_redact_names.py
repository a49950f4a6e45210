"""What the name of a field says: that its value is secret, or that it is an id, a time, a version or a hash."""

from __future__ import annotations

import pytest

from tests.redacting import CARD, redacted

SECRET_NAMES = [
    "password",
    "passwd",
    "secret",
    "authorization",
    "ssn",
    "api_key",
    "token",
    "cookie",
    "set-cookie",
    "private_key",
    "client_secret",
    "access_key",
    "credentials",
    "db_password",
    "dbPassword",
    "DB_PASSWORD",
    "X-Api-Key",
    "apiKey",
    "ApiKey",
    "api.key",
    "refreshToken",
    "id_token",
    "x-amz-security-token",
    "passphrase",
    "pwd",
    "user.password",
    "http.request.header.authorization",
    "aws_secret_access_key",
    "SecretAccessKey",
    "AccountKey",
    "sharedAccessKey",
    "password2",
    "password_confirmation",
    "passwords",
    "tokens[0]",
    "Proxy-Authorization",
    "encryptionKey",
    "cvv",
]


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_names_that_are_secret(name: str) -> None:
    assert redacted(attributes={name: "x1"})["attributes"] == {name: "[REDACTED:secret]"}


@pytest.mark.parametrize(
    "name",
    [
        "token_type",
        "tokenizer",
        "password_length",
        "passenger",
        "secretary",
        "key",
        "keyboard",
        "cookie_count",
        "author",
        "public_key_id",
        "access_key_id",
        "monkey",
    ],
)
def test_names_that_only_look_secret(name: str) -> None:
    assert redacted(attributes={name: "x1"})["attributes"] == {name: "x1"}


@pytest.mark.parametrize(
    "name",
    [
        "trace_id",
        "traceId",
        "span.id",
        "event_id",
        "uuid",
        "timestamp",
        "timestamp_ms",
        "epoch",
        "version",
        "app.version",
        "sha256",
        "md5",
        "etag",
        "ETag",
        "build",
        "build_number",
        "offset",
        "user_id",
        "order-id",
        "requestId",
        "commit",
        "hash",
        "checksum",
        "time",
        "date",
    ],
)
def test_fields_of_ids_times_versions_and_hashes_keep_what_looks_like_data(name: str) -> None:
    attributes = {name: CARD, "n": {name: int(CARD)}, "m": {name: ["123-45-6789"]}}

    assert redacted(attributes=dict(attributes))["attributes"] == attributes
    assert redacted(body=f"{name}={CARD} done")["body"] == f"{name}={CARD} done"


@pytest.mark.parametrize("name", ["card_id", "pan", "note", "event.card_number"])
def test_other_fields_do_not(name: str) -> None:
    assert redacted(attributes={name: CARD})["attributes"] == {name: "[REDACTED:card]"}


def test_a_text_with_blanks_is_no_id() -> None:
    assert redacted(attributes={"event": f"paid with {CARD}"})["attributes"] == {"event": "paid with [REDACTED:card]"}
