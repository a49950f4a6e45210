"""Settings to the arguments of the clients."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from streams.errors import ConfigurationError
from streams.kafka.connection import client_options
from streams.settings import Security, Settings


def options(**security: object) -> dict[str, object]:
    return client_options(Settings(brokers="a:1,b:2", security=Security(**security)))  # type: ignore[arg-type]


def test_plaintext_needs_nothing_else() -> None:
    assert options() == {"bootstrap_servers": "a:1,b:2", "security_protocol": "PLAINTEXT"}


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_sasl_passes_the_login(mechanism: str) -> None:
    given = options(protocol="SASL_PLAINTEXT", sasl_mechanism=mechanism, username="u", password="p")

    assert given["sasl_mechanism"] == mechanism
    assert (given["sasl_plain_username"], given["sasl_plain_password"]) == ("u", "p")
    assert "ssl_context" not in given


def test_the_password_can_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("from-file\n")

    given = options(protocol="SASL_PLAINTEXT", username="u", password_file=tmp_path / "password")

    assert given["sasl_plain_password"] == "from-file"


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL"])
def test_tls_verifies_the_brokers_names(protocol: str) -> None:
    context = options(protocol=protocol, username="u", password="p")["ssl_context"]

    assert isinstance(context, ssl.SSLContext)
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("security", "told"),
    [
        pytest.param({"protocol": "SASL_SSL"}, "needs a password", id="no password"),
        pytest.param({"protocol": "SASL_SSL", "password_file": Path("/none")}, "password_file", id="no password file"),
        pytest.param({"protocol": "SSL", "ca_file": Path("/none")}, "TLS files", id="no CA file"),
    ],
)
def test_what_is_missing_is_told(security: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        options(**security)


def test_no_brokers_is_told_with_the_way_to_get_one() -> None:
    with pytest.raises(ConfigurationError, match="no brokers") as error:
        client_options(Settings())

    assert "weft kafka" in error.value.cure
