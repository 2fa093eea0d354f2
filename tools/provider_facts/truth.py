"""`python -m tools.provider_facts.truth BINARY`: compares the sandbox with the provider itself, change by change.

Changes and values are made up anew (by a seed), several properties at a time, not those by which facts were recorded.
For each, the provider plans and the sandbox judges the same in Pulumi's words: nothing, an update, a replacement;
refused or not. Prints how often both agree, and where they do not; fails below the bounds, and where the sandbox misses
a replacement of what holds data.
"""

import argparse
import contextlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import checks, diffing, stateful
from sandbox.aws_provider.blocks import Attribute, Block, Nested, block_of, get, leaves, lookup, put
from sandbox.aws_provider.blocks import Path as At
from sandbox.aws_provider.terraform import Plugin, PluginError
from sandbox.aws_provider.translate import inputs_of, wire_path
from sandbox.provider_facts import reader, shapes

from .probe import NOTHING, REPLACE, SILENT, UPDATE, Prober
from .relations import relation_of
from .solver import Solver, UnsolvedError

_LEAST_AGREED = 0.97
_LEAST_CHANGES, _LEAST_TYPES, _LEAST_REFUSED = 300, 120, 150
_NAMES = {NOTHING: "nothing", UPDATE: "update", REPLACE: "replacement"}
# Values that many properties refuse, and some take.
_ODD: dict[str, tuple[Any, ...]] = {
    "string": (
        "",
        "!",
        "no such thing",
        "a" * 70,
        "b" * 600,
        "-x-",
        "UPPER",
        "10.0.0.0/99",
        "arn:aws:oops",
        "{",
        "2030",
    ),
    "number": (-7, 0, 4, 99, 7200, 123456, 99999999),
}


@dataclass(frozen=True)
class Compared:
    """One change or value, what the provider made of it and what the sandbox did."""

    token: str
    what: str
    provider: str
    sandbox: str
    why: str = ""

    @property
    def agreed(self) -> bool:
        """Whether both say the same."""
        return self.provider == self.sandbox


class Comparison:
    """Changes and values of one type, made up by a source of chance."""

    def __init__(self, plugin: Plugin, token: str, kind: str, chance: random.Random) -> None:
        self._token = token
        self._chance = chance
        self._block = block_of(plugin.blocks[kind])
        self._prober = Prober(plugin, kind, self._block)
        self._solver = Solver(plugin, kind, self._block)
        found = shapes.of(token)
        assert found is not None  # its token is in the facts
        self._shape = found.shape

    def changes(self, count: int) -> Iterator[Compared]:
        """Yield up to so many changes over a resource with some of its properties set."""
        base = self._rich()
        for _ in range(count * 6):
            if count == 0 or base is None:
                return
            what, path, after = self._mutated(base)
            if after is None or after == base or not self._told(path):
                continue
            with contextlib.suppress(PluginError, UnsolvedError):
                if self._solver.judge(after):
                    continue
                outcome = self._prober.outcome(base, after)
                if outcome != SILENT:
                    count -= 1
                    yield Compared(self._token, f"{what} {_dotted(path)}", _NAMES[outcome], self._ours(base, after))

    def values(self, count: int) -> Iterator[Compared]:
        """Yield up to so many odd values of properties, refused and not."""
        base = self._rich()
        if base is None:
            return
        paths = sorted({_attribute(self._block, at) for at, _ in leaves(base)}, key=str)
        for path in self._chance.sample(paths, len(paths)):
            attribute = lookup(self._block, path)
            if count == 0 or not isinstance(attribute, Attribute) or not self._told(path):
                continue
            scalar = attribute.kind[1] if isinstance(attribute.kind, list) else attribute.kind
            if not isinstance(scalar, str) or scalar not in _ODD or attribute.kind[0] == "map":
                continue
            value = self._chance.choice(_ODD[scalar])
            after = put(base, path, [value] if isinstance(attribute.kind, list) else value)
            with contextlib.suppress(PluginError):
                faults = [fault for fault in self._solver.judge(after) if relation_of(fault) != "conflict"]
                ours = checks.check(self._token, inputs_of(self._shape, after))
                count -= 1
                yield Compared(
                    self._token,
                    f"{_dotted(path)} = {json.dumps(value)[:40]}",
                    "refused" if faults else "taken",
                    "refused" if ours else "taken",
                    "; ".join(f"{failure.property} {failure.reason}" for failure in ours)[:200],
                )

    def _rich(self) -> Any:
        """Return an accepted configuration with some of what may be set, from the outside in."""
        try:
            config = self._solver.least()
        except (UnsolvedError, PluginError):
            return None
        for _ in range(6):
            path, thing = self._chance.choice(list(_places(self._block, config)))
            if get(config, path) in (None, [], {}) and thing.settable and path != ("id",):
                with contextlib.suppress(UnsolvedError, PluginError):
                    config = self._solver.settle(self._with(config, path, thing), path)
        return config

    def _with(self, config: Any, path: At, thing: Attribute | Nested) -> Any:
        if isinstance(thing, Nested):
            return put(config, path, self._solver.one(thing, path))
        pair = self._solver.pair(path)
        return put(config, path, pair[0] if pair else None)

    def _mutated(self, base: Any) -> tuple[str, At, Any]:
        """Return a change: what is done, where, and the configuration afterwards (None: nothing was found to do)."""
        path, thing = self._chance.choice(list(_places(self._block, base)))
        value = get(base, path)
        if not thing.settable or path == ("id",):
            return "", path, None
        if value in (None, [], {}):
            made = self._prober.planned(base)
            default = get(made, path) if made is not None else None
            if isinstance(thing, Attribute) and default not in (None, [], {}) and "UNKNOWN" not in repr(default):
                return "write out the default of", path, put(base, path, default)
            with contextlib.suppress(UnsolvedError, PluginError):
                return "add", path, self._solver.settle(self._with(base, path, thing), path)
            return "", path, None
        if isinstance(value, list) and len(value) > 1 and self._chance.random() < 0.5:  # noqa: PLR2004 # one of two
            return "turn round", path, put(base, path, value[::-1])
        if isinstance(value, str) and value[:1] in "{[" and self._chance.random() < 0.5:  # noqa: PLR2004
            return "respell", path, put(base, path, json.dumps(json.loads(value), indent=2))
        if self._chance.random() < 0.3:  # noqa: PLR2004 # the rest is changed
            return "leave out", path, put(base, path, thing.absent if isinstance(thing, Nested) else None)
        if isinstance(thing, Nested):
            return "", path, None
        pair = self._solver.pair(path)
        other = {True: False, False: True}.get(value) if isinstance(value, bool) else pair[1] if pair else None
        if isinstance(value, list) and isinstance(other, list) and self._chance.random() < 0.3:  # noqa: PLR2004
            return "append to", path, put(base, path, [*value, *other])
        return "change", path, put(base, path, other) if other is not None else None

    def _told(self, path: At) -> bool:
        """Return whether Pulumi has the property at all."""
        return wire_path(self._shape, path) is not None

    def _ours(self, before: Any, after: Any) -> str:
        made = self._prober.state(before)
        outputs = inputs_of(self._shape, made) if isinstance(made, dict) else {}
        old, new = inputs_of(self._shape, before), inputs_of(self._shape, after)
        found = diffing.diff(self._token, old, new, {}, outputs)
        return _NAMES[REPLACE if found.replaces else UPDATE if found.changes else NOTHING]


def _places(block: Block, config: Any, path: At = ()) -> Iterator[tuple[At, Attribute | Nested]]:
    """Yield what could be set in a configuration, at any depth that stands."""
    for name, attribute in block.attributes.items():
        yield (*path, name), attribute
    for name, nested in block.blocks.items():
        yield (*path, name), nested
        value = config.get(name)
        if isinstance(value, list) and value:
            yield from _places(nested.block, value[0], (*path, name, 0))
        elif isinstance(value, dict) and nested.nesting in ("single", "group"):
            yield from _places(nested.block, value, (*path, name))


def _attribute(block: Block, path: At) -> At:
    while path and not isinstance(lookup(block, path), Attribute):
        path = path[:-1]
    while path and isinstance(path[-1], int):
        path = path[:-1]
    return path


def _dotted(path: At) -> str:
    return ".".join(str(step) for step in path if isinstance(step, str))


def main(arguments: list[str] | None = None) -> int:
    """Compare, print and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.provider_facts.truth")
    parser.add_argument("binary", type=Path, help="the terraform-provider-aws binary that the facts are of")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--types", type=int, default=200, help="how many types to compare")
    parser.add_argument("--changes", type=int, default=3, help="changes of each type")
    parser.add_argument("--only", nargs="*", help="compare these tokens alone")
    given = parser.parse_args(arguments)
    chance = random.Random(given.seed)
    tokens = reader.facts().tokens
    usual = sorted(token for token in tokens if token in stateful.LOSS)
    rest = sorted(tokens.keys() - set(usual))
    asked = given.only or [*usual, *chance.sample(rest, min(len(rest), max(given.types - len(usual), 0)))]
    changes: list[Compared] = []
    values: list[Compared] = []
    with Plugin(given.binary) as plugin:
        for token in asked:
            if tokens[token] in plugin.blocks:
                comparison = Comparison(plugin, token, tokens[token], random.Random(f"{given.seed} {token}"))
                changes += comparison.changes(given.changes)
                values += comparison.values(given.changes)
    return _told(changes, values, whole=not given.only)


def _told(changes: list[Compared], values: list[Compared], *, whole: bool) -> int:
    refused = [value for value in values if value.provider == "refused"]
    taken = [value for value in values if value.provider == "taken"]
    missed = [
        change
        for change in changes
        if change.provider == _NAMES[REPLACE] != change.sandbox and change.token in stateful.LOSS
    ]
    for compared in (*changes, *values):
        if not compared.agreed:
            print(f"{compared.token}: {compared.what}: {compared.provider}, here {compared.sandbox} {compared.why}")
    types = len({change.token for change in changes})
    print(f"changes: {_share(changes)} of {types} types; {dict(Counter(c.provider for c in changes))}")
    print(f"refused values: {_share(refused)}; values that are taken: {_share(taken)}")
    print(f"replacements of what holds data missed: {len(missed)}")
    enough = len(changes) >= _LEAST_CHANGES and types >= _LEAST_TYPES and len(refused) >= _LEAST_REFUSED
    if whole and not enough:
        print(f"too few to judge by: {_LEAST_CHANGES} changes of {_LEAST_TYPES} types, {_LEAST_REFUSED} refused values")
        return 1
    good = all(_part(group) >= _LEAST_AGREED for group in (changes, refused, taken))
    return 0 if good and not missed else 1


def _part(compared: list[Compared]) -> float:
    return sum(one.agreed for one in compared) / len(compared) if compared else 1.0


def _share(compared: list[Compared]) -> str:
    return f"{sum(one.agreed for one in compared)} of {len(compared)} agreed ({100 * _part(compared):.1f} %)"


if __name__ == "__main__":
    sys.exit(main())
