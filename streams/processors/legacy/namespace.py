"""Modules of one folder under names of their own, so that they collide with nothing and leave nothing behind.

A module `pkg.rules` is known to the process as `_weft_legacy_7.pkg.rules`. Its code asks for modules through an
`__import__` of its own, which each module gets with its builtins, so `import pkg` means the one beside it, at any time
and in any thread. Because the private name stands in `sys.modules`, what finds classes by their module works: pickle,
dataclasses, typing. `sys.path` and `sys.meta_path` are not touched.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import find_spec, module_from_spec, resolve_name, spec_from_file_location
from itertools import count
from threading import RLock
from types import CodeType, ModuleType
from typing import Any, Final

from streams.processors.legacy.sources import Sources

PREFIX: Final = "_weft_legacy_"
_OURS = frozenset({"streams", "schemas"})
_numbers = count(1)


class _Loader(SourceFileLoader):
    """Runs a module's code as it was read, with builtins that know the namespace."""

    def __init__(self, name: str, path: str, source: bytes, private: Mapping[str, Any]) -> None:
        super().__init__(name, path)
        self._source = source
        self._private = private

    def get_code(self, fullname: str) -> CodeType:
        """Compile the code; a cached file may be of another release."""
        code: CodeType = self.source_to_code(self._source, self.path)
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        vars(module)["__builtins__"] = dict(self._private)
        super().exec_module(module)


class Namespace:
    """A folder's modules; `close` removes them from the process. Safe to use from any thread."""

    def __init__(self, sources: Sources) -> None:
        self.root = f"{PREFIX}{next(_numbers)}"
        self._sources = sources
        self._lock = RLock()
        self._closed = False
        self._owned: dict[str, bool] = {}
        self._builtins = {**vars(builtins), "__import__": self._import, "print": _print}
        self._importlib = ModuleType("importlib")
        vars(self._importlib).update(import_module=self._import_module, __getattr__=partial(getattr, importlib))
        self._register("", ModuleType(self.root))
        vars(sys.modules[self.root]).update(__path__=[str(sources.folder)], __package__=self.root)

    def load(self, name: str) -> ModuleType:
        """Give a module by the name that it has in its folder.

        Raises:
            ImportError: there is none of that name, or the namespace is closed.
        """
        # One lock for all: a module that another thread is still running must not be seen half made.
        with self._lock:
            if self._closed:
                raise ImportError(f"{self._sources.folder} was closed", name=name)
            found = sys.modules.get(self._full(name))
            return found if found is not None else self._make(name)

    def close(self) -> None:
        """Forget all modules; code that still runs can import no more of them."""
        with self._lock:
            self._closed = True
            for name in [name for name in list(sys.modules) if self._within(name) is not None]:
                del sys.modules[name]

    def _make(self, name: str) -> ModuleType:
        parent, _, leaf = name.rpartition(".")
        holder = self.load(parent)
        if made := sys.modules.get(self._full(name)):  # by the parent's own code
            return made
        spec = self._spec(name) if hasattr(holder, "__path__") else None
        if spec is None:
            raise ModuleNotFoundError(f"there is no {name}.py or {name}/ in {self._sources.folder}", name=name)
        module = module_from_spec(spec)
        self._register(name, module)
        if spec.loader is not None:
            try:
                spec.loader.exec_module(module)
            except BaseException:
                sys.modules.pop(spec.name, None)
                raise
        module = sys.modules[spec.name]  # a module may put something else in its place
        setattr(holder, leaf, module)
        return module

    def _register(self, name: str, module: ModuleType) -> None:
        sys.modules[self._full(name)] = module

    def _spec(self, name: str) -> ModuleSpec | None:
        files, base = self._sources.files, name.replace(".", "/")
        place = self._sources.folder / base
        for inside, within in ((f"{base}/__init__.py", [str(place)]), (f"{base}.py", None)):
            if inside in files:
                file = str(self._sources.folder / inside)
                loader = _Loader(self._full(name), file, files[inside], self._builtins)
                return spec_from_file_location(self._full(name), file, loader=loader, submodule_search_locations=within)
        if base not in self._sources.folders:
            return None
        spec = ModuleSpec(self._full(name), None, is_package=True)
        spec.submodule_search_locations = [str(place)]
        return spec

    def _full(self, name: str) -> str:
        return f"{self.root}.{name}" if name else self.root

    def _within(self, full: str) -> str | None:
        """Give a module's name in its folder by its name in the process; None when it is not of this namespace."""
        root, _, name = full.partition(".")
        return name if root == self.root else None

    def _owns(self, top: str) -> bool:
        """Whether a name without a point is one of the folder; as on `sys.path`, a bare folder comes last."""
        if top not in self._owned:
            files = self._sources.files
            self._owned[top] = top not in sys.builtin_module_names and (
                f"{top}/__init__.py" in files
                or f"{top}.py" in files
                or (top in self._sources.folders and (top in _OURS or find_spec(top) is None))
            )
        return self._owned[top]

    def _own_name(self, absolute: str) -> str | None:
        """Give the name in the folder of what code calls by an absolute name; None when it is from elsewhere."""
        within = self._within(absolute)
        if within is None and self._owns(absolute.partition(".")[0]):
            return absolute
        return within

    def _import(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002 (the name that Python gives it)
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Do what an import statement asks for (Python reference, "The import statement")."""
        package = (globals or {}).get("__package__") or ""
        own = self._own_name(resolve_name("." * level + name, package) if level else name)
        if own is None:
            found = builtins.__import__(name, globals, locals, fromlist or (), level)
            return self._importlib if found is importlib else found
        module = self.load(own)
        if not fromlist:
            return module if level else self.load(self._own_name(name.partition(".")[0]) or "")
        for item in fromlist:
            for wanted in getattr(module, "__all__", ()) if item == "*" else (item,):
                self._bind(module, own, wanted)
        return module

    def _bind(self, module: ModuleType, own: str, item: str) -> None:
        """Load a submodule that a package does not hold yet; what is no submodule the statement itself refuses."""
        if hasattr(module, "__path__") and not hasattr(module, item):
            wanted = f"{own}.{item}" if own else item
            try:
                self.load(wanted)
            except ModuleNotFoundError as error:
                if error.name != wanted:
                    raise

    def _import_module(self, name: str, package: str | None = None) -> ModuleType:
        """Stand for `importlib.import_module`."""
        absolute = resolve_name(name, package) if name.startswith(".") else name
        own = self._own_name(absolute)
        return importlib.import_module(absolute) if own is None else self.load(own)


def _print(*values: object, file: Any = None, **how: Any) -> None:
    """Print to a file only: what an old module says of a record does not belong in the output of this process."""
    if file is not None:
        print(*values, file=file, **how)
