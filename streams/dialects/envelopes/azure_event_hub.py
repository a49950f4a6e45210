"""Azure Event Hub batches of diagnostic logs: `{"records": [...]}`.

Source: Microsoft, "Stream Azure Monitor data to an event hub". Each element is a resource log, or what an application
sent in the same form.
"""

from __future__ import annotations

from typing import Any

from streams.dialects.base import Dialect, Example
from streams.dialects.envelopes.batch import split_list

_NAME = "azure-event-hub"
_RECORDS = "records"


def _is_batch(document: dict[str, Any]) -> bool:
    return len(document) == 1 and isinstance(document[_RECORDS], list)


DIALECT = Dialect(
    name=_NAME,
    summary="batches of Azure's diagnostic logs; each is a record of its own",
    link="https://learn.microsoft.com/en-us/azure/azure-monitor/platform/stream-monitoring-data-event-hubs",
    signatures=(frozenset({_RECORDS}),),
    test=_is_batch,
    split=split_list(_NAME, _RECORDS),
    envelope=_RECORDS,
    examples=(
        Example(
            '{"records":[{"time":"2019-10-03T16:03:34.776Z","resourceId":"/SUBSCRIPTIONS/1","category":"Audit",'
            '"operationName":"Microsoft.Network/BastionHost/connect","level":"Informational"},'
            '{"time":"2019-10-03T16:03:35Z","level":"Error","message":"custom"}]}',
            (
                {
                    "timestamp": "2019-10-03T16:03:34.776000000Z",
                    "severity_number": 9,
                    "body": "Microsoft.Network/BastionHost/connect",
                    "dialect": "azure-resource",
                    "envelopes": ["azure-event-hub"],
                },
                {"severity_number": 17, "body": "custom", "envelopes": ["azure-event-hub"]},
            ),
        ),
    ),
)
