"""What is known by its form or by the word before it: e-mail addresses, credentials, and values of secret names."""

from __future__ import annotations

import json
import string
from base64 import b64encode
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from tests.personal.made import ALPHANUMERIC, HEX, URL_SAFE, Kinds, Make, Maker, Secret

_TOP: Final = ("com", "org", "net", "io", "co.uk", "com.br", "museum", "de", "dev", "cloud", "xn--p1ai")


def password(maker: Maker, signs: str = "!#$%*+-.:?@^_~/") -> str:
    """Give a password that begins and ends with a letter or digit."""
    return maker.text(ALPHANUMERIC, 1) + maker.text(ALPHANUMERIC + signs, 8, 20) + maker.text(ALPHANUMERIC, 1)


def _host(maker: Maker) -> str:
    host = maker.one([maker.word(), f"mail.{maker.word()}", f"{maker.word()}-{maker.digits(2)}", "xn--bcher-kva"])
    return f"{host}.{maker.one(_TOP)}"


def address(local: Callable[[Maker], str]) -> Make:
    """An address; secret is whose it is."""

    def made(maker: Maker) -> Secret:
        name = local(maker)
        return Secret(f"{name}@{_host(maker)}", name)

    return made


def _local(maker: Maker) -> str:
    first, second = maker.text(string.ascii_lowercase, 6, 9), maker.word()
    return maker.one([
        first, f"{first}.{second}", f"{first}+{second}", f"{first}_{maker.digits(3)}",
        f"{first[0]}-{second}{maker.digits(2)}", maker.text(ALPHANUMERIC, 20), f"{first[0]}'{second}{first}",
        f"{first}.{second}.{maker.digits(4)}",
    ])  # fmt: skip


def _far_local(maker: Maker) -> str:
    """Letters of other scripts (RFC 6531), and capitals."""
    alphabet = maker.one(["абвгдежзиклмн", "αβγδεζηθικλμν", "äöüßéèêñçøåæ", string.ascii_uppercase, "用户名字电子邮件"])
    return maker.text(alphabet, 6, 10)


def _basic(maker: Maker) -> Secret:
    token = b64encode(f"{maker.word()}:{password(maker)}".encode()).decode()
    return Secret(f"Basic {token}", token)


def _bearer(maker: Maker) -> Secret:
    token = maker.text(URL_SAFE + ".~", 24, 60) + maker.digits(1)
    return Secret(f"{maker.one(['Bearer', 'bearer', 'Token', 'ApiKey'])} {token}", token)


def _header(maker: Maker) -> Secret:
    token = maker.text(ALPHANUMERIC, 24, 60)
    scheme = maker.one(["Bearer ", "Basic ", "token ", "", "Negotiate "])
    return Secret(f"{maker.one(['Authorization', 'Proxy-Authorization'])}: {scheme}{token}", token)


def _digest(maker: Maker) -> Secret:
    """An answer to a challenge (RFC 7616, 3.4), and a request signed for a cloud."""
    response = maker.text(HEX, 32, 64)
    return maker.one([
        Secret(f'Digest username="u", realm="r", nonce="n", uri="/x", response="{response}"', response),
        Secret(f"AWS4-HMAC-SHA256 Credential=x/us-east-1/s3, SignedHeaders=host, Signature={response}", response),
    ])  # fmt: skip


def _url(maker: Maker) -> Secret:
    scheme = maker.one(["postgres", "https", "mysql", "ftp", "amqp", "postgresql+psycopg"])
    secret = password(maker, "!$*+-._~%^")
    return Secret(f"{scheme}://{maker.word()}:{secret}@db-1:5432/shop", secret)


def _far_url(maker: Maker) -> Secret:
    secret = password(maker, "!$*+-._~")
    return maker.one([
        Secret(f"redis://:{secret}@cache:6379/0", secret), Secret(f"mongodb+srv://u:{secret}@c0.example.net/x", secret),
        Secret(f"smb://host;u:{secret}@files/x", secret), Secret(f"curl -u bob:{secret} https://example.net", secret),
    ])  # fmt: skip


_NAMES: Final = (
    "password", "passwd", "secret", "api_key", "apiKey", "X-Api-Key", "token", "access_token", "refreshToken", "ssn",
    "client_secret", "db_password", "DB_PASSWORD", "aws_secret_access_key", "SecretAccessKey", "AccountKey", "Pwd",
    "passphrase", "credentials", "session_token", "X-Auth-Token", "signing_key", "private_key", "userPassword",
)  # fmt: skip
_FAR_NAMES: Final = (
    "PGPASSWORD", "clientSecret", "auth_token", "spring.datasource.password", "SharedAccessKey", "oldPassword",
    "bearerToken", "webhook_secret", "jwt_secret", "secret_key_base", "id_token", "csrf-token", "API_TOKEN",
    "npm_token", "sshPassphrase", "encryption_key", "rootPassword", "storage_account_key", "otp_code", "security_code",
)  # fmt: skip


def named(names: tuple[str, ...], styles: tuple[Callable[[str, str], str], ...]) -> Make:
    """A value that is secret because of its name, in one of the styles in which programs write pairs."""

    def made(maker: Maker) -> Secret:
        name, value = maker.one(names), password(maker, "!#$%*+-.:?@^_~/")
        return Secret(maker.one(styles)(name, value), value, name)

    return made


_STYLES: Final[tuple[Callable[[str, str], str], ...]] = (
    lambda name, value: f"{name}={value}",
    lambda name, value: f"{name}: {value}",
    lambda name, value: f'{name}="{value}"',
    lambda name, value: f"{name}='{value}'",
    lambda name, value: json.dumps({"id": 7, name: value, "ok": True}),
    lambda name, value: json.dumps({name: value}, separators=(",", ":")),
    lambda name, value: repr({name: value, "n": 1}),
    lambda name, value: f"Server=x;{name}={value};Database=y",
    lambda name, value: f"run --{name.lower().replace('_', '-').replace('.', '-')} {value} --verbose",
    lambda name, value: f"GET /x?a=1&{name}={quote(value, safe='')}&b=2",
    lambda name, value: f"<{name}>{value}</{name}>",
    lambda name, value: f"export {name}={value}",
)
_FAR_STYLES: Final[tuple[Callable[[str, str], str], ...]] = (
    lambda name, value: f"{{Host:x {name}:{value} Port:5432}}",
    lambda name, value: f"Config({name}={value}, host=x)",
    lambda name, value: f"{name} := {value!r}",
    lambda name, value: f'{{:{name}=>"{value}", :x=>1}}',
    lambda name, value: f"['{name}' => '{value}', 'x' => 1]",
    lambda name, value: f'{name} = "{value}"',
    lambda name, value: f"{name}: '{value}'\nhost: x",
    lambda name, value: f"('{name}', '{value}')",
    lambda name, value: f'Some({{ {name}: "{value}" }})',
    lambda name, value: f'<add key="{name}" value="{value}"/>',
    lambda name, value: f"{name}\t=\t{value}\tport = 5432",
    lambda name, value: json.dumps([{"name": name, "value": value}]),
    lambda name, value: f"-D{name}={value} -Xmx1g",
    lambda name, value: f"{name}[0]={value}",
    lambda name, value: f"{name} -> {value}",
    lambda name, value: f"Using my_{name} '{value}'",
    lambda name, value: f"{name} (hidden): {value}",
)

FORMED: Final[Kinds] = {
    "email": address(_local),
    "basic": _basic,
    "bearer": _bearer,
    "authorization header": _header,
    "password in a URL": _url,
    "named secret": named(_NAMES, _STYLES),
    "email, other letters": address(_far_local),
    "digest": _digest,
    "password in a URL, other forms": _far_url,
    "named secret, other names": named(_FAR_NAMES, _STYLES),
    "named secret, other styles": named((*_NAMES, *_FAR_NAMES), _FAR_STYLES),
}
