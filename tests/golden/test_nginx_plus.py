"""Wide JSON without a message: 188 status objects of NGINX Plus, 5.6 kB each."""

from __future__ import annotations

import json

from tests.shared_data import ROOT, needs_shared_data
from tests.through import record_of

SAMPLE = ROOT / "elastic_examples" / "nginxplus_json_logs"


@needs_shared_data
def test_every_status_object_keeps_all_that_it_says_and_its_own_time() -> None:
    lines = SAMPLE.read_text("utf-8").splitlines()
    records = [record_of(line) for line in lines]
    assert len(records) == 188
    for line, record in zip(lines, records, strict=True):
        status = json.loads(line)
        milliseconds = status.pop("timestamp") % 1_000
        assert record["timestamp"][20:23] == f"{milliseconds:03}"
        assert (record["attributes"], record["body"]) == (status, line)
        assert (record["dialect"], record["severity_number"], record["trace_id"]) == ("json", 0, None)
