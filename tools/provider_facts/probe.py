"""Asks a provider what it makes of one type: each property alone, changed, added, left out, spelled otherwise."""

import contextlib
import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from sandbox.aws_provider.blocks import Attribute, Block, Nested, Path, get, proposed, put
from sandbox.aws_provider.made import differences, known, mended
from sandbox.aws_provider.terraform import Planned, Plugin, PluginError
from sandbox.aws_provider.translate import flags

from . import limits
from .solver import Solver, UnsolvedError
from .values import FORMS, texts

# Outcomes of a change, a letter each.
NOTHING, UPDATE, REPLACE, SILENT = "N", "U", "R", "?"
_JSON = ('{"alpha": "a", "bravo": ["b"]}', '{"bravo":["b"],\n "alpha":"a"}')
# Plans of a type that may stay without an answer: AWS itself is asked in them.
_TIMES_SILENT = 3
# A type with more properties than this (WAF's rules within rules, QuickSight's sheets) takes seconds for each plan: of
# it, what is not in a block is asked, and of the blocks their shape told.
ASKED_WHOLE = 5000
# Questions about one type, after which what was not asked yet is known by its shape alone. A count and not a time, so
# that every machine finds the same.
_MOST_QUESTIONS = 40_000
# Properties beside one that may be what it takes for it to count.
_SWITCHES = 4


def shape_of(block: Block) -> dict[str, Any]:
    """Return the facts of a type that is not asked: what its properties are."""
    return {
        "a": {name: {"t": found.kind, "f": flags(found)} for name, found in block.attributes.items()},
        "b": {
            name: {"k": found.nesting, "f": flags(found), "in": shape_of(found.block)}
            for name, found in block.blocks.items()
        },
    }


class Prober:
    """Facts of one type, as `facts` returns them: see sandbox/provider_facts.py for their form."""

    def __init__(self, plugin: Plugin, kind: str, block: Block) -> None:
        self._plugin = plugin
        self._kind = kind
        self._block = block
        self._solver = Solver(plugin, kind, block)
        self._made: dict[str, tuple[Any, bytes, Any] | None] = {}
        self._restless: set[str] = set()
        self._silent = 0
        # shape of a block -> the facts of its properties: the same code serves wherever it stands
        self._known: dict[str, dict[str, Any]] = {}

    def facts(self) -> dict[str, Any]:
        """Return what is known of the type; of what could not be asked, its shape alone."""
        try:
            least = self._solver.least()
        except (UnsolvedError, PluginError):
            least = None
        if least is not None:
            self._restless = self._changed_in_vain(least)
        found = self._of_block(self._block, least, ())
        return {**found, **self._solver.relations.found()}

    def _changed_in_vain(self, config: Any) -> set[str]:
        """Return the top-level properties that a plan changes although the configuration stays."""
        made = self._make(config)
        if made is None:
            return set()
        planned = self._plan(made, config)
        return set(differences(made[0], planned.state)) if planned is not None else set()

    def _of_block(self, block: Block, config: Any, path: Path) -> dict[str, Any]:
        """Return the facts of a block that stands at a path of an accepted configuration (None: none was found)."""
        if self._solver.questions > _MOST_QUESTIONS:
            config = None
        known = self._known.get(block.key)
        if known is not None and (config is None or "asked" in known):
            return known
        found: dict[str, Any] = {"a": {}, "b": {}}
        if config is not None:
            found["asked"] = True
        self._known[block.key] = found
        if config is not None:
            self._ask_relations(block, config, path)
        for name, attribute in sorted(block.attributes.items()):
            if path or name not in ("id", "tags_all"):
                found["a"][name] = self._of_attribute(attribute, config, (*path, name))
        for name, nested in sorted(block.blocks.items()):
            found["b"][name] = self._of_nested(nested, config, (*path, name))
        return found

    def _ask_relations(self, block: Block, config: Any, path: Path) -> None:
        """Set all that a block takes at once: what excludes each other is refused together."""
        for name, attribute in block.attributes.items():
            if attribute.settable and get(config, (*path, name)) is None and (path or name != "id"):
                config = put(config, (*path, name), _first(self._solver.pair((*path, name))))
        for name, nested in block.blocks.items():
            if nested.settable and get(config, (*path, name)) in (None, [], {}):
                config = put(config, (*path, name), self._solver.one(nested, (*path, name)))
        with contextlib.suppress(PluginError):
            self._solver.judge(config)

    def _of_nested(self, nested: Nested, config: Any, path: Path) -> dict[str, Any]:
        facts: dict[str, Any] = {"k": nested.nesting, "f": flags(nested)}
        if nested.least:
            facts["least"] = nested.least
        if nested.most:
            facts["most"] = nested.most
        inside = None
        if config is not None and nested.settable and self._block.size <= ASKED_WHOLE:
            inside = self._with(config, path, lambda: self._solver.one(nested, path))
        if inside is not None:
            facts["r"] = self._of_block_changes(nested, inside, path)
        index: Path = () if nested.nesting in ("single", "group") else ("alpha",) if nested.nesting == "map" else (0,)
        facts["in"] = self._of_block(nested.block, inside, (*path, *index))
        return facts

    def _with(self, config: Any, path: Path, value: Any) -> Any:
        """Return an accepted configuration with something at a path; None where there is none."""
        present = get(config, path)
        if present not in (None, [], {}):
            return config
        try:
            return self._solver.settle(put(config, path, value()), path)
        except (UnsolvedError, PluginError):
            return None

    def _without(self, config: Any, path: Path, absent: Any) -> Any:
        """Return a configuration without what stands at a path, where the provider accepts that."""
        bare = put(config, path, absent)
        try:
            return None if self._solver.judge(bare) else bare
        except PluginError:
            return None

    def _of_block_changes(self, nested: Nested, inside: Any, path: Path) -> str:
        bare = self._without(inside, path, nested.absent)
        if bare is None:
            return SILENT * 4
        return SILENT * 2 + self.outcome(bare, inside) + self.outcome(inside, bare)

    def _of_attribute(self, attribute: Attribute, config: Any, path: Path) -> dict[str, Any]:
        facts: dict[str, Any] = {"t": attribute.kind, "f": flags(attribute)}
        if config is None or not attribute.settable or self._solver.questions > _MOST_QUESTIONS:
            return facts
        if (default := self._default(attribute, config, path)) not in (None, [], {}):
            facts["d"] = default
        first = self._with(config, path, lambda: _first(self._solver.pair(path)))
        if first is None:
            return facts
        one = get(first, path)
        if one in (None, [], [None], {}, {"alpha": None}):
            return facts
        if found := limits.of(self._solver, attribute, first, path):
            facts["v"] = found
        other = self._other(attribute, first, path, one)
        second = put(first, path, other) if other is not None else None
        bare = None if attribute.required else self._without(first, path, None)
        letters = [
            self.outcome(first, second),
            self.outcome(second, first) if attribute.kind in ("number", "bool") else "",
            self.outcome(bare, first),
            self.outcome(first, bare),
        ]
        if letters[0] == NOTHING:
            letters[0] = letters[1] = self._where_it_counts(first, second, path)
        letters[1] = letters[1] or letters[0]
        facts["r"] = "".join(letters)
        if spelled := self._spellings(attribute, first, path):
            facts["n"] = spelled
        return facts

    def _default(self, attribute: Attribute, config: Any, path: Path) -> Any:
        """Return the value that a plan gives a property that is left out; None where it gives none yet."""
        bare = (
            config if get(config, path) is None else None if attribute.required else self._without(config, path, None)
        )
        default = get(self.planned(bare), path) if bare is not None else None
        return None if "UNKNOWN" in repr(default) else default

    def _where_it_counts(self, first: Any, second: Any, path: Path) -> str:
        """Return what a change comes to that is nothing as it stands, where a switch beside it is turned on."""
        block = self._block
        for step in path[:-1]:
            block = block.blocks[step].block if isinstance(step, str) and step in block.blocks else block
        switches = [name for name, beside in block.attributes.items() if beside.kind == "bool" and beside.settable]
        for name in sorted(switches, key=lambda name: "enable" not in name)[:_SWITCHES]:
            at = (*path[:-1], name)
            with contextlib.suppress(UnsolvedError, PluginError):
                before = self._solver.settle(put(first, at, True), at)
                after = put(before, path, get(second, path))
                if get(before, path) == get(first, path) and not self._solver.judge(after):
                    outcome = self.outcome(before, after)
                    if outcome in (UPDATE, REPLACE):
                        return outcome
        return NOTHING

    def _other(self, attribute: Attribute, first: Any, path: Path, one: Any) -> Any:
        """Return another value that the provider accepts, of the same form as the first where there is one."""
        pair = self._solver.pair(path)
        same = [pair[1], pair[0]] if pair else []
        same += [pair[1] for pair in FORMS.values() if pair[0] == one]
        listed = limits.listed(self._solver, path)
        for value in islice((v for v in (*same, *listed) if v != one), 60):
            given = [value] if isinstance(attribute.kind, list) and not isinstance(value, list | dict) else value
            try:
                if not self._solver.judge(put(first, path, given)):
                    return given
            except PluginError:
                return None
        return None

    def _spellings(self, attribute: Attribute, config: Any, path: Path) -> list[str]:
        """Return in which ways a text may be spelled otherwise without a change."""
        if attribute.kind != "string":
            return []
        found = []
        value = get(config, path)
        for name, one, other in _respelled(str(path[-1]), value):
            before, after = put(config, path, one), put(config, path, other)
            try:
                if (one != value and self._solver.judge(before)) or self._solver.judge(after):
                    continue
            except PluginError:
                continue
            if self.outcome(before, after) == NOTHING and name not in found:
                found.append(name)
        return found

    def outcome(self, before: Any, after: Any) -> str:
        """Return what a change from one accepted configuration to another comes to."""
        if before is None or after is None:
            return SILENT
        made = self._make(before)
        planned = self._plan(made, after) if made is not None else None
        if made is None or planned is None or planned.faults:
            return SILENT
        changed = [name for name in differences(made[0], planned.state) if name not in self._restless]
        if not changed:
            return NOTHING
        # what a provider names without changing it replaces nothing, as Terraform has it
        # (internal/terraform/node_resource_abstract_instance.go); into sets no path leads
        forced = [at for at in planned.replaces if at and at[0] not in self._restless and at[0] in changed]
        return REPLACE if forced else UPDATE

    def _make(self, config: Any) -> tuple[Any, bytes, Any] | None:
        """Return the state that a configuration leads to, what the provider keeps beside it, and what it planned."""
        key = repr(config)
        if key not in self._made:
            if len(self._made) > 200:  # noqa: PLR2004 # those of the last properties
                self._made.clear()
            planned = self._plan((None, b"", None), config)
            made = None
            if planned is not None and not planned.faults and planned.state is not None:
                first = planned.state

                def again(state: Any, private: bytes = planned.private, first: Any = first) -> Planned | None:
                    return self._plan((state, private, first), config)

                state = mended(known(self._block, first), first, again, _another)
                made = (state, planned.private, first)
            self._made[key] = made
        return self._made[key]

    def state(self, config: Any) -> Any:
        """Return the state of a resource made by a configuration; None where it cannot be planned."""
        made = self._make(config)
        return made[0] if made is not None else None

    def planned(self, config: Any) -> Any:
        """Return what the provider plans of a resource that is made by a configuration, UNKNOWN inside."""
        made = self._make(config)
        return made[2] if made is not None else None

    def _plan(self, made: tuple[Any, bytes, Any], config: Any) -> Planned | None:
        state, private, _ = made
        if self._silent >= _TIMES_SILENT:
            return None
        self._solver.questions += 1
        try:
            return self._plugin.plan(self._kind, state, proposed(self._block, state, config), config, private)
        except PluginError:
            self._silent += 1
            return None


def _another(path: Path, said: str) -> Any:
    return next(texts(str(path[-1]), said))[0]


def _first(pair: tuple[Any, Any] | None) -> Any:
    return pair[0] if pair else None


# spelling -> the names of texts that may have it, and a text of its own to try it with
_SPELLINGS: Sequence[tuple[str, str, str]] = (
    ("dot", r"name|domain|zone|dns|host|record|fqdn", "alpha.example.com"),
    ("slash", r"url|path|uri|location|prefix|endpoint|issuer", ""),
    ("space", r"key|cert|chain|body|pem|document|content|data|definition", ""),
)
_OFTEN_JSON = (
    r"polic|json|doc|defin|templ|setting|schema|content|body|pattern|param|input|rule|config|spec|metadata|value"
)


def _respelled(attribute: str, value: Any) -> Iterator[tuple[str, str, str]]:
    """Yield ways to spell a text otherwise: what the way is called, a text, and the same otherwise."""
    if not isinstance(value, str):
        return
    if value.startswith(("{", "[")):
        said = json.loads(value)
        yield "json", value, json.dumps(dict(reversed(said.items())) if isinstance(said, dict) else said, indent=1)
        if isinstance(said, dict) and "Statement" in said:
            (statement,) = said["Statement"]
            listed = {**statement, "Action": [statement["Action"]]}
            yield "policy", value, json.dumps({**said, "Statement": [listed]})
        return
    if re.search(_OFTEN_JSON, attribute):
        yield "json", *_JSON
    if value.swapcase() != value:
        yield "case", value, value.swapcase()
    for name, attributes, text in _SPELLINGS:
        if re.search(attributes, attribute):
            one = text or value
            yield name, one, one + {"dot": ".", "slash": "/", "space": "\n"}[name]
