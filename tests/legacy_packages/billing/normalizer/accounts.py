from types import ModuleType

ACCOUNTS = {"cart": "acme"}


def late_module() -> ModuleType:
    from . import late

    return late
