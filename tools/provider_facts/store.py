"""Packs the facts of all types into the file that the sandbox reads: an index, and each type compressed by itself."""

import json
import zlib
from pathlib import Path
from typing import Any

from sandbox.provider_facts import reader

from . import enums
from .tokens import matched

# What zlib can look back into.
_WINDOW = 32 * 1024


def pack(work: Path, version: str) -> Path:
    """Pack what the work folder holds, and return the file."""
    facts = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(work.glob("*.json"))}
    texts = {kind: held(kind, found) for kind, found in facts.items()}
    common = _common(list(texts.values()))
    index: dict[str, Any] = {"version": version, "tokens": matched(facts), "types": {}}
    body = b""
    for kind, text in texts.items():
        packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, common)
        packed = packer.compress(text) + packer.flush()
        index["types"][kind] = [len(body), len(packed)]
        body += packed
    path = reader.FOLDER / reader.NAME.format(version=version)
    path.write_bytes(reader.written(index, common, body))
    return path


def held(kind: str, found: dict[str, Any]) -> bytes:
    """Return what the file holds of a type."""
    enums.added(kind, found)
    return _text(_flat(found))


def _flat(found: dict[str, Any]) -> dict[str, Any]:
    """Return a type's facts with each block told once: `in` counts into `blocks`, the first of which is the type."""
    blocks: list[Any] = [None]
    known: dict[bytes, int] = {}

    def flattened(block: dict[str, Any]) -> dict[str, Any]:
        nested = {name: {**inner, "in": numbered(inner["in"])} for name, inner in block["b"].items()}
        return {
            "a": {name: _short(told) for name, told in block["a"].items()},
            "b": {n: _short(t) for n, t in nested.items()},
        }

    def numbered(block: dict[str, Any]) -> int:
        flat = flattened(block)
        key = _text(flat)
        if key not in known:
            known[key] = len(blocks)
            blocks.append(flat)
        return known[key]

    blocks[0] = flattened(found)
    relations = {name: told for name, told in found.items() if name not in ("a", "b", "asked")}
    return {"blocks": blocks, **relations}


def _short(told: dict[str, Any]) -> dict[str, Any]:
    """Return facts without what is so where nothing is said."""
    told = {"r": "????", **told}  # what was not asked is not known
    short = {name: value for name, value in told.items() if value not in (reader.PLAIN.get(name), None, [])}
    if "chars" in short.get("v", {}):
        short["v"] = {**short["v"], "chars": [_class(chars) for chars in short["v"]["chars"]]}
    if "some" in short.get("v", {}):
        short["v"] = {**short["v"], "some": _class(short["v"]["some"])}
    return short


def _class(chars: str | None) -> str | None:
    """Return characters as a regular expression's class: `a-z0-9`."""
    if chars is None:
        return None
    runs: list[list[str]] = []
    for char in sorted(chars):
        if runs and ord(char) == ord(runs[-1][-1]) + 1:
            runs[-1].append(char)
        else:
            runs.append([char])
    return "".join(
        _escaped(run[0]) + (f"-{_escaped(run[-1])}" if len(run) > 2 else "".join(map(_escaped, run[1:])))  # noqa: PLR2004 # a run
        for run in runs
    )


def _escaped(char: str) -> str:
    return f"\\{char}" if char in "\\]^-[&~|" else char


def _text(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _common(texts: list[bytes]) -> bytes:
    """Return text that has much in common with every type, for zlib to refer to: pieces that many types have."""
    counts: dict[bytes, int] = {}
    for text in texts:
        for piece in set(text.split(b"},")):
            counts[piece] = counts.get(piece, 0) + 1
    worth = sorted(counts, key=lambda piece: (counts[piece] * len(piece), piece))
    return b"},".join(piece for piece in worth if counts[piece] > 2)[-_WINDOW:]  # noqa: PLR2004 # not by chance
