"""Lines of text with a grammar of their own."""

from __future__ import annotations

from typing import Final

from streams.dialects.base import Dialect
from streams.dialects.lines import (
    access,
    android,
    apache_error,
    auditd,
    aws_elb,
    aws_s3,
    aws_vpc_flow,
    cef,
    haproxy,
    klog,
    leef,
    mysql,
    nginx_error,
    php_error,
    postgres,
    redis,
    rfc3164,
    rfc5424,
    stack_traces,
    zap_console,
)

DIALECTS: Final[tuple[Dialect, ...]] = (
    aws_elb.ALB,
    aws_elb.NLB,
    aws_elb.CLASSIC,
    aws_vpc_flow.DIALECT,
    aws_s3.DIALECT,
    cef.DIALECT,
    leef.DIALECT,
    haproxy.DIALECT,
    auditd.DIALECT,
    php_error.DIALECT,
    access.DIALECT,
    apache_error.DIALECT,
    nginx_error.DIALECT,
    zap_console.DIALECT,
    rfc5424.DIALECT,
    klog.DIALECT,
    android.DIALECT,
    redis.DIALECT,
    mysql.DIALECT,
    postgres.DIALECT,
    rfc3164.DIALECT,
    *stack_traces.DIALECTS,
)
