"""MessagePack as Terraform's plugin protocol uses it: a value of any JSON shape, or one that is not known yet.

https://github.com/msgpack/msgpack/blob/master/spec.md. Unknown values are an extension
(https://github.com/zclconf/go-cty/blob/main/docs/marshal.md). Forty lines in place of a dependency.
"""

import struct
from typing import Any, Final


class Unknown:
    """A value that the provider will know once the resource is made."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
_FIXED = {0xC0: None, 0xC2: False, 0xC3: True}
# first byte -> struct format of the number that follows
_NUMBERS = dict(zip(range(0xCA, 0xD4), (">f", ">d", ">B", ">H", ">I", ">Q", ">b", ">h", ">i", ">q"), strict=True))
# first byte -> what follows, and the struct format of its length
_SIZED = {
    0xD9: ("text", ">B"), 0xDA: ("text", ">H"), 0xDB: ("text", ">I"), 0xC4: ("text", ">B"), 0xC5: ("text", ">H"),
    0xC6: ("text", ">I"), 0xDC: ("list", ">H"), 0xDD: ("list", ">I"), 0xDE: ("map", ">H"), 0xDF: ("map", ">I"),
    0xC7: ("extension", ">B"), 0xC8: ("extension", ">H"), 0xC9: ("extension", ">I"),
}  # fmt: skip
# the last or the first of those bytes that hold a value or a length themselves
_SMALL, _NEGATIVE, _SMALL_MAP, _SMALL_LIST = 0x7F, 0xE0, 0x8F, 0x9F
# extensions of one, two, four, eight and sixteen bytes
_FIXED_EXTENSIONS = {0xD4: 1, 0xD5: 2, 0xD6: 4, 0xD7: 8, 0xD8: 16}


def pack(value: Any) -> bytes:
    """Return a value of JSON's shape, UNKNOWN anywhere inside, as MessagePack."""
    parts: list[bytes] = []
    _pack(value, parts)
    return b"".join(parts)


def _pack(value: Any, parts: list[bytes]) -> None:
    match value:
        case None:
            parts.append(b"\xc0")
        case bool():
            parts.append(b"\xc3" if value else b"\xc2")
        case Unknown():
            parts.append(b"\xd4\x00\x00")
        case int():
            parts.append(struct.pack(">Bq", 0xD3, value))
        case float():
            parts.append(struct.pack(">Bd", 0xCB, value))
        case str():
            data = value.encode()
            parts.append(struct.pack(">BI", 0xDB, len(data)) + data)
        case list():
            parts.append(struct.pack(">BI", 0xDD, len(value)))
            for item in value:
                _pack(item, parts)
        case dict():
            parts.append(struct.pack(">BI", 0xDF, len(value)))
            for key, item in value.items():
                _pack(key, parts)
                _pack(item, parts)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a configuration")


def unpack(data: bytes) -> Any:
    """Return what MessagePack holds; every extension is UNKNOWN, bytes are read as text."""
    value, _ = _unpack(data, 0)
    return value


def _unpack(data: bytes, at: int) -> tuple[Any, int]:
    first, at = data[at], at + 1
    if first in _FIXED:
        return _FIXED[first], at
    if first <= _SMALL or first >= _NEGATIVE:
        return first if first <= _SMALL else first - 0x100, at
    if first in _NUMBERS:
        layout = _NUMBERS[first]
        return struct.unpack_from(layout, data, at)[0], at + struct.calcsize(layout)
    if first in _FIXED_EXTENSIONS:
        return UNKNOWN, at + 1 + _FIXED_EXTENSIONS[first]
    if first in _SIZED:
        kind, layout = _SIZED[first]
        size, at = struct.unpack_from(layout, data, at)[0], at + struct.calcsize(layout)
    else:
        kind = "map" if first <= _SMALL_MAP else "list" if first <= _SMALL_LIST else "text"
        size = first & (0x1F if kind == "text" else 0x0F)
    match kind:
        case "text":
            return data[at : at + size].decode(errors="replace"), at + size
        case "extension":
            return UNKNOWN, at + 1 + size
        case "list":
            items = []
            for _ in range(size):
                item, at = _unpack(data, at)
                items.append(item)
            return items, at
        case _:
            found = {}
            for _ in range(size):
                key, at = _unpack(data, at)
                found[key], at = _unpack(data, at)
            return found, at
