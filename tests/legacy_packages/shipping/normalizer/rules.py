from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar, get_type_hints

from .parcels import Parcel, wrap


class State(Enum):
    SENT = "sent"


@dataclass
class Shipment:
    """Its annotations are strings, so that dataclasses looks its module up."""

    kind: ClassVar[str] = "shipment"
    state: State = State.SENT
    parcels: list[Parcel] = field(default_factory=list)


def normalize(record: dict[str, Any]) -> dict[str, Any]:
    record["attributes"]["team"] = "shipping"
    return record


def pickled(record: dict[str, Any]) -> dict[str, Any]:
    """Takes an object of its own classes, and a function, through pickle."""
    shipment = Shipment(parcels=[wrap(record["body"])])
    again, function = pickle.loads(pickle.dumps((shipment, normalize)))  # noqa: S301
    record["attributes"]["same"] = again == shipment and again is not shipment and function is normalize
    record["attributes"]["typed"] = get_type_hints(Shipment)["parcels"] == list[Parcel]
    return record
