#!/usr/bin/env python3
"""Fill a build context for `kafka.Dockerfile`: the pinned jars of Kafka and the extra `weft[dev]`'s Java runtime."""

import shutil
import sys
from pathlib import Path

from streams.dev.jars import ensure_jars
from streams.dev.java import find_java
from streams.paths import cache_dir

context = Path(sys.argv[1])
libs = context / "libs"
libs.mkdir(parents=True)
for jar in ensure_jars(cache_dir(), lambda line: print(line, file=sys.stderr)):  # noqa: T201 - a script's progress
    shutil.copy(jar, libs)
shutil.copytree(find_java().parent.parent, context / "java", symlinks=True)
