"""A type's blocks in a form of our own: attributes whose values are objects are blocks like any other."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from .msgpack import UNKNOWN
from .terraform import NESTINGS, kind_of

Nesting = Literal["single", "list", "set", "map", "group"]
Path = tuple[str | int, ...]
# What Pulumi has elsewhere, or not at all.
_LEFT_OUT = frozenset({"timeouts"})


@dataclass(frozen=True)
class Attribute:
    """One value: its type in the protocol's form (`"string"`, `["set", "string"]`), and who gives it."""

    kind: Any
    required: bool
    optional: bool
    computed: bool
    sensitive: bool

    @property
    def settable(self) -> bool:
        """Whether a configuration may give it."""
        return self.required or self.optional


@dataclass(frozen=True)
class Nested:
    """A block inside a block. `attribute`: it is an object-valued attribute, which is null where it is left out."""

    nesting: Nesting
    least: int
    most: int
    block: "Block"
    attribute: Attribute | None = None

    @property
    def absent(self) -> Any:
        """What stands for none."""
        if self.attribute is not None or self.nesting in ("single", "group"):
            return None
        return {} if self.nesting == "map" else []

    @property
    def settable(self) -> bool:
        """Whether a configuration may have it."""
        return self.attribute is None or self.attribute.settable


@dataclass(frozen=True)
class Block:
    """What a resource or a part of it may hold."""

    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    blocks: Mapping[str, Nested] = field(default_factory=dict)
    left_out: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """Return what tells blocks of different shapes apart."""
        said = [
            [(n, a.kind, a.required, a.optional, a.computed) for n, a in sorted(self.attributes.items())],
            [(n, b.nesting, b.least, b.most, b.block.key) for n, b in sorted(self.blocks.items())],
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    @cached_property
    def size(self) -> int:
        """Return how many properties it has, at any depth."""
        return len(self.attributes) + sum(1 + nested.block.size for nested in self.blocks.values())

    def nothing(self) -> dict[str, Any]:
        """Return a configuration in which nothing is set."""
        return {
            **dict.fromkeys(self.attributes),
            **{name: nested.absent for name, nested in self.blocks.items()},
            **self.left_out,
        }

    def partial(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is given, with nothing for all else inside the blocks that are."""
        config = dict(given)
        for name, nested in self.blocks.items():
            value = config.get(name)
            inner = nested.block
            if isinstance(value, list):
                config[name] = [{**inner.nothing(), **inner.partial(item)} for item in value]
            elif isinstance(value, dict) and nested.nesting in ("single", "group"):
                config[name] = {**inner.nothing(), **inner.partial(value)}
        return config


def block_of(message: Any) -> Block:
    """Return a block of the protocol in our form."""
    attributes: dict[str, Attribute] = {}
    blocks: dict[str, Nested] = {}
    for said in message.attributes:
        attribute = Attribute(kind_of(said), said.required, said.optional, said.computed, said.sensitive)
        nested = _object(attribute)
        if nested is None:
            attributes[said.name] = attribute
        else:
            blocks[said.name] = nested
    for said in message.blocks:
        nesting: Any = NESTINGS[said.nesting]
        blocks[said.name] = Nested(nesting, said.least, said.most, block_of(said.block))
    left_out = {name: blocks.pop(name).absent for name in _LEFT_OUT & blocks.keys()}
    return Block(attributes, blocks, left_out)


def _object(attribute: Attribute) -> Nested | None:
    kind, nesting = attribute.kind, "single"
    if isinstance(kind, list) and kind[0] in ("list", "set", "map"):
        nesting, kind = kind
    if not isinstance(kind, list) or kind[0] != "object":
        return None
    fields = {
        name: Attribute(inner, False, attribute.settable, attribute.computed, False) for name, inner in kind[1].items()
    }
    plain, blocks = {}, {}
    for name, inner in fields.items():
        nested = _object(inner)
        if nested is None:
            plain[name] = inner
        else:
            blocks[name] = nested
    shape: Any = nesting
    return Nested(shape, int(attribute.required), 0, Block(plain, blocks), attribute)


def get(config: Any, path: Path) -> Any:
    """Return what stands at a path; None where nothing does."""
    for step in path:
        if isinstance(config, list):
            config = config[step] if isinstance(step, int) and step < len(config) else None
        elif isinstance(config, dict):
            config = config.get(str(step))
        else:
            return None
    return config


def put(config: Any, path: Path, value: Any) -> Any:
    """Return a copy of a configuration with a value at a path; the same where its parents do not stand."""
    if not path:
        return value
    if not isinstance(config, list | dict):
        return config
    step, rest = path[0], path[1:]
    if isinstance(config, list):
        return [put(item, rest, value) if index == step else item for index, item in enumerate(config)]
    return {**config, step: put(config.get(step), rest, value)}


def leaves(config: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every plain value that is set, with its path."""
    if isinstance(config, dict):
        for name, value in config.items():
            yield from leaves(value, (*path, name))
    elif isinstance(config, list):
        for index, value in enumerate(config):
            yield from leaves(value, (*path, index))
    elif config is not None:
        yield path, config


def lookup(block: Block, path: Path) -> Attribute | Nested | None:
    """Return what a path leads to: an attribute, or a block (with or without an index)."""
    here: Block = block
    found: Attribute | Nested | None = None
    for step in path:
        if isinstance(step, int):
            continue
        if isinstance(found, Attribute):
            return None
        found = here.attributes.get(step) or here.blocks.get(step)
        if found is None:
            return None
        if isinstance(found, Nested):
            here = found.block
    return found


def proposed(block: Block, prior: Any, config: Any) -> Any:
    """Return what a configuration makes of a prior state before the provider is asked: what it leaves to the provider
    stays as it was, or is not known yet.
    """
    if config is None:
        return None
    result = dict(config)
    for name, attribute in block.attributes.items():
        if attribute.computed and config.get(name) is None:
            result[name] = prior.get(name) if prior is not None else UNKNOWN if not attribute.settable else None
    for name, nested in block.blocks.items():
        new, old = config.get(name), (prior or {}).get(name)
        if nested.attribute is not None:
            if nested.attribute.computed and new is None:
                result[name] = old if prior is not None else None
            continue
        if nested.nesting == "list" and isinstance(new, list):
            olds = old if isinstance(old, list) else []
            result[name] = [
                proposed(nested.block, olds[index] if index < len(olds) else None, item)
                for index, item in enumerate(new)
            ]
        elif nested.nesting == "set" and isinstance(new, list):
            result[name] = [proposed(nested.block, _same(nested.block, old or [], item), item) for item in new]
        elif nested.nesting in ("single", "group") and new is not None:
            result[name] = proposed(nested.block, old, new)
    return result


def _same(block: Block, olds: list[Any], new: Any) -> Any:
    """Return the element of a set that a configuration's element stands for: alike in all that is not computed."""
    return next((old for old in olds if proposed(block, old, new) == old), None)
