"""JSON as clouds, databases, proxies and collectors write it."""

from __future__ import annotations

from typing import Final

from streams.dialects.base import Dialect
from streams.dialects.platforms import (
    aws_cloudtrail,
    aws_lambda,
    aws_waf,
    azure,
    azure_app_insights,
    cloudflare,
    datadog,
    envoy,
    gcp,
    gelf,
    journald,
    kubernetes_audit,
    mongodb,
    nginx,
    powertools,
    splunk_hec,
    splunk_metric,
    suricata,
    traefik,
)

DIALECTS: Final[tuple[Dialect, ...]] = (
    aws_cloudtrail.DIALECT,
    aws_lambda.TELEMETRY,
    powertools.DIALECT,
    aws_lambda.DIALECT,
    aws_waf.DIALECT,
    azure_app_insights.DIALECT,
    azure.DIALECT,
    cloudflare.DIALECT,
    gcp.DIALECT,
    gelf.DIALECT,
    journald.DIALECT,
    kubernetes_audit.LIST,
    kubernetes_audit.DIALECT,
    mongodb.DIALECT,
    splunk_metric.DIALECT,
    splunk_hec.DIALECT,
    suricata.DIALECT,
    traefik.DIALECT,
    envoy.DIALECT,
    nginx.DIALECT,
    datadog.DIALECT,
)
"""Datadog's keys come last, because its libraries put them into the logs of others."""
