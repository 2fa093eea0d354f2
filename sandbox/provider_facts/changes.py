"""What a change of inputs comes to, as terraform-provider-aws plans it: nothing, an update, a replacement."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..wire import UNKNOWN
from . import limits, shapes
from .shapes import Property, Shape

Kind = Literal["ADD", "DELETE", "UPDATE"]
# Which change of `r` in the facts.
_OTHER, _BACK, _ADDED, _LEFT_OUT = range(4)
_EMPTY: tuple[Any, ...] = (None, "", [], {}, False, 0)


@dataclass(frozen=True)
class Change:
    """A changed value by its path in the inputs; `replaces` is None where the facts do not say."""

    path: str
    kind: Kind
    replaces: bool | None


Generic = Callable[[Any, Any, str], Iterator[tuple[str, Kind]]]


def changes(
    token: str, olds: Mapping[str, Any], news: Mapping[str, Any], outputs: Mapping[str, Any], generic: Generic
) -> list[Change] | None:
    """Return what changes between two sets of inputs; None for a type of which there are no facts.

    `outputs` are the resource's own. `generic` compares what the facts know nothing of.
    """
    found = shapes.of(token)
    if found is None:
        return None
    return list(_Comparison(generic).of_shape(found.shape, olds, news, outputs, ""))


class _Comparison:
    def __init__(self, generic: Generic) -> None:
        self._generic = generic

    def of_shape(
        self, shape: Shape, olds: Mapping[str, Any], news: Mapping[str, Any], outputs: Mapping[str, Any], path: str
    ) -> Iterator[Change]:
        for wire in dict.fromkeys([*olds, *news]):
            old, new, step = olds.get(wire), news.get(wire), _join(path, wire)
            found = shape.properties.get(wire)
            if found is None:
                yield from (Change(at, kind, None) for at, kind in self._generic(old, new, step))
            else:
                yield from self.of_property(found, old, new, outputs.get(wire), step)

    def of_property(self, found: Property, old: Any, new: Any, output: Any, path: str) -> Iterator[Change]:
        if self.same(found, old, new):
            return
        if old is None or (found.many and old == []):
            yield from self._added(found, new, output, path)
        elif new is None or (found.many and new == []):
            yield from self._left_out(found, old, path)
        elif found.block:
            yield from self._of_blocks(found, old, new, output, path)
        elif isinstance(old, list) and isinstance(new, list):
            yield from self._of_items(found, old, new, path)
        elif isinstance(old, dict) and isinstance(new, dict):
            verdict = _verdict(found.outcome(_OTHER))
            yield from (Change(at, kind, verdict) for at, kind in self._generic(old, new, path))
        else:
            yield Change(path, "UPDATE", _verdict(found.outcome(_direction(old, new))))

    def _added(self, found: Property, new: Any, output: Any, path: str) -> Iterator[Change]:
        if found.default is not None and self.same(found, found.default, new):
            return
        if found.computed and output is not None and self.same(found, output, new):
            return
        letter = self._known(found, _ADDED)
        if new in _EMPTY and letter == "N":
            return
        if letter == "N":
            letter = found.outcome(_direction(found.default, new) if found.default is not None else _OTHER)
        replaces = _verdict(letter)
        if found.block and replaces is not True:
            replaces = self._inner(found, new, _ADDED) or replaces
        yield Change(path, "ADD", replaces)

    def _left_out(self, found: Property, old: Any, path: str) -> Iterator[Change]:
        if found.default is not None:
            if self.same(found, old, found.default):
                return
            letter = self._known(found, _LEFT_OUT)
            letter = found.outcome(_direction(old, found.default)) if letter == "N" else letter
        else:
            letter = self._known(found, _LEFT_OUT)
            if letter == "N" and (found.computed or old in _EMPTY):
                return
            letter = found.outcome(_BACK) if letter == "N" else letter
        replaces = _verdict(letter)
        if found.block and replaces is not True:
            replaces = self._inner(found, old, _LEFT_OUT) or replaces
        yield Change(path, "DELETE", replaces)

    @staticmethod
    def _known(found: Property, change: int) -> str:
        """Return what adding a property or leaving it out comes to; where that could not be asked alone, what another
        value of it does.
        """
        letter = found.outcome(change)
        return found.outcome(_OTHER) if letter == "?" else letter

    def _inner(self, found: Property, value: Any, change: int) -> bool | None:
        """Return whether a block's coming or going replaces because of what is in it."""
        items = value if isinstance(value, list) and found.many else [value]
        for item in items:
            if not isinstance(item, dict) or found.nesting == "map":
                continue
            for wire, inside in item.items():
                known = found.inside.properties.get(wire)
                if known is None or inside is None:
                    continue
                if known.outcome(change) == "R" or (known.block and self._inner(known, inside, change)):
                    return True
        return None

    def _of_items(self, found: Property, old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[Change]:
        verdict = _verdict(found.outcome(_OTHER))
        for index in range(max(len(old), len(new))):
            one, other = _at(old, index), _at(new, index)
            if found.nesting == "set":
                gone = one is not None and not any(self._alike(found, one, item) for item in new)
                come = other is not None and not any(self._alike(found, other, item) for item in old)
                kind: Kind | None = "UPDATE" if gone and come else "ADD" if come else "DELETE" if gone else None
            else:
                kind = None if self._alike(found, one, other) else _kind(one, other)
            if kind is not None:
                yield Change(f"{path}[{index}]", kind, verdict)

    def _of_blocks(self, found: Property, old: Any, new: Any, output: Any, path: str) -> Iterator[Change]:
        if not (isinstance(old, list) and isinstance(new, list) and found.many):
            if isinstance(old, dict) and isinstance(new, dict) and found.nesting != "map":
                made = output if isinstance(output, dict) else {}
                yield from self.of_shape(found.inside, old, new, made, path)
            else:
                yield Change(path, "UPDATE", _verdict(found.outcome(_OTHER)))
            return
        olds, news = list(enumerate(old)), list(enumerate(new))
        if found.nesting == "set":
            news = [(i, item) for i, item in news if not self._taken(found, item, olds)]
        for index in range(max(len(olds), len(news))):
            before, after = _at(olds, index), _at(news, index)
            step = f"{path}[{(after or before or (index,))[0]}]"
            if before is None and after is not None:
                yield Change(step, "ADD", self._inner(found, after[1], _ADDED) or _verdict(found.outcome(_ADDED)))
            elif after is None and before is not None:
                yield Change(
                    step, "DELETE", self._inner(found, before[1], _LEFT_OUT) or _verdict(found.outcome(_LEFT_OUT))
                )
            elif before is not None and after is not None:
                if isinstance(before[1], dict) and isinstance(after[1], dict):
                    stood = _at(output, after[0]) if isinstance(output, list) and found.nesting == "list" else None
                    made = stood if isinstance(stood, dict) else {}
                    yield from self.of_shape(found.inside, before[1], after[1], made, step)
                elif before[1] != after[1]:
                    yield Change(step, "UPDATE", None)

    def _taken(self, found: Property, item: Any, olds: list[tuple[int, Any]]) -> bool:
        """Take one that is the same out of the old ones, and return whether there was one."""
        for place in olds:
            if self._alike(found, place[1], item):
                olds.remove(place)
                return True
        return False

    def same(self, found: Property, old: Any, new: Any) -> bool:
        """Return whether two values of a property are one to the provider."""
        nothing: tuple[Any, ...] = (None, []) if found.block else (None, [], {})
        if old == new or (old in nothing and new in nothing):
            return True
        if old is None or new is None:
            return False
        if found.many and isinstance(old, list) and isinstance(new, list):
            if len(old) != len(new):
                return False
            if found.nesting == "set":
                left = list(enumerate(old))
                return all(self._taken(found, item, left) for item in new)
            return all(self._alike(found, one, other) for one, other in zip(old, new, strict=True))
        return self._alike(found, old, new)

    def _alike(self, found: Property, old: Any, new: Any) -> bool:
        """Return whether two values are one, or two items of a list."""
        if old == new:
            return True
        if found.block:
            if isinstance(old, dict) and isinstance(new, dict) and found.nesting != "map":
                return not any(self.of_shape(found.inside, old, new, {}, ""))
            return False
        if UNKNOWN in (old, new) or isinstance(old, list) or isinstance(new, list) or old is None or new is None:
            return False
        if isinstance(old, dict) or isinstance(new, dict):
            return False
        return _spelled_alike(found, old, new)


def _spelled_alike(found: Property, old: Any, new: Any) -> bool:
    if found.scalar == "number":
        return _numbers_alike(old, new)
    one, other = limits.text_of(old), limits.text_of(new)
    if one == other:
        return True
    return bool(found.spellings) and _plain(one, found.spellings) == _plain(other, found.spellings)


def _plain(text: str, spellings: Sequence[str]) -> Any:
    """Return a text in the one spelling of all that are the same: of its letters first, then of what they say."""
    plain: Any = text
    for name, plainer in _SPELLINGS.items():
        if name in spellings:
            plain = plainer(plain)
    return plain


def _numbers_alike(old: Any, new: Any) -> bool:
    try:
        return float(old) == float(new)
    except (TypeError, ValueError):
        return False


def _document(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return text


def _policy(document: Any) -> Any:
    """Return an IAM policy with what is the same in one form: one of a list alone, lists in another order, an account
    as its root.

    https://github.com/hashicorp/awspolicyequivalence
    """
    if isinstance(document, dict):
        return {key: _policy(value) for key, value in document.items()}
    if isinstance(document, list):
        items = [_policy(item) for item in document]
        return items[0] if len(items) == 1 else sorted(items, key=lambda item: json.dumps(item, sort_keys=True))
    root = re.fullmatch(r"arn:aws[a-z-]*:iam::(\d{12}):root", document) if isinstance(document, str) else None
    return root[1] if root else document


_SPELLINGS: Mapping[str, Callable[[Any], Any]] = {
    "case": str.lower,
    "dot": lambda text: text.removesuffix("."),
    "slash": lambda text: text.removesuffix("/"),
    "space": str.strip,
    "json": _document,
    "policy": lambda text: _policy(_document(text)),
}


def _verdict(letter: str) -> bool | None:
    return True if letter == "R" else False if letter == "U" else None


def _direction(old: Any, new: Any) -> int:
    if isinstance(old, bool) or isinstance(new, bool) or str(new).lower() in ("true", "false"):
        return _BACK if str(new).lower() == "false" else _OTHER
    try:
        return _BACK if float(new) < float(old) else _OTHER
    except (TypeError, ValueError):
        return _OTHER


def _kind(old: Any, new: Any) -> Kind:
    return "ADD" if old is None else "DELETE" if new is None else "UPDATE"


def _at(items: Sequence[Any], index: int) -> Any:
    return items[index] if index < len(items) else None


def _join(path: str, key: str) -> str:
    if not re.fullmatch(r"[A-Za-z_$][A-Za-z0-9_$]*", key):
        return f'{path}["{key}"]'
    return f"{path}.{key}" if path else key
