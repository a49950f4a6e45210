"""Keys and tokens of a fixed form: beginning, alphabet and length as their makers' documentation has them."""

from __future__ import annotations

import json
import string
from base64 import urlsafe_b64encode
from typing import Final

from tests.personal.made import ALPHANUMERIC, BASE64, CAPITALS, HEX, URL_SAFE, Kinds, Make, Maker, bare

_BASE32 = CAPITALS + "234567"
_LOWER = string.ascii_lowercase + string.digits


def key(start: str, alphabet: str, fewest: int, most: int = 0, end: str = "") -> Make:
    return bare(lambda maker: start + maker.text(alphabet, fewest, most) + end)


def _jwt(maker: Maker) -> str:
    """Give a token in compact form (RFC 7515, 7.1)."""
    header = json.dumps({"alg": maker.one(["HS256", "RS256"]), "typ": "JWT"}, separators=(",", ":"))
    separators = maker.one([(",", ":"), (", ", ": ")])
    claims = json.dumps({"sub": maker.digits(8), "name": maker.word()}, separators=separators)
    return f"{base64url(header)}.{base64url(claims)}.{maker.text(URL_SAFE, 43, 86)}"


def base64url(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _pem(maker: Maker) -> str:
    """Give a private key as a file holds it (RFC 7468)."""
    kind = maker.one(["RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED ", "DSA "])
    lines = [maker.text(BASE64, 64) for _ in range(maker.number(3, 12))]
    end = maker.text(BASE64, 30) + "=="
    return "\n".join([f"-----BEGIN {kind}PRIVATE KEY-----", *lines, end, f"-----END {kind}PRIVATE KEY-----"])


def _slack(maker: Maker) -> str:
    return f"xox{maker.one('bp')}-{maker.digits(11, 13)}-{maker.digits(11, 13)}-{maker.text(ALPHANUMERIC, 24)}"


def _slack_hook(maker: Maker) -> str:
    first, second = (maker.text(CAPITALS + string.digits, 8, 10) for _ in range(2))
    return f"hooks.slack.com/services/T{first}/B{second}/{maker.text(ALPHANUMERIC, 24)}"


def _discord_hook(maker: Maker) -> str:
    return f"discord.com/api/webhooks/{maker.digits(18, 19)}/{maker.text(URL_SAFE, 68)}"


KEYS: Final[Kinds] = {
    "jwt": bare(_jwt),
    "private key": bare(_pem),
    "aws": key("AKIA", _BASE32, 16),
    "aws, temporary": key("ASIA", _BASE32, 16),
    "aws, bedrock": key("ABSKQmVkcm9ja0FQSUtleS", ALPHANUMERIC, 110, end="="),
    "google": key("AIza", URL_SAFE, 35),
    "google access": key("ya29.a0", URL_SAFE, 100, 200),
    "google client": key("GOCSPX-", URL_SAFE, 28),
    "google refresh": key("1//0", URL_SAFE, 60, 90),
    "github": key("ghp_", ALPHANUMERIC, 36),
    "github, server": key("ghs_", ALPHANUMERIC, 36),
    "github, fine": bare(lambda maker: f"github_pat_{maker.text(ALPHANUMERIC, 22)}_{maker.text(ALPHANUMERIC, 59)}"),
    "gitlab": key("glpat-", URL_SAFE, 20),
    "slack": bare(_slack),
    "slack hook": bare(_slack_hook),
    "stripe": key("sk_live_", ALPHANUMERIC, 24, 99),
    "stripe, restricted": key("rk_live_", ALPHANUMERIC, 24),
    "stripe hook": key("whsec_", ALPHANUMERIC, 32),
    "twilio": key("SK", HEX, 32),
    "sendgrid": bare(lambda maker: f"SG.{maker.text(URL_SAFE, 22)}.{maker.text(URL_SAFE, 43)}"),
    "npm": key("npm_", ALPHANUMERIC, 36),
    "pypi": key("pypi-AgEIcHlwaS5vcmc", URL_SAFE, 100, 150),
    "openai": key("sk-proj-", URL_SAFE, 120, 156),
    "openai, old": bare(lambda maker: f"sk-{maker.text(ALPHANUMERIC, 20)}T3BlbkFJ{maker.text(ALPHANUMERIC, 20)}"),
    "anthropic": key("sk-ant-api03-", URL_SAFE, 93, end="AA"),
    "azure storage": key("", BASE64, 86, end="=="),
    "azure client": bare(lambda maker: f"{maker.text(ALPHANUMERIC, 3)}{maker.digits(1)}Q~{maker.text(URL_SAFE, 34)}"),
    "hugging face": key("hf_", string.ascii_letters, 34),
    "vault": key("hvs.", URL_SAFE, 24, 90),
    "docker": key("dckr_pat_", URL_SAFE, 27),
    "digitalocean": key("dop_v1_", HEX, 64),
    "shopify": key("shpat_", HEX, 32),
    "square": key("sq0csp-", URL_SAFE, 43),
    "databricks": key("dapi", HEX, 32),
    "terraform": bare(lambda maker: f"{maker.text(ALPHANUMERIC, 14)}.atlasv1.{maker.text(ALPHANUMERIC, 67)}"),
    "atlassian": key("ATATT3xFfGF0", URL_SAFE, 150, 180, end="=1A2B3C4D"),
    "grafana": bare(lambda maker: f"glsa_{maker.text(ALPHANUMERIC, 32)}_{maker.text(HEX, 8)}"),
    "new relic": key("NRAK-", CAPITALS + string.digits, 27),
    "postman": bare(lambda maker: f"PMAK-{maker.text(HEX, 24)}-{maker.text(HEX, 34)}"),
    "rubygems": key("rubygems_", HEX, 48),
    "linear": key("lin_api_", ALPHANUMERIC, 40),
    "doppler": key("dp.pt.", ALPHANUMERIC, 43),
    "pulumi": key("pul-", HEX, 40),
    "telegram": bare(lambda maker: f"{maker.digits(9, 10)}:AA{maker.text(URL_SAFE, 33)}"),
    "mailgun": key("key-", HEX, 32),
    "mailchimp": bare(lambda maker: f"{maker.text(HEX, 32)}-us{maker.number(1, 21)}"),
    "notion": key("ntn_", ALPHANUMERIC, 46),
    "supabase": key("sbp_", HEX, 40),
    "discord hook": bare(_discord_hook),
    "github, oauth": key("gho_", ALPHANUMERIC, 36),
    "gitlab, deploy": key("gldt-", URL_SAFE, 20),
    "slack, app": bare(lambda maker: f"xapp-1-A{maker.text(CAPITALS, 10)}-{maker.digits(13)}-{maker.text(HEX, 64)}"),
    "stripe, test": key("sk_test_", ALPHANUMERIC, 24, 99),
    "anthropic, admin": key("sk-ant-admin01-", URL_SAFE, 93, end="AA"),
    "sentry": key("sntrys_", ALPHANUMERIC, 64, 120),
    "tailscale": bare(lambda maker: f"tskey-auth-{maker.text(ALPHANUMERIC, 17)}-{maker.text(ALPHANUMERIC, 32)}"),
    "planetscale": key("pscale_tkn_", URL_SAFE, 43),
    "razorpay": key("rzp_live_", ALPHANUMERIC, 14),
    "groq": key("gsk_", ALPHANUMERIC, 52),
    "xai": key("xai-", ALPHANUMERIC, 80),
    "perplexity": key("pplx-", ALPHANUMERIC, 48),
    "replicate": key("r8_", ALPHANUMERIC, 37),
    "figma": key("figd_", URL_SAFE, 40),
    "airtable": bare(lambda maker: f"pat{maker.text(ALPHANUMERIC, 14)}.{maker.text(HEX, 64)}"),
    "hubspot": bare(lambda maker: f"pat-na1-{uuid(maker)}"),
    "sonarqube": key("sqp_", HEX, 40),
    "dynatrace": bare(lambda maker: f"dt0c01.{maker.text(_BASE32, 24)}.{maker.text(_BASE32, 64)}"),
    "buildkite": key("bkua_", HEX, 40),
    "brevo": bare(lambda maker: f"xkeysib-{maker.text(HEX, 64)}-{maker.text(ALPHANUMERIC, 16)}"),
    "jfrog": key("AKCp", ALPHANUMERIC, 69),
    "contentful": key("CFPAT-", URL_SAFE, 43),
    "mapbox": bare(
        lambda maker: f"sk.{base64url(json.dumps({'u': maker.text(_LOWER, 30)}))}.{maker.text(URL_SAFE, 22)}"
    ),
}


def uuid(maker: Maker) -> str:
    """Give a random UUID (RFC 9562, 5.4)."""
    first, second, third, fourth, fifth = (maker.text(HEX, length) for length in (8, 4, 3, 3, 12))
    return f"{first}-{second}-4{third}-a{fourth}-{fifth}"
