"""Lines of text with a grammar of their own."""

from __future__ import annotations

from typing import Final

from streams.dialects.base import Dialect
from streams.dialects.lines import (
    access,
    android,
    apache_error,
    aws_elb,
    aws_s3,
    aws_vpc_flow,
    klog,
    mysql,
    nginx_error,
    postgres,
    redis,
    stack_traces,
    zap_console,
)

DIALECTS: Final[tuple[Dialect, ...]] = (
    aws_elb.ALB,
    aws_elb.NLB,
    aws_elb.CLASSIC,
    aws_vpc_flow.DIALECT,
    aws_s3.DIALECT,
    access.DIALECT,
    apache_error.DIALECT,
    nginx_error.DIALECT,
    zap_console.DIALECT,
    klog.DIALECT,
    android.DIALECT,
    redis.DIALECT,
    mysql.DIALECT,
    postgres.DIALECT,
    *stack_traces.DIALECTS,
)
