"""Finds configurations of a type that its provider accepts, by doing what its refusals ask for."""

import copy
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sandbox.aws_provider.blocks import Attribute, Block, Nested, Path, get, leaves, lookup, proposed, put
from sandbox.aws_provider.terraform import Fault, Plugin

from .relations import Relations, relation_of
from .values import SEEDS, pairs

_ROUNDS = 150
# Pairs of values tried for one attribute before it is given up.
_PATIENCE = 130
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[.\[][A-Za-z0-9_.\[\]]*)?")


class UnsolvedError(Exception):
    """No configuration was found that the provider accepts."""


class Solver:
    """Accepted configurations of one type. What was learnt of an attribute's values is kept for its next use."""

    def __init__(self, plugin: Plugin, kind: str, block: Block) -> None:
        self.plugin = plugin
        self.kind = kind
        self.block = block
        # (shape of the block, attribute) -> the next pair of values to try, and why the last one was refused
        self._tried: dict[tuple[str, str], int] = {}
        self.said: dict[tuple[str, str], str] = {}
        self.relations = Relations()
        self.questions = 0

    def judge(self, config: Any) -> tuple[Fault, ...]:
        """Return the provider's refusals of a configuration."""
        self.questions += 1
        faults = self.plugin.judge(self.kind, config)
        for fault in faults:
            self.relations.note(fault)
        return faults

    def _plan(self, config: Any) -> tuple[Fault, ...]:
        """Return what the provider refuses only when it plans to make the resource."""
        return self.plugin.plan(self.kind, None, proposed(self.block, None, config), config).faults

    def owner(self, path: Path) -> tuple[str, str]:
        """Return what an attribute is known by wherever its block stands: the block's shape, its own name."""
        names = [index for index, step in enumerate(path) if isinstance(step, str)]
        outer = path[: names[-1]]
        parent = lookup(self.block, outer) if outer else None
        block = parent.block if isinstance(parent, Nested) else self.block
        return block.key, str(path[names[-1]])

    def pair(self, path: Path) -> tuple[Any, Any] | None:
        """Return the pair of values that an attribute is tried with now; None where all were refused."""
        attribute = lookup(self.block, path)
        if not isinstance(attribute, Attribute):
            return None
        owner = self.owner(path)
        index = self._tried.setdefault(owner, 0)
        if index >= _PATIENCE:
            return None
        # the words of the first refusal decide the order, which must not change while it is gone through
        return next(islice(pairs(owner[1], attribute.kind, self.said.get(owner, "")), index, None), None)

    def refuse(self, path: Path, said: str) -> None:
        """Go on to the next pair of values of an attribute, for the last was refused with these words."""
        owner = self.owner(path)
        if owner not in self.said:
            self.said[owner] = said
            self._tried[owner] = 0
        else:
            self._tried[owner] = self._tried.get(owner, 0) + 1

    def filled(self, block: Block, path: Path = ()) -> dict[str, Any]:
        """Return the least that a block may hold."""
        config = block.nothing()
        for name, attribute in block.attributes.items():
            if attribute.required:
                found = self.pair((*path, name))
                config[name] = found[0] if found else None
        for name, nested in block.blocks.items():
            if nested.least > 0:
                config[name] = self.one(nested, (*path, name))
        return config

    def least(self) -> Any:
        """Return an accepted configuration with little more than what the type asks for. Raises UnsolvedError."""
        return self.settle({**self.filled(self.block), **self.block.partial(SEEDS.get(self.kind, {}))})

    def one(self, nested: Nested, path: Path) -> Any:
        """Return a block of its kind with the least it may hold, as often as it must be there."""
        inner = self.filled(nested.block, path)
        if nested.nesting in ("single", "group"):
            return inner
        return (
            {"alpha": inner} if nested.nesting == "map" else [copy.deepcopy(inner) for _ in range(max(nested.least, 1))]
        )

    def settle(self, config: Any, kept: Path | None = None) -> Any:
        """Return a configuration that the provider accepts, as near to this one as its refusals allow.

        What stands at `kept` stays, but for its value. Raises UnsolvedError.
        """
        seen: set[str] = set()
        last = ""
        for _ in range(_ROUNDS):
            faults = self.judge(config) or self._plan(config)
            if not faults:
                return config
            last = faults[0].text
            before = repr(config)
            for fault in _joined(faults):
                config = self._mend(config, fault, kept)
                if relation_of(fault) and repr(config) != before:
                    break  # each member of a relation reports it: what mended one may have mended all
            if repr(config) == before or repr(config) in seen:
                config = self._other_way(config, faults, kept)
                if config is None or repr(config) in seen:
                    break
            seen.add(repr(config))
        raise UnsolvedError(f"{self.kind} {'.'.join(map(str, kept or ()))}: {last}")

    def _mend(self, config: Any, fault: Fault, kept: Path | None) -> Any:
        relation = relation_of(fault)
        if relation == "conflict":
            for path in self._named(fault):
                if get(config, path) not in (None, [], {}) and not _related(path, kept):
                    return self._cleared(config, path)
            return config
        if relation == "few":
            found = lookup(self.block, tuple(fault.path))
            if isinstance(found, Nested):
                given = get(config, tuple(fault.path)) or []
                return put(config, tuple(fault.path), [*given, *self.one(found, tuple(fault.path))])
        if relation == "missing":
            for path in self._named(fault):
                if get(config, path) in (None, [], {}) and get(config, path[:-1]) is not None:
                    return self._set(config, path)
            return config
        for path in self._blamed(config, fault, kept):
            refused = get(config, path)
            for _ in range(2):  # the words of a first refusal may lead to the same value again
                self.refuse(path, fault.text)
                config = self._set(config, path)
                if get(config, path) != refused:
                    break
        return config

    def _other_way(self, config: Any, faults: tuple[Fault, ...], kept: Path | None) -> Any:
        """Give what could not be mended another value, or take it out."""
        for fault in faults:
            for path in self._blamed(config, fault, kept):
                attribute = lookup(self.block, path)
                if isinstance(attribute, Attribute) and not attribute.required and not _related(path, kept):
                    return self._cleared(config, path)
            for path in self._named(fault):
                if get(config, path) in (None, [], {}) and get(config, path[:-1]) is not None:
                    return self._set(config, path)
        return None

    def _cleared(self, config: Any, path: Path) -> Any:
        found = lookup(self.block, path)
        if isinstance(path[-1], int):
            path = path[:-1]
        return put(config, path, found.absent if isinstance(found, Nested) else None)

    def _set(self, config: Any, path: Path) -> Any:
        found = lookup(self.block, path)
        if isinstance(found, Nested):
            return put(config, path, self.one(found, path)) if found.settable else config
        if found is None or not found.settable:
            return config
        value = self.pair(path)
        return put(config, path, value[0] if value else None)

    def _blamed(self, config: Any, fault: Fault, kept: Path | None) -> Iterator[Path]:
        """Yield the attributes whose values a refusal is about. Of what lies in a set, only the words tell."""
        path = tuple(fault.path)
        while path and (isinstance(path[-1], int) or lookup(self.block, path) is None):
            path = path[:-1]  # an index, or the key of a map
        found = lookup(self.block, path)
        if isinstance(found, Attribute):
            if get(config, path[:-1] or ()) is not None or len(path) == 1:
                yield path
            return
        words = set(re.findall(r"[a-z_0-9A-Z]+", fault.text))
        given = [at for at, _ in leaves(get(config, path), path)]
        named = list(dict.fromkeys(self._attribute_of(at) for at in given))[:200]
        told = [at for at in named if at[-1] in words]
        values = [at for at in named if any(str(value) in fault.text for _, value in leaves(get(config, at)))]
        values.sort(key=lambda at: at != kept)
        yield from (told or values)[:1]

    def _attribute_of(self, path: Path) -> Path:
        """Return the path of the attribute in which a plain value lies."""
        for end in range(1, len(path) + 1):
            if isinstance(lookup(self.block, path[:end]), Attribute):
                return path[:end]
        return path

    def _named(self, fault: Fault) -> Iterator[Path]:
        """Yield the paths that a refusal names, the last first, then the one that it is on."""
        outer = tuple(fault.path)
        while outer and isinstance(outer[-1], int):
            outer = outer[:-1]
        found: list[Path] = []
        for word in _NAME.findall(fault.detail or fault.summary):
            steps: Path = tuple(
                int(part) if part.isdigit() else part for part in re.split(r"[.\[\]]+", word.rstrip(".")) if part
            )
            for path in (steps, (*outer[:-1], *steps), (*outer, 0, *steps), (*outer, *steps)):
                if path and isinstance(path[-1], str) and lookup(self.block, path) is not None and path not in found:
                    found.append(path)
        yield from reversed([path for path in found if path != outer])
        if outer and lookup(self.block, outer) is not None:
            yield outer


def _joined(faults: tuple[Fault, ...]) -> list[Fault]:
    """Return the faults, with those of one attribute's value as one."""
    found: dict[Any, Fault] = {}
    for fault in faults:
        key = fault if relation_of(fault) else fault.path
        known = found.get(key)
        found[key] = (
            Fault(f"{known.summary} {fault.summary}", f"{known.detail} {fault.detail}", fault.path) if known else fault
        )
    return sorted(found.values(), key=lambda fault: bool(relation_of(fault)))


def _related(path: Path, kept: Path | None) -> bool:
    return kept is not None and (path[: len(kept)] == kept or kept[: len(path)] == path)
