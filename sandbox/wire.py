"""Pulumi's property values, between the wire (protobuf structs) and plain Python."""

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2

# sdk/go/common/resource/plugin/rpc.go: UnknownStringValue, what stands on the wire for "known only after apply".
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def to_python(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return a struct as a dict; numbers without a fraction become int, as they were before the
    wire made them float.
    """
    return {key: _value(value) for key, value in struct.fields.items()}


def _value(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "struct_value":
            return to_python(value.struct_value)
        case "list_value":
            return [_value(item) for item in value.list_value.values]
        case _:
            return None


def to_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Return a dict as a struct."""
    struct = struct_pb2.Struct()
    struct.update(dict(values))
    return struct


def has_unknown(value: Any) -> bool:
    """Return whether a value is, or holds anywhere, something known only after apply."""
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return bool(value == UNKNOWN)
