"""Settings to the arguments that every aiokafka client shares."""

from __future__ import annotations

import ssl
from typing import Any, Protocol

from streams.errors import ConfigurationError
from streams.settings import Security


class Cluster(Protocol):
    """What leads to a cluster: the settings, or the options of a sink that writes to another one."""

    @property
    def brokers(self) -> str | None:
        """Addresses as `host:port,...`."""

    @property
    def security(self) -> Security:
        """Protocol, login and TLS files."""


def client_options(settings: Cluster) -> dict[str, Any]:
    """Give the bootstrap servers and security arguments of an aiokafka client.

    Raises:
        ConfigurationError: no brokers, a missing password or an unreadable TLS file.
    """
    if not settings.brokers:
        raise ConfigurationError(
            "no brokers are set", cure="Set WEFT_BROKERS=host:port, or start one on this machine with `weft kafka`."
        )
    security = settings.security
    options: dict[str, Any] = {"bootstrap_servers": settings.brokers, "security_protocol": security.protocol}
    if security.protocol.endswith("SSL"):
        options["ssl_context"] = _ssl_context(security)
    if security.protocol.startswith("SASL"):
        options.update(
            sasl_mechanism=security.sasl_mechanism,
            sasl_plain_username=security.username,
            sasl_plain_password=_password(security),
        )
    return options


def _password(security: Security) -> str:
    if security.password is not None:
        return security.password.get_secret_value()
    if security.password_file is None:
        raise ConfigurationError(
            f"{security.protocol} needs a password",
            cure="Set WEFT_SECURITY__PASSWORD_FILE (or WEFT_SECURITY__PASSWORD) and WEFT_SECURITY__USERNAME.",
        )
    try:
        return security.password_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigurationError(f"cannot read security.password_file: {error.strerror}") from None


def _ssl_context(security: Security) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=security.ca_file)
        if security.certificate_file is not None:
            secret = security.key_password.get_secret_value() if security.key_password else None
            context.load_cert_chain(security.certificate_file, security.key_file, secret)
    except OSError as error:  # ssl.SSLError is one
        raise ConfigurationError(
            f"cannot load the TLS files: {error.strerror or error}",
            cure="Check WEFT_SECURITY__CA_FILE, WEFT_SECURITY__CERTIFICATE_FILE and WEFT_SECURITY__KEY_FILE.",
        ) from None
    return context
