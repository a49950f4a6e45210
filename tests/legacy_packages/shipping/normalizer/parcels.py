from typing import Any, NamedTuple


class Parcel(NamedTuple):
    content: Any


def wrap(content: Any) -> Parcel:
    return Parcel(content)
