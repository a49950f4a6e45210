"""Kinds, forms and places that are set aside: the redactor was not changed after the first look at what they show.

Whoever mends a miss that this file shows moves what showed it to the other files, and sets something new aside.
"""

from __future__ import annotations

import json
import re
import string
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote

import cramjam

from tests.personal.hiding import Hiding, document, line
from tests.personal.keys import base64url, key
from tests.personal.made import ALPHANUMERIC, BASE64, HEX, URL_SAFE, Kinds, Maker, Secret, bare
from tests.personal.numbers import card, iban, in_fours, ssn
from tests.personal.words import address, named, password

_ESCAPE = re.compile("%[0-9A-F]{2}")


def _jwe(maker: Maker) -> str:
    """Give an encrypted token: five parts (RFC 7516, 7.1)."""
    header = base64url(json.dumps({"alg": "RSA-OAEP", "enc": "A256GCM"}, separators=(",", ":")))
    return ".".join([header, *(maker.text(URL_SAFE, length) for length in (342, 16, 80, 22))])


def _pgp(maker: Maker) -> str:
    lines = [maker.text(BASE64, 64) for _ in range(4)]
    return "\n".join(["-----BEGIN PGP PRIVATE KEY BLOCK-----", "", *lines, "-----END PGP PRIVATE KEY BLOCK-----"])


def _small_iban(maker: Maker) -> Secret:
    number = maker.one([str.lower, in_fours])(iban(maker))
    return Secret(f"{maker.one(['IBAN: ', 'iban=', 'IBAN '])}{number}", number)


SURE: Final[Kinds] = {
    "card after its word": lambda maker: (number := card(maker)) and Secret(f"card number {number}", number),
    "iban, named": _small_iban,
    "encrypted jwt": bare(_jwe),
    "private key, PGP": bare(_pgp),
    "github, refresh": key("ghr_", ALPHANUMERIC, 76),
    "github, user": key("ghu_", ALPHANUMERIC, 36),
    "gitlab, runner": key("glrt-", URL_SAFE, 20),
    "slack, workspace": bare(lambda maker: f"xoxe.xoxp-1-{maker.text(ALPHANUMERIC, 146)}"),
    "stripe, restricted test": key("rk_test_", ALPHANUMERIC, 24, 99),
    "openai, service": key("sk-svcacct-", URL_SAFE, 120),
    "vault, batch": key("hvb.", URL_SAFE, 100, 150),
    "docker, organisation": key("dckr_oat_", URL_SAFE, 32),
    "grafana, cloud": key("glc_eyJ", ALPHANUMERIC, 60, 120),
    "shopify, shared": key("shpss_", HEX, 32),
    "digitalocean, refresh": key("dor_v1_", HEX, 64),
    "databricks, numbered": key("dapi", HEX, 32, end="-2"),
    "sonarqube, user": key("squ_", HEX, 40),
    "google, service account": bare(
        lambda maker: json.dumps({"private_key": f"-----BEGIN PRIVATE KEY-----\n{maker.text(BASE64, 64)}\n"})
    ),
}


def _phone(maker: Maker) -> Secret:
    number, said = maker.one([
        (f"0171-{maker.digits(7)}", "Handy: {}"), (f"+55 11 9{maker.digits(4)}-{maker.digits(4)}", "WhatsApp {}"),
        (f"+49 (0)30/{maker.digits(6)}-0", "{}"), (f"49151{maker.digits(8)}", "msisdn={}"),
        (f"+91 98{maker.digits(3)} {maker.digits(5)}", "dial {}"),
        (f"0800 {maker.digits(3)} {maker.digits(4)}", "hotline {}"),
        (f"{maker.number(201, 989)}.{maker.number(200, 999)}.{maker.digits(4)}", "Phone {}"),
    ])  # fmt: skip
    return Secret(said.format(number), number)


def _local(maker: Maker) -> str:
    name = maker.text(string.ascii_lowercase, 7)
    return maker.one(
        [f"{name.upper()}", f"{name}%{maker.word()}", f"{name}--{maker.digits(2)}", f"{maker.digits(7)}{name[0]}"]
    )


def _token_url(maker: Maker) -> Secret:
    secret = password(maker, "!$*+-._~")
    said = maker.one([
        "git clone https://oauth2:{}@git.example.net/x.git", "ldap://cn=admin:{}@ldap/dc=x", "nats://svc:{}@nats-0:4222",
        "jdbc:postgresql://db/x?user=shop&password={}", "wget --user=bob --password={} https://x", "sftp://ci:{}@host:22/in",
        "https://x/callback#access_token={}&state=1", "amqps://u:{}@mq/%2Fvhost",
    ])  # fmt: skip
    return Secret(said.format(secret), secret)


def _credential(maker: Maker) -> Secret:
    token = maker.text(ALPHANUMERIC, 30, 50)
    basic = b64encode(f"{maker.word()}:{password(maker)}".encode()).decode()
    return maker.one([
        Secret(f"curl -H 'Authorization: Bearer {token}' x", token), Secret(f"basic {basic}", basic),
        Secret(f"headers={{'Authorization': 'Token {token}'}}", token), Secret(f"X-Api-Key: {token}", token),
        Secret(f'Authorization: OAuth oauth_consumer_key="x", oauth_signature="{token}"', token),
        Secret(f"Set-Cookie: session={token}; HttpOnly; Path=/", token),
        Secret(f"[authorization=Bearer {token}]", token), Secret(f"Proxy-Authorization=Basic {basic}", basic),
    ])  # fmt: skip


_NAMES: Final = (
    "DATABASE_PASSWORD", "smtpPassword", "twilio_auth_token", "x-vault-token", "secretAccessKey", "appSecret",
    "MYSQL_PWD", "consumerSecret", "ftp_passwd", "signingSecret", "totp_secret", "ldap.bind.password",
    "keystorePassword", "REDIS_PASSWORD", "githubToken", "bot_token", "xsrf_token", "device_token",
    "aws_session_token", "masterKey",
)  # fmt: skip
_STYLES: Final[tuple[Callable[[str, str], str], ...]] = (
    lambda name, value: f"define('{name}', '{value}')",
    lambda name, value: f"- {name}: {value}",
    lambda name, value: f"{name} = {value}",
    lambda name, value: f"--from-literal={name}={value}",
    lambda name, value: f"set {name}={value} && run",
    lambda name, value: f"{name}={value} OTHER=y cmd",
    lambda name, value: f"invalid {name}: {value}",
    lambda name, value: f'login({name}: "{value}")',
    lambda name, value: f"User[id=1, {name}={value}, role=x]",
    lambda name, value: f"b'{name}={value}'",
    lambda name, value: f"{name}:{value}",
    lambda name, value: f'"{name}"\t:\t"{value}"',
    lambda name, value: f'<property name="{name}" value="{value}"/>',
    lambda name, value: f"{{{name}={value}, x=1}}",
    lambda name, value: f'var {name} = "{value}";',
)

LIKELY: Final[Kinds] = {
    "email, odd": address(_local),
    "ssn, spelled": lambda maker: (number := " ".join(ssn(maker))) and Secret(f"Social Security No. {number}", number),
    "phone, other forms": _phone,
    "credential": _credential,
    "password or token in a URL": _token_url,
    "named secret": named(_NAMES, _STYLES),
}

PLACES: Final[Mapping[str, Hiding]] = {
    "layout of log4j": lambda maker, secret: line(f"2026-11-24 12:00:00,123 [main] WARN c.x.Y - bad {secret.said}"),
    "Python's logging": lambda maker, secret: line(f"ERROR:root:cannot use {secret.said}"),
    "code fence": lambda maker, secret: document(message=f"```\n{secret.said}\n```"),
    "Chinese": lambda maker, secret: document(message=f"收到 {secret.said} 。"),
    "Chinese punctuation": lambda maker, secret: document(message=f"收到\uff1a{secret.said}\u3002"),
    "emoji": lambda maker, secret: document(message=f"\U0001f511{secret.said}\U0001f6a8"),
    "CDATA": lambda maker, secret: document(message=f"<a><![CDATA[{secret.said}]]></a>"),
    "GELF": lambda maker, secret: [
        json.dumps(
            {"version": "1.1", "host": "h", "short_message": "x", f"_{secret.field[0]}": secret.field[1]}
        ).encode()
    ],
    "journal": lambda maker, secret: [
        json.dumps(
            {"__REALTIME_TIMESTAMP": "1795521600000000", "PRIORITY": "6", "MESSAGE": f"x {secret.said}"}
        ).encode()
    ],
    "Fluent Bit": lambda maker, secret: document(
        log=f"took {secret.said}\n", kubernetes={"pod_name": "a-1", "namespace_name": "b"}
    ),
    "batch": lambda maker, secret: [json.dumps([{"message": "a"}, {"message": f"b {secret.said}"}]).encode()],
    "list of lists": lambda maker, secret: document(message="x", rows=[[1, [secret.said, [2]]]]),
    "printed list": lambda maker, secret: document(message=f"args: ['x', {secret.said!r}]"),
    "semicolon's JSON": lambda maker, secret: document(message=f"data={json.dumps(_object(secret))};x=1"),
    "lower-case escapes": lambda maker, secret: document(
        message="x?y=" + _ESCAPE.sub(lambda escape: escape[0].lower(), quote(secret.said, safe=""))
    ),
    "everything percent": lambda maker, secret: document(message=f"x?y={_percent(secret.said)}"),
    "Python's traceback": lambda maker, secret: document(
        message=f'Traceback (most recent call last):\n  File "a.py", line 1, in f\nValueError: {secret.said}'
    ),
    "event of a span": lambda maker, secret: document(message="x", error={"message": f"no: {secret.said}", "code": 5}),
    "carriage returns": lambda maker, secret: document(message=f"a\r\n{secret.said}\r\nb"),
    "snappy": lambda maker, secret: [bytes(cramjam.snappy.compress(document(message=f"x {secret.said} y")[0]))],
    "equals signs": lambda maker, secret: document(message=f"result={secret.said}"),
    "angle brackets": lambda maker, secret: document(message=f"got <{secret.said}>"),
    "slashes": lambda maker, secret: document(message=f"a / {secret.said} / b"),
    "hashes": lambda maker, secret: document(message=f"# {secret.said}"),
}


def _object(secret: Secret) -> dict[str, str]:
    return dict([secret.field])


def _percent(text: str) -> str:
    """Every byte as RFC 3986 escapes it."""
    return "".join(f"%{byte:02X}" for byte in text.encode())
