"""Says which account a record belongs to."""

import importlib
from typing import Any

import normalizer.accounts
from normalizer.accounts import ACCOUNTS


def normalize(record: dict[str, Any]) -> dict[str, Any]:
    account = ACCOUNTS.get(record["resource"]["service.name"], "none")
    record["attributes"]["team"] = "billing"
    record["attributes"]["account"] = account
    return record


def lazy(record: dict[str, Any]) -> dict[str, Any]:
    """Imports when it is called: relatively, absolutely, and by a name made at run time."""
    import normalizer.late as by_name

    from . import late
    from .late import TIER

    computed = importlib.import_module("normalizer.late")
    relative = importlib.import_module(".late", __package__)
    same = late is by_name is computed is relative is normalizer.accounts.late_module()
    return {**record, "attributes": {**record["attributes"], "tier": TIER, "same": same}}
