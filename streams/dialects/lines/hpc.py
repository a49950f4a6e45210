"""The event log of a high performance cluster at Los Alamos: number, node, component, state, time, flag, text.

Source: the Computer Failure Data Repository, and Loghub's description of its HPC set.
"""

from __future__ import annotations

from streams.dialects.base import Dialect, Example
from streams.dialects.lines.grammar import lined

DIALECT = Dialect(
    name="hpc",
    summary="a cluster's event log from Los Alamos",
    link="https://www.usenix.org/cfdr-data",
    compile_text=lined(
        "hpc",
        r"(?P<event>\d{1,10}) (?P<host>[\w\-\[\],]{1,200}) (?P<component>[a-z][\w.\-]{0,60}) "
        r"(?P<state>[a-z][\w.\-]{0,100}) (?P<time>(?P<second>\d{9,10})) (?P<flag>-?\d) (?P<body>.*)",
        names={"event": "event_id"},
    ),
    starts="0123456789",
    head=r"0{1,10} [\w\-\[\],]*(?: ?\Z)",
    examples=(
        Example(
            "350766 node-109 unix.hw state_change.unavailable 1084680778 1 Component State Change: alt0 is unavailable",
            {
                "timestamp": "2004-05-16T04:12:58.000000000Z",
                "body": "Component State Change: alt0 is unavailable",
                "resource": {"service.name": "unknown_service", "host.name": "node-109"},
                "attributes": {
                    "event_id": "350766",
                    "component": "unix.hw",
                    "state": "state_change.unavailable",
                    "flag": "1",
                },
            },
        ),
    ),
)
