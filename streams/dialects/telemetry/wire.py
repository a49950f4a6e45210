"""Protobuf messages for which no installed library has classes, described by the lines of their .proto files.

A description in code needs no compiler at build time and no generated module to keep in step with the library.
"""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_Field = descriptor_pb2.FieldDescriptorProto


def define(package: str, **messages: str) -> dict[str, Any]:
    """Make message classes from lines like `repeated Label labels = 1`, parted by semicolons.

    The syntax is proto2's, so that every scalar field tells whether it is there; on the wire there is no difference.
    """
    file = descriptor_pb2.FileDescriptorProto(name=f"{package}.proto", package=package, syntax="proto2")
    for name, lines in messages.items():
        described = file.message_type.add(name=name)
        for line in lines.split(";"):
            _add_field(described, line.split(), package)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.{name}")) for name in messages}


def _add_field(described: Any, words: list[str], package: str) -> None:
    """Add the field of one line: an optional `repeated`, type, name, `=`, number."""
    *label, kind, name, _, number = words
    field = described.field.add(name=name, number=int(number))
    field.label = _Field.LABEL_REPEATED if label else _Field.LABEL_OPTIONAL
    if kind[0].isupper():
        field.type, field.type_name = _Field.TYPE_MESSAGE, f".{package}.{kind}"
    else:
        field.type = _Field.Type.Value(f"TYPE_{kind.upper()}")
