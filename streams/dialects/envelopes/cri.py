"""The log lines of Kubernetes' container runtimes, containerd and CRI-O: `TIME STREAM TAGS LINE`.

Source: kubernetes/design-proposals-archive, "CRI: Log management for container stdout/stderr streams". The first tag
is `P` for a part of a line and `F` for a whole one or its end; further tags stand behind colons.
"""

from __future__ import annotations

import re
from datetime import tzinfo

from streams.dialects.base import Dialect, Example, TextReader, add_flags, new_record
from streams.types import Record, Source
from streams.values.time import read_time

NAME = "cri"
_LINE = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([PF])(?::([^ \n]{1,100}))?"
    r"(?: (.*)|$)",
    re.DOTALL | re.ASCII,
)
_AT_STREAM = slice(20, 45)


def _compile_text(zone: tzinfo) -> TextReader:
    def read(text: str, event_id: str, observed: str, source: Source) -> Record | None:
        if " std" not in text[_AT_STREAM]:
            return None
        match = _LINE.match(text)
        if not match:
            return None
        written, stream, completeness, tags, line = match.groups()
        record = new_record(NAME, event_id, observed, source)
        found = read_time(written, zone, observed)
        record["timestamp"], record["body"] = found.text, line or ""
        record["attributes"] = {"log.iostream": stream}
        if tags:
            record["attributes"]["cri.tags"] = tags.split(":")
        add_flags(record, *found.flags, *(("partial",) if completeness == "P" else ()))
        return record

    return read


DIALECT = Dialect(
    name=NAME,
    summary="log lines of Kubernetes' container runtimes; the line is a record of its own",
    link="https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md",
    compile_text=_compile_text,
    starts="12",
    head=r"0000-00-00T00:00:00(?:\.0{1,9})?(?:Z|[+-]00:00) \Z",
    holds=(" std",),
    envelope="line",
    examples=(
        Example(
            "2016-10-06T00:17:09.669794202Z stdout F The content of the log entry 1",
            {
                "timestamp": "2016-10-06T00:17:09.669794202Z",
                "severity_number": 0,
                "body": "The content of the log entry 1",
                "attributes": {"log.iostream": "stdout"},
                "envelopes": ["cri"],
            },
        ),
        Example(
            "2016-10-06T00:17:10.113242941Z stderr P First part ",
            {"body": "First part ", "flags": ["partial"], "attributes": {"log.iostream": "stderr"}},
        ),
    ),
)
