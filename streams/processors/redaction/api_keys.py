"""Keys and tokens that their makers gave a fixed form, from the makers' own documentation and scanning rules.

Each row: the kind, what every key of the form contains (its sieve), and the form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from streams.processors.redaction.detector import NO_LETTER, Detector, Find, Span

_WORD = r"[A-Za-z0-9_-]"


class _Form(NamedTuple):
    kind: str
    sieve: str
    pattern: str


_FORMS: Final = (
    _Form("aws", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Z0-9])"),
    _Form("aws", r"bedrock-api-key-", r"bedrock-api-key-[A-Za-z0-9+/]{20,}+={0,2}"),
    _Form("google", r"AIza[0-9A-Za-z_-]{30}", rf"AIza{_WORD}{{35}}(?!{_WORD})"),
    _Form("google", r"ya29\.", rf"ya29\.{_WORD}{{20,}}+"),
    _Form("google", r"GOCSPX-", rf"GOCSPX-{_WORD}{{20,}}+"),
    _Form("google", r"1//0[0-9A-Za-z_-]{30}", rf"1//0{_WORD}{{30,}}+"),
    _Form("github", r"gh[pousr]_[0-9A-Za-z]{20}", r"gh[pousr]_[0-9A-Za-z]{20,}+"),
    _Form("github", r"github_pat_", r"github_pat_\w{20,}+"),
    _Form(
        "gitlab",
        r"gl(?:pat|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|oas)-",
        rf"gl(?:pat|dt|rtr?|cbt|ptt|ft|imt|agent|soat|ffct|oas)-{_WORD}{{20,}}+(?>(?:\.{_WORD}++)*)",
    ),
    _Form("gitlab", r"GR1348941", rf"GR1348941{_WORD}{{20,}}+"),
    _Form("slack", r"xox[a-z]-", rf"xox[a-z]-{_WORD}{{8,}}+"),
    _Form("slack", r"xapp-[0-9]", rf"xapp-[0-9]-{_WORD}{{8,}}+"),
    _Form(
        "slack",
        r"hooks\.slack(?:-gov)?\.com",
        r"hooks\.slack(?:-gov)?\.com\\?/(?:services|workflows|triggers)\\?/[\w/\\-]{8,}+",
    ),
    _Form("stripe", r"[sr]k_(?:live|test)_", r"[sr]k_(?:live|test)_[0-9A-Za-z]{10,}+"),
    _Form("stripe", r"whsec_", r"whsec_[0-9A-Za-z+/]{16,}+={0,2}"),
    _Form("twilio", r"SK[0-9a-f]{32}", r"SK[0-9a-f]{32}(?![0-9A-Za-z])"),
    _Form("sendgrid", r"SG\.[0-9A-Za-z_-]{16}", rf"SG\.{_WORD}{{16,32}}+\.{_WORD}{{16,64}}+"),
    _Form("npm", r"npm_[0-9A-Za-z]{30}", r"npm_[0-9A-Za-z]{30,}+"),
    _Form("pypi", r"pypi-A", rf"pypi-A{_WORD}{{30,}}+"),
    _Form("anthropic", r"sk-ant-", rf"sk-ant-{_WORD}{{16,}}+"),
    _Form("openai", r"sk-[0-9A-Za-z_-]{20}", rf"sk-(?=[A-Za-z_-]{{0,40}}[0-9]){_WORD}{{20,}}+"),
    _Form("azure", r"[0-9A-Za-z+/]{86}==", r"[0-9A-Za-z+/]{86}=="),
    _Form("azure", r"[0-9]Q~[0-9A-Za-z_.~-]{30}", r"[0-9A-Za-z_~.]{3}[0-9]Q~[0-9A-Za-z_.~-]{31,34}"),
    _Form("api_key", r"key-[0-9a-f]{32}", r"key-[0-9a-f]{32}(?![0-9A-Za-z])"),  # Mailgun
    _Form("api_key", r"[0-9a-f]{32}-us[0-9]", r"[0-9a-f]{32}-us[0-9]{1,2}(?![0-9A-Za-z])"),  # Mailchimp
    _Form("api_key", r"hf_[0-9A-Za-z]{30}", r"hf_[0-9A-Za-z]{30,}+"),  # Hugging Face
    _Form("api_key", r"do[oprt]_v1_[0-9a-f]{32}", r"do[oprt]_v1_[0-9a-f]{32,}+"),  # DigitalOcean
    _Form("api_key", r"shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}", r"shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32}"),  # Shopify
    _Form("api_key", r"sq0[a-z]{3}-", rf"sq0[a-z]{{3}}-{_WORD}{{20,}}+"),  # Square
    _Form("api_key", r"dapi[0-9a-f]{32}", r"dapi[0-9a-f]{32}(?:-[0-9])?"),  # Databricks
    _Form("api_key", r"hv[bsr]\.[0-9A-Za-z_-]{20}", rf"hv[bsr]\.{_WORD}{{20,}}+"),  # Vault
    _Form("api_key", r"\.atlasv1\.", rf"{_WORD}{{14}}\.atlasv1\.{_WORD}{{40,}}+"),  # Terraform Cloud
    _Form("api_key", r"ATATT3[0-9A-Za-z_=-]{30}", rf"ATATT3{_WORD}{{30,}}+=?+[0-9A-F]*+"),  # Atlassian
    _Form("api_key", r"dckr_(?:pat|oat)_", rf"dckr_(?:pat|oat)_{_WORD}{{20,}}+"),  # Docker
    _Form(
        "api_key", r"gl(?:sa|c)_[0-9A-Za-z]{20}", r"gl(?:sa|c)_[0-9A-Za-z+/]{20,}+(?:_[0-9A-Fa-f]{8})?={0,2}"
    ),  # Grafana
    _Form("api_key", r"NRAK-[0-9A-Z]{20}", r"NRAK-[0-9A-Z]{20,}+"),  # New Relic
    _Form("api_key", r"PMAK-[0-9a-f]{20}", r"PMAK-[0-9a-f]{20,}+-[0-9a-f]{20,}+"),  # Postman
    _Form("api_key", r"sntry[su]_", r"sntry[su]_[0-9A-Za-z+/=_-]{30,}+"),  # Sentry
    _Form("api_key", r"rubygems_[0-9a-f]{40}", r"rubygems_[0-9a-f]{40,}+"),
    _Form("api_key", r"lin_api_", r"lin_api_[0-9A-Za-z]{30,}+"),  # Linear
    _Form(
        "api_key",
        r"dp\.(?:pt|st|ct|sa|scim|audit)\.",
        rf"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:{_WORD}++\.)?[0-9A-Za-z]{{30,}}+",
    ),  # Doppler
    _Form("api_key", r"tskey-", rf"tskey-{_WORD}{{16,}}+"),  # Tailscale
    _Form("api_key", r"pscale_(?:tkn|pw|oauth)_", r"pscale_(?:tkn|pw|oauth)_[\w.-]{20,}+"),  # PlanetScale
    _Form("api_key", r"pul-[0-9a-f]{40}", r"pul-[0-9a-f]{40}"),  # Pulumi
    _Form("api_key", r"[0-9]{8,10}:A[0-9A-Za-z_-]{34}", rf"[0-9]{{8,10}}:A{_WORD}{{34}}(?!{_WORD})"),  # Telegram
    _Form("api_key", r"rzp_(?:live|test)_", r"rzp_(?:live|test)_[0-9A-Za-z]{14,}+"),  # Razorpay
    _Form("api_key", r"ntn_[0-9A-Za-z]{40}", r"ntn_[0-9A-Za-z]{40,}+"),  # Notion
    _Form("api_key", r"sbp_[0-9a-f]{40}", r"sbp_[0-9a-f]{40}"),  # Supabase
    _Form("api_key", r"discord(?:app)?\.com", r"discord(?:app)?\.com\\?/api\\?/webhooks\\?/[0-9]{10,}+\\?/[\w-]{30,}+"),
)
"""OpenAI's stands behind Anthropic's, whose keys begin alike."""

_BEFORE = rf"(?:(?<![A-Za-z0-9])|{NO_LETTER})"


def _finder(kind: str, pattern: str) -> Find:
    form = re.compile(_BEFORE + pattern)

    def find(text: str) -> Iterator[Span]:
        for found in form.finditer(text):
            yield Span(found.start(), found.end(), kind)

    return find


DETECTORS: Final = tuple(Detector((kind,), (sieve,), _finder(kind, pattern)) for kind, sieve, pattern in _FORMS)
