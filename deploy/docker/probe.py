#!/usr/bin/env python3
"""Ask the role in this container whether it is `live` or `ready`; print its answer and exit 0 when it is.

Not by urllib, which would go through a proxy that the engine was told of.
"""

import http.client
import os
import sys

connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["WEFT_HTTP_PORT"]), timeout=4)
connection.request("GET", f"/health/{sys.argv[1]}")
answer = connection.getresponse()
sys.stdout.write(answer.read().decode())
sys.exit(answer.status != http.client.OK)
