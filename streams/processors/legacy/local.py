"""An old function in this process, whose modules nobody else sees."""

from __future__ import annotations

import sys
from typing import Any

from streams.errors import ConfigurationError
from streams.processors.legacy.failures import Closed, FunctionExited
from streams.processors.legacy.namespace import Namespace
from streams.processors.legacy.server import Function, ask
from streams.processors.legacy.sources import Sources


class Local:
    """Calls a function of a namespace; any number of threads may."""

    def __init__(self, sources: Sources, module: str, function: str) -> None:
        self._namespace = Namespace(sources)
        try:
            self._function: Function | None = _load(self._namespace, module, function)
        except BaseException:
            self._namespace.close()
            raise

    def __call__(self, record: dict[str, Any]) -> dict[str, Any]:
        """Call the function with a record that it may change.

        Raises:
            LegacyFailure: it did not give a record; what it raises itself is passed on.
        """
        if self._function is None:
            raise Closed
        try:
            return ask(self._function, record)
        except (Exception, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise FunctionExited(type(error).__name__) from error

    def close(self) -> None:
        """Remove its modules from the process."""
        self._function = None
        self._namespace.close()


def _load(namespace: Namespace, module: str, function: str) -> Function:
    """Find the function; a module that changes where everything else is looked for is refused.

    Raises:
        ConfigurationError: it cannot be had.
    """
    shared: tuple[list[Any], ...] = (sys.path, sys.meta_path, sys.path_hooks)
    before = [list(places) for places in shared]
    try:
        found = getattr(namespace.load(module), function)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise ConfigurationError(f"legacy: cannot load {module}:{function}: {type(error).__name__}: {error}") from error
    finally:
        changed = [list(places) for places in shared] != before
        for places, kept in zip(shared, before, strict=True):
            places[:] = kept
    if changed:
        raise ConfigurationError(
            f"legacy: {module} changes sys.path or the like, which this process shares", cure="Use mode: subprocess."
        )
    if not callable(found):
        raise ConfigurationError(f"legacy: {module}:{function} is no function")
    return found  # type: ignore[no-any-return]
