"""The same input gives the same bytes in every process, whatever seed Python hashes texts with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
from hashlib import sha256

from streams.dialects.registry import DIALECTS
from streams.pipeline import Pipeline
from streams.settings import Settings
from streams.testing import FakeRecord, chunk_of

# many fields of one part at once
wide = (
    "version account-id instance-id region srcaddr start\\n"
    "5 123456789010 i-01234567890123456 eu-west-1 10.0.0.1 1620140761",
    '{"msg":"m","hostname":"h","k8s":{"pod":"p"},"container":{"id":"c"},"cloud":{"region":"r","account":{"id":"a"}}}',
)
pipeline = Pipeline(Settings())
values = [(example.value, example.headers) for dialect in DIALECTS for example in dialect.examples]
for value, headers in (*values, *((value, ()) for value in wide)):
    chunk = chunk_of(FakeRecord(value.encode() if isinstance(value, str) else value, headers=headers))
    pipeline.prepare(chunk)
    outcome = pipeline.finish(chunk, {})
    print(sha256(b"".join(outcome.values)).hexdigest(), [letter.reason for letter in outcome.dead])
"""


def bytes_with_seed(seed: int) -> list[str]:
    """Give what every example becomes in a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, cwd=root, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


def test_no_output_depends_on_the_seed_of_hashes() -> None:
    first, *others = [bytes_with_seed(seed) for seed in (1, 2, 3)]
    assert len(first) > 100
    assert others == [first, first]
