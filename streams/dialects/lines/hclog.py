"""HashiCorp's loggers, of Vault, Consul, Nomad and Terraform: level in brackets, module, message, pairs.

Source: hashicorp/go-hclog, intlogger.go (levels are padded to one width; a message that has pairs ends with a colon);
the agents of Consul and Nomad indent it.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import lined
from streams.dialects.lines.pairs import take_pairs

_TIME = r"(?P<time>(?P<second>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?(?P<zone>Z|[+-]\d\d:?\d\d))"

DIALECT = Dialect(
    name="hclog",
    summary="logs of Vault, Consul, Nomad and other programs of HashiCorp",
    link="https://github.com/hashicorp/go-hclog",
    compile_text=lined(
        "hclog",
        rf" {{0,8}}{_TIME} \[(?P<level>TRACE|DEBUG|ERROR|INFO(?=\]  )|WARN(?=\]  ))\] {{1,2}}"
        r"(?:(?P<file>[\w./\-]{1,200}\.go):(?P<line>\d{1,7}): )?(?:(?P<logger>[\w.\-]{1,100}): )?(?P<body>.*)",
        then=take_pairs,
    ),
    starts="0123456789 ",
    head=r" {0,8}0000-00-00T00:00:00(?:\.0{1,9})?(?:Z|[+-]00:?00) \[T?\Z",
    examples=(
        Example(
            '2024-05-07T10:58:13.877Z [INFO]  expiration: revoked lease: lease_id=auth/login/h8fc reason="too old"',
            {
                "timestamp": "2024-05-07T10:58:13.877000000Z",
                "severity_number": 9,
                "severity_text": "INFO",
                "body": "revoked lease",
                "scope": {"name": "expiration"},
                "attributes": {"lease_id": "auth/login/h8fc", "reason": "too old"},
            },
        ),
    ),
)
