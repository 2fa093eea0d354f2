"""What is left out of files: passwords, keys and tokens that somebody wrote into a flow, and where they were.

Flowise marks one input of all its nodes as a password (flowise-components 3.1.4: S3File's), so they are told by the
names of what holds them and by their looks. A text around one is kept, with a marker in its place.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .text import SPEC, walk

MARKER: str = SPEC["marker"]
_REFERENCE, _KEY = re.compile(SPEC["reference"]), re.compile(SPEC["secret_key"])
_VARIABLE = re.compile(SPEC["secret_variable"])
_TEXTS = tuple(map(re.compile, SPEC["secret_texts"]))
_DEFINITIONS = frozenset(SPEC["definitions"])
# where a value stood, down from the file's top
Path = tuple[str, ...]
Secrets = Mapping[Path, Sequence[str]]


def is_secret_variable(name: str, value: str, named: Sequence[str]) -> bool:
    """Return whether a variable's value stays out: it is named so, its name says so, or it looks so."""
    return bool(value) and (name in named or bool(_VARIABLE.search(name)) or bool(spans(value)))


def taken(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[Path, list[str]]]:
    """Return the document with a marker for each secret, and the secrets by where they were."""
    secrets: dict[Path, list[str]] = {}

    def change(value: Any, path: Path) -> Any:
        if not path or path[-1] in _DEFINITIONS:
            return value
        if isinstance(value, dict):
            return _marked(value, path, secrets)
        if isinstance(value, str):
            return _masked(value, path, secrets)
        return value

    return _outside_definitions(document, change), secrets


def given_back(document: Mapping[str, Any], secrets: Secrets) -> tuple[dict[str, Any], list[Path]]:
    """Put secrets back where their markers stand; return also where there was none to put."""
    missing: list[Path] = []

    def change(value: Any, path: Path) -> Any:
        if not isinstance(value, str) or MARKER not in value:
            return value
        kept, parts = secrets.get(path, ()), value.split(MARKER)
        if len(kept) == len(parts) - 1:
            return "".join(part + secret for part, secret in zip(parts, [*kept, ""], strict=True))
        missing.append(path)
        return "" if value == MARKER else value

    return walk(dict(document), (), change), missing


def spans(text: str) -> list[tuple[int, int]]:
    """Return where in a text secrets stand, none within another."""
    if text.startswith("data:"):
        return []
    found = sorted(each.span(1) for pattern in _TEXTS for each in pattern.finditer(text) if MARKER not in each[1])
    apart: list[tuple[int, int]] = []
    for start, end in found:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _outside_definitions(document: Mapping[str, Any], change: Callable[[Any, Path], Any]) -> dict[str, Any]:
    def guarded(value: Any, path: Path) -> Any:
        return value if _DEFINITIONS & set(path) else change(value, path)

    result: dict[str, Any] = walk(dict(document), (), guarded)
    return result


def _marked(value: dict[str, Any], path: Path, secrets: dict[Path, list[str]]) -> dict[str, Any]:
    """Mark what a mapping's own keys tell to be secret: {"apiKey": ...}, {"key": "Authorization", "value": ...}."""
    params = value.get("inputParams")
    passwords = {
        str(each.get("name"))
        for each in (params if isinstance(params, list) else ())
        if isinstance(each, dict) and each.get("type") == "password"
    }
    named = next((value[key] for key in ("key", "name") if isinstance(value.get(key), str)), "")
    changed = dict(value)
    for key, each in value.items():
        telling = named if key == "value" else key
        if isinstance(each, str) and _KEY.search(telling) and _says_something(each):
            secrets[*path, key] = [each]
            changed[key] = MARKER
    inputs = value.get("inputs")
    if passwords and isinstance(inputs, dict):
        changed["inputs"] = dict(inputs)
        for key in sorted(passwords & set(inputs)):
            if isinstance(inputs[key], str) and _says_something(inputs[key]):
                secrets[*path, "inputs", key] = [inputs[key]]
                changed["inputs"][key] = MARKER
    return changed


def _says_something(text: str) -> bool:
    """Return whether there is more in it than references to variables and the scheme before them."""
    return MARKER not in text and bool(_REFERENCE.sub("", text))


def _masked(text: str, path: Path, secrets: dict[Path, list[str]]) -> str:
    found = spans(text)
    if not found:
        return text
    secrets[path] = [text[start:end] for start, end in found]
    parts, at = [], 0
    for start, end in found:
        parts.append(text[at:start])
        at = end
    return MARKER.join([*parts, text[at:]])
