"""Which kinds of personal and secret data there are; their names stand in masks, options and counts."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "email",
    "card",
    "iban",
    "ssn",
    "phone",
    "ipv4",
    "ipv6",
    "jwt",
    "authorization",
    "private_key",
    "secret",
    "aws",
    "azure",
    "google",
    "github",
    "gitlab",
    "slack",
    "stripe",
    "twilio",
    "sendgrid",
    "npm",
    "pypi",
    "openai",
    "anthropic",
    "api_key",
]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

OFF_BY_DEFAULT: Final[frozenset[str]] = frozenset({"ipv4", "ipv6"})
"""Addresses are what most operators look for in a log."""
