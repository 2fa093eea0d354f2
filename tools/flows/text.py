"""How a file is written: the same bytes from the same content, and a change of one thing in one line.

JSON, and not YAML: the export in the cluster is a Node script, and two writers of JSON agree to the byte. What JSON
does badly, a text of many lines, becomes `{"$text": [...]}`: its lines, which only need joining.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

SPEC: Mapping[str, Any] = json.loads(
    (Path(__file__).parents[2] / "components/flowise_service/assets/flow_files.json").read_text(encoding="utf-8")
)
TEXT, PLAIN, CREDENTIAL = "$text", "$plain", "$credential"
_RESERVED = frozenset({TEXT, PLAIN, CREDENTIAL})
_ENDS = re.compile(SPEC["text_ends"])
_ITEM_LINES, _ONE_LINE = frozenset(SPEC["item_lines"]), frozenset(SPEC["one_line"])
# JavaScript's numbers are exact to here, and are written without an exponent to there (ECMA-262, Number::toString)
_EXACT, _LEAST_EXPONENT, _MOST_EXPONENT = 2**53, -6, 21


class Unreadable(Exception):
    """A file that no export wrote; the text says what is wrong with it."""


@dataclass(frozen=True)
class Reference:
    """A credential, named by its type and name; by its id too, where others bear the same."""

    named: str
    id: str = ""


def dumps(document: Mapping[str, Any]) -> str:
    """Write a file: its own keys in their order, all others sorted."""
    lines = (f'  "{key}": {_dump(encoded(value), "  ", key)}' for key, value in document.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def loads(text: str) -> dict[str, Any]:
    """Read what dumps wrote. Raises Unreadable."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Unreadable(f"is no JSON: {error}") from None
    if not isinstance(found, dict):
        raise Unreadable("is no JSON object")
    return {key: _decoded(value) for key, value in found.items()}


def walk(value: Any, path: tuple[str, ...], change: Callable[[Any, tuple[str, ...]], Any]) -> Any:
    """Return a copy of `value` in which `change` decided each part: from the outside in, a mapping's by key.

    An item of a list is told by its `id` where it has one, so that it is found again where others came before it.
    """
    value = change(value, path)
    if isinstance(value, dict):
        return {key: walk(each, (*path, key), change) for key, each in value.items()}
    if isinstance(value, list):
        return [walk(each, (*path, name), change) for name, each in _named(value)]
    return value


def _named(items: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for number, each in enumerate(items):
        known = each.get("id") if isinstance(each, dict) else None
        yield known if isinstance(known, str) and known else str(number), each


def encoded(value: Any) -> Any:
    """Return a value as a file holds it: long texts by their lines, what looks like that already marked as plain."""
    if isinstance(value, str):
        lines = [line for line in _ENDS.split(value) if line]
        return {TEXT: lines} if len(lines) > 1 else value
    if isinstance(value, list):
        return [encoded(each) for each in value]
    if isinstance(value, Reference):
        return {CREDENTIAL: value.named, **({"id": value.id} if value.id else {})}
    if isinstance(value, dict):
        inner = {key: encoded(each) for key, each in value.items()}
        return {PLAIN: inner} if _RESERVED & set(value) else inner
    return value


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(each) for each in value]
    if not isinstance(value, dict):
        return value
    if TEXT in value:
        lines = value[TEXT]
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise Unreadable(f"has a {TEXT} that is no list of lines")
        return "".join(lines)
    if CREDENTIAL in value:
        return Reference(str(value[CREDENTIAL]), str(value.get("id", "")))
    if PLAIN in value:
        inner = value[PLAIN]
        return {key: _decoded(each) for key, each in inner.items()} if isinstance(inner, dict) else inner
    return {key: _decoded(each) for key, each in value.items()}


def _dump(value: Any, indent: str, key: str) -> str:
    if key in _ONE_LINE or not isinstance(value, dict | list) or not value:
        return compact(value)
    inner = indent + "  "
    if isinstance(value, list):
        write = compact if key in _ITEM_LINES else lambda each: _dump(each, inner, "")
        lines = [inner + write(each) for each in value]
    elif key in _ITEM_LINES:
        lines = [f"{inner}{_string(name)}: {compact(value[name])}" for name in sorted(value, key=_order)]
    else:
        lines = [f"{inner}{_string(name)}: {_dump(value[name], inner, name)}" for name in sorted(value, key=_order)]
    opened, closed = "[]" if isinstance(value, list) else "{}"
    return f"{opened}\n" + ",\n".join(lines) + f"\n{indent}{closed}"


def compact(value: Any) -> str:
    """Write a value in one line, with sorted keys."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_string(key)}: {compact(value[key])}" for key in sorted(value, key=_order)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(compact, value)) + "]"
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return _number(value)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _order(key: str) -> bytes:
    # as JavaScript compares texts
    return key.encode("utf-16-be", "surrogatepass")


def _number(value: int | float) -> str:
    """Write a number as JavaScript does, whoever wrote it into the flow."""
    if isinstance(value, int) and abs(value) <= _EXACT:
        return str(value)
    exact = Decimal(repr(float(value)))
    if not exact:
        return "0"
    if _LEAST_EXPONENT <= exact.adjusted() < _MOST_EXPONENT:
        plain = format(exact, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    digits = "".join(map(str, exact.as_tuple().digits)).rstrip("0")
    mantissa = digits[0] + (f".{digits[1:]}" if digits[1:] else "")
    return f"{'-' if exact < 0 else ''}{mantissa}e{exact.adjusted():+d}"
