"""Property values of a provider that keeps secrets: what they are under their wrappers, and a Release's chart."""

from collections.abc import Mapping
from typing import Any

from google.protobuf import struct_pb2

from ..wire import to_python

# sdk/go/common/resource/sig/sig.go: the key of a value that is no plain object, a secret's mark, and an output's.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_WRAPPERS = ("1b47061264138c4ac30d75fd1eb44270", "d0e6a833031e9bbcd3f4e8bde6ca49a4")
# What the provider keeps in a resource's state beside the object.
_OWN = "__"


def revealed(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return a struct as plain values, secrets among them."""
    return {key: _revealed(value) for key, value in to_python(struct).items()}


def made_of(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return a resource's state without what the provider keeps there for itself."""
    return {key: value for key, value in revealed(struct).items() if not key.startswith(_OWN)}


def inputs_of(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Return the inputs that the provider keeps in a resource's state."""
    kept = revealed(struct).get("__inputs")
    return dict(kept) if isinstance(kept, Mapping) else {}


def _revealed(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) in _WRAPPERS:
            return _revealed(value.get("value"))
        return {key: _revealed(each) for key, each in value.items()}
    return [_revealed(each) for each in value] if isinstance(value, list) else value


def with_chart(struct: struct_pb2.Struct, archive: str) -> struct_pb2.Struct:
    """Return a Release's inputs that name an archive on this machine in place of a repository's chart."""
    changed = struct_pb2.Struct()
    changed.CopyFrom(struct)
    changed.fields["chart"].string_value = archive
    changed.fields.pop("repositoryOpts", None)
    return changed


def with_chart_of(struct: struct_pb2.Struct, given: struct_pb2.Struct) -> struct_pb2.Struct:
    """Return a Release's inputs or state with the chart and repository that the program gave."""
    changed = struct_pb2.Struct()
    changed.CopyFrom(struct)
    held = [changed, *(value.struct_value for key, value in changed.fields.items() if key == "__inputs")]
    for each in held:
        for key in ("chart", "repositoryOpts"):
            if key in given.fields:
                each.fields[key].CopyFrom(given.fields[key])
    return changed
