"""MessagePack as Terraform's plugin protocol has it: a value of any JSON shape, or one that is not known yet.

Unknown values are an extension of it (https://github.com/zclconf/go-cty/blob/main/docs/marshal.md).
"""

from typing import Any, Final

import msgspec


class Unknown:
    """A value that the provider will know once the resource is made."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
_EXTENSION = msgspec.msgpack.Ext(0, b"\0")


def _extended(value: Any) -> Any:
    if isinstance(value, Unknown):
        return _EXTENSION
    raise TypeError(f"{type(value).__name__} has no place in a configuration")


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_extended)
# What is known of an unknown value (that it is not null, say) comes as another extension.
_DECODER = msgspec.msgpack.Decoder(ext_hook=lambda _, __: UNKNOWN)


def pack(value: Any) -> bytes:
    """Return a value of JSON's shape, UNKNOWN anywhere inside, as MessagePack."""
    return _ENCODER.encode(value)


def unpack(data: bytes) -> Any:
    """Return what MessagePack holds; every extension is UNKNOWN."""
    return _DECODER.decode(data)
