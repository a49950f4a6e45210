"""The name that `docker compose logs` puts before each line: service, replica and a bar.

Source: Docker Compose, pkg formatter/logs.go; version 1 joined service and replica with `_`, version 2 with `-`.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import lined

DIALECT = Dialect(
    name="compose",
    summary="lines of `docker compose logs`, with the name of their container in front",
    link="https://docs.docker.com/reference/cli/docker/compose/logs/",
    compile_text=lined(
        "compose",
        r"(?P<container>(?P<service>[a-z0-9][\w.\-]{0,100})[-_]\d{1,4}) {0,60}\| ?(?P<body>.*)",
        names={"container": "container.name"},
    ),
    starts="abcdefghijklmnopqrstuvwxyz0123456789",
    is_head=True,
    examples=(
        Example(
            "db-1  | 2024-04-05 07:22:46.989 UTC [1] LOG:  listening on port 5432",
            {
                "timestamp": "2024-04-05T07:22:46.989000000Z",
                "severity_number": 9,
                "severity_text": "LOG",
                "body": "listening on port 5432",
                "resource": {"service.name": "db"},
                "attributes": {"process.pid": 1, "container.name": "db-1"},
                "dialect": "postgres",
                "envelopes": ["compose"],
            },
        ),
        Example(
            "web_1 | ready",
            {"body": "ready", "resource": {"service.name": "web"}, "attributes": {"container.name": "web_1"}},
        ),
    ),
)
