"""The file of facts: an index, and each type's facts compressed by themselves, so that a run unpacks what it uses.

Facts of a type are JSON: `blocks`, the first of which is the type itself, and relations between properties
(`conflicts`: never both, `one`: at most one, `any`: at least one, `with`: the first only with the others; paths like
`a.b`). A block has attributes (`a`) and blocks (`b`) by the provider's names. What is told of each:

`t`  an attribute's type (`"string"`, `["set","string"]`); `k` a block's nesting (list, set, single, map), `in` the
     number of what it holds, `least` and `most` how many there may be
`f`  who gives it: `r`equired, `o`ptional, `c`omputed, `s`ensitive
`d`  the value that a plan gives it where it is left out
`r`  what four changes of it alone come to (to another value or up, back or down, added, left out), a letter each:
     `N`othing, `U`pdate, `R`eplacement, `?` not known
`v`  which values are taken: sandbox/provider_facts/limits.py
`n`  spellings that are no change: `json`, `policy` (as IAM reads it), `case`, `dot` and `slash` (at the end), `space`
"""

import json
import struct
import threading
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
NAME = "terraform-provider-aws-{version}.facts"
_MAGIC = b"facts 1\n"
_LENGTHS = struct.Struct(">II")
# What holds where a fact is left out.
PLAIN: Mapping[str, Any] = {"t": "string", "f": "o", "r": "UUUU", "k": "list"}


def written(index: Mapping[str, Any], common: bytes, body: bytes) -> bytes:
    """Return the file that `Facts` reads: `types` in the index holds each type's place in the body and its length."""
    head = zlib.compress(json.dumps(index, separators=(",", ":"), sort_keys=True).encode(), 9)
    shared = zlib.compress(common, 9)
    return _MAGIC + _LENGTHS.pack(len(head), len(shared)) + head + shared + body


class Facts:
    """The facts of one provider version."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        if not data.startswith(_MAGIC):
            raise ValueError(f"{path} holds no facts of this form: record them anew (python -m tools.provider_facts)")
        at = len(_MAGIC)
        head, shared = _LENGTHS.unpack_from(data, at)
        at += _LENGTHS.size
        index = json.loads(zlib.decompress(data[at : at + head]))
        self.version: str = index["version"]
        self.tokens: Mapping[str, str] = index["tokens"]
        self._types: Mapping[str, tuple[int, int]] = index["types"]
        self._common = zlib.decompress(data[at + head : at + head + shared])
        self._body = data[at + head + shared :]
        self._lock = threading.Lock()
        self._read: dict[str, Any] = {}

    def of_type(self, kind: str) -> Mapping[str, Any] | None:
        """Return the facts of one of the provider's types (`aws_vpc`); None where it has no such type."""
        place = self._types.get(kind)
        if place is None:
            return None
        with self._lock:
            if kind not in self._read:
                start, size = place
                unpacker = zlib.decompressobj(-15, zdict=self._common)
                self._read[kind] = json.loads(unpacker.decompress(self._body[start : start + size]))
        found: Mapping[str, Any] = self._read[kind]
        return found

    @property
    def types(self) -> Mapping[str, Any]:
        """Every type there are facts of."""
        return self._types


@cache
def facts() -> Facts:
    """Return the facts that lie here: those of the newest version, where there are several."""
    found = FOLDER.glob(NAME.format(version="*"))
    return Facts(max(found, key=lambda path: [int(part) for part in path.stem.rpartition("-")[2].split(".")]))
