"""Properties as the engine sends them: read as dicts, lists and scalars, and added to without laying a secret open.

sdk/go/common/resource/plugin/rpc.go of Pulumi says how they are written: an unknown value is one of seven texts, and
what JSON has no form for is an object that a signature marks.
"""

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2

from .reading import UNKNOWN

# sdk/go/common/resource/sig/sig.go
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
_FILES = frozenset({"c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"})

FILE = object()
"""An asset or an archive: that there is one is all that a rule sees of it."""

# sdk/go/common/resource/plugin/rpc.go: a boolean, a number, a string, an array, an asset, an archive, an object
UNKNOWNS = frozenset(
    (
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    )
)


def plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return properties as dicts, lists and scalars, secrets in clear, with UNKNOWN for what is unknown."""
    return {key: _plain(value) for key, value in struct.fields.items()}


def _plain(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in UNKNOWNS else text
    if kind == "struct_value":
        fields = value.struct_value.fields
        if SIGNATURE in fields:
            return _signed(fields)
        return {key: _plain(item) for key, item in fields.items()}
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    return getattr(value, kind) if kind in ("bool_value", "number_value") else None


def _signed(fields: Mapping[str, struct_pb2.Value]) -> Any:
    signature = fields[SIGNATURE].string_value
    if signature == SECRET and "value" in fields:
        return _plain(fields["value"])
    if signature in _FILES:
        return FILE
    # what nobody can read must not pass for judged
    raise ValueError(f"a property is marked {signature}, of which this version of the packs knows nothing")


def add(struct: struct_pb2.Struct, additions: Mapping[str, Any]) -> None:
    """Add entries to properties, those of a map that is there to that map: what is secret or unknown stays so."""
    for key, value in additions.items():
        inner = struct.fields.get(key)
        if inner is not None and isinstance(value, Mapping) and inner.WhichOneof("kind") == "struct_value":
            held = inner.struct_value
            add(held.fields["value"].struct_value if SIGNATURE in held.fields else held, value)
        else:
            struct[key] = value
