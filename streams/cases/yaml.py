"""YAML as cases are written in: values as in JSON, and tags for what must be there, must not, or must be all.

The core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema): `no` is a text and so is a time.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

import yaml


class Absent(NamedTuple):
    """`!absent`: there must be no such key."""


class Present(NamedTuple):
    """`!any`: there must be a value, whichever."""


class Exactly(NamedTuple):
    """`!exactly`: the mapping must have these keys and no others."""

    keys: dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Knows null, booleans and numbers by the core schema; every other plain word is a text."""

    yaml_implicit_resolvers: dict[Any, Any] = {}  # noqa: RUF012 - PyYAML's own name and form


_WORDS: Final = {
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?[0-9]+", list("-+0123456789")),
    "float": (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
}


def _exactly(loader: yaml.SafeLoader, node: yaml.Node) -> Exactly:
    if not isinstance(node, yaml.MappingNode):
        raise yaml.constructor.ConstructorError(None, None, "!exactly stands before a mapping", node.start_mark)
    return Exactly({str(key): value for key, value in loader.construct_mapping(node, deep=True).items()})


for _name, (_form, _first) in _WORDS.items():
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(f"(?:{_form})$"), _first)
_Loader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(node.value))
_Loader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(node.value))
_Loader.add_constructor("!absent", lambda loader, node: Absent())
_Loader.add_constructor("!any", lambda loader, node: Present())
_Loader.add_constructor("!exactly", _exactly)


class Document(NamedTuple):
    """A file's content, with the lines on which the elements of a list in it begin, from 1."""

    content: Any
    lines: list[int]


def read_yaml(text: str, name: str) -> Document:
    """Read a document, and the lines of the elements of its list `name`.

    Raises:
        yaml.YAMLError: it is not YAML.
    """
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        content = loader.construct_document(node) if node else None
    finally:
        loader.dispose()
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    listed = next((value for key, value in pairs if key.value == name), None)
    elements = listed.value if isinstance(listed, yaml.SequenceNode) else ()
    return Document(content, [element.start_mark.line + 1 for element in elements])
