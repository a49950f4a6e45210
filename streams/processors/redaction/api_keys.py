"""Keys and tokens that their makers gave a fixed form, from the makers' own documentation and scanning rules.

Each row: the kind, what every key of the form contains (its sieve), and the form. No sieve counts characters that any
text has: the automaton would need a state for each number of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from streams.processors.redaction.detector import NO_LETTER, Detector, Find, Span
from streams.processors.redaction.names import is_named_exempt

_WORD = r"[A-Za-z0-9_-]"


class _Form(NamedTuple):
    kind: str
    sieve: str
    pattern: str
    hash_like: bool = False


_FORMS: Final = (
    _Form("aws", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}(?![A-Z0-9])"),
    _Form("aws", r"bedrock-api-key-", r"bedrock-api-key-[A-Za-z0-9+/]{20,}+={0,2}"),
    _Form("aws", r"ABSK[0-9A-Za-z+/]{100}", r"ABSK[0-9A-Za-z+/]{100,}+={0,2}"),
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
    _Form("openai", r"sk-(?:proj|svcacct|admin)-", rf"sk-(?:proj|svcacct|admin)-{_WORD}{{20,}}+"),
    _Form("openai", r"sk-[0-9A-Za-z_-]{20}", rf"sk-(?=[A-Za-z_-]{{0,40}}[0-9]){_WORD}{{20,}}+"),
    _Form("azure", r"[0-9A-Za-z+/]==", r"(?<!sha512[-:])[0-9A-Za-z+/]{86}==", hash_like=True),
    _Form("azure", r"[0-9]Q~[0-9A-Za-z_.~-]{30}", r"[0-9A-Za-z_~.]{3}[0-9]Q~[0-9A-Za-z_.~-]{31,34}"),
    _Form("api_key", r"key-[0-9a-f]{32}", r"key-[0-9a-f]{32}(?![0-9A-Za-z])"),  # Mailgun
    _Form("api_key", r"[0-9a-f]-us[0-9]", r"[0-9a-f]{32}-us[0-9]{1,2}(?![0-9A-Za-z])"),  # Mailchimp
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
    _Form("api_key", r"gsk_[0-9A-Za-z]{40}", r"gsk_[0-9A-Za-z]{40,}+"),  # Groq
    _Form("api_key", r"xai-[0-9A-Za-z]{60}", r"xai-[0-9A-Za-z]{60,}+"),  # xAI
    _Form("api_key", r"pplx-[0-9A-Za-z]{40}", r"pplx-[0-9A-Za-z]{40,}+"),  # Perplexity
    _Form("api_key", r"r8_[0-9A-Za-z]{37}", r"r8_[0-9A-Za-z]{37,}+"),  # Replicate
    _Form("api_key", r"fig[a-z]{1,3}_[0-9A-Za-z_-]{40}", rf"fig[a-z]{{1,3}}_{_WORD}{{40,}}+"),  # Figma
    _Form("api_key", r"pat[0-9A-Za-z]{14}\.[0-9a-f]{64}", r"pat[0-9A-Za-z]{14}\.[0-9a-f]{64}"),  # Airtable
    _Form("api_key", r"pat-(?:na|eu|ap)[0-9]-[0-9a-f]{8}-", r"pat-(?:na|eu|ap)[0-9]-[0-9a-f-]{36}"),  # HubSpot
    _Form("api_key", r"sq[apu]_[0-9a-f]{40}", r"sq[apu]_[0-9a-f]{40}"),  # SonarQube
    _Form("api_key", r"dt0[a-z][0-9]{2}\.[A-Z2-7]{24}", r"dt0[a-z][0-9]{2}\.[A-Z2-7]{24}\.[A-Z2-7]{64}"),  # Dynatrace
    _Form("api_key", r"bk[a-z]{1,2}_[0-9a-f]{40}", r"bk[a-z]{1,2}_[0-9a-f]{40}"),  # Buildkite
    _Form("api_key", r"xkeysib-", r"xkeysib-[0-9a-f]{64}-[0-9A-Za-z]{16}"),  # Brevo
    _Form("api_key", r"AKCp[0-9A-Za-z]{60}", r"AKCp[0-9A-Za-z]{60,}+"),  # Artifactory
    _Form("api_key", r"CFPAT-", rf"CFPAT-{_WORD}{{40,}}+"),  # Contentful
    _Form("api_key", r"sk\.eyJ", rf"sk\.eyJ{_WORD}{{20,}}+\.{_WORD}{{20,}}+"),  # Mapbox
    _Form("api_key", r"mlsn\.[0-9a-f]{64}", r"mlsn\.[0-9a-f]{64}"),  # MailerSend
    _Form("api_key", r"CCIPAT_", r"CCIPAT_[0-9A-Za-z]{20,}+_[0-9a-f]{40}"),  # CircleCI
    _Form("api_key", r"EZ[AT]K[0-9A-Za-z]{54}", r"EZ[AT]K[0-9A-Za-z]{54}"),  # EasyPost
    _Form("api_key", r"FLWSECK", r"FLWSECK(?:_TEST)?-[0-9A-Za-z]{32}-X"),  # Flutterwave
    _Form("api_key", r"shippo_(?:live|test)_", r"shippo_(?:live|test)_[0-9a-f]{40}"),  # Shippo
    _Form("api_key", r"tfp_[0-9A-Za-z_-]{40}", rf"tfp_{_WORD}{{40,}}+"),  # Typeform
    _Form("api_key", r"pnu_[0-9A-Za-z]{36}", r"pnu_[0-9A-Za-z]{36}"),  # Prefect
    _Form("api_key", r"HRKU-", rf"HRKU-{_WORD}{{36,}}+"),  # Heroku
    _Form("api_key", r"fm[12]_[0-9A-Za-z+/]{100}", r"fm[12]_[0-9A-Za-z+/]{100,}+={0,2}"),  # Fly.io
    _Form("api_key", r"ops_eyJ", rf"ops_eyJ{_WORD}{{200,}}+"),  # 1Password
    _Form("api_key", r"discord(?:app)?\.com", r"discord(?:app)?\.com\\?/api\\?/webhooks\\?/[0-9]{10,}+\\?/[\w-]{30,}+"),
)
"""OpenAI's stands behind Anthropic's, whose keys begin alike. Azure's of 64 bytes looks like any SHA-512 in Base64."""

_BEFORE = rf"(?:(?<![A-Za-z0-9])|{NO_LETTER})"


def _finder(wanted: _Form) -> Find:
    form, kind, hash_like = re.compile(_BEFORE + wanted.pattern), wanted.kind, wanted.hash_like

    def find(text: str) -> Iterator[Span]:
        for found in form.finditer(text):
            if not (hash_like and is_named_exempt(text, found.start())):
                yield Span(found.start(), found.end(), kind)

    return find


DETECTORS: Final = tuple(Detector((form.kind,), (form.sieve,), _finder(form), digits=form.hash_like) for form in _FORMS)
