"""A whole stack as a rule sees it: what stands beside a resource, and what refers to what."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .reading import UNKNOWN, get, items
from .rule import RuleMetadata


@dataclass(frozen=True)
class Shown:
    """A resource as the engine shows it to a pack, its properties plain."""

    urn: str
    type: str
    name: str
    props: dict[str, Any]
    """What its program asks for; of a whole stack, what its provider answers."""
    protect: bool = False
    ignored: Sequence[str] = ()
    """Properties whose changes are ignored."""
    provider: dict[str, Any] | None = None
    """The properties of its provider, where it has one."""
    refers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By property the URNs of the resources that it comes from."""


class Node:
    """A resource of the stack, with plain properties: what its program asked for, and what the provider answered.

    In a preview a provider that cannot be configured yet, a cluster's before the cluster is, answers nothing at all.
    """

    def __init__(self, resource: Shown, inputs: Mapping[str, Any] | None = None) -> None:
        self._resource, self._asked = resource, inputs or {}
        self.urn, self.type, self.name = resource.urn, resource.type, resource.name
        self.protect, self.provided = resource.protect, resource.provider is not None
        self.refs: dict[str, list[Node]] = {}

    @cached_property
    def props(self) -> dict[str, Any]:
        """Return its properties."""
        asked, answered = self._asked, self._resource.props
        return {**asked, **{key: value for key, value in answered.items() if value is not UNKNOWN or key not in asked}}

    @cached_property
    def identities(self) -> frozenset[str]:
        """Return what others may call it by."""
        known = (self.props.get(key) for key in ("id", "arn", "name", "bucket", "identifier", "keyId"))
        return frozenset(value for value in known if isinstance(value, str) and value)

    def get(self, *path: str | int) -> Any:
        """Return the property at a path: None where nothing is, UNKNOWN where it is unknown."""
        return get(self.props, *path)

    def items(self, *path: str | int) -> list[Any]:
        """Return the list at a path; empty where there is none or it is unknown."""
        return items(self.props, *path)

    def asked(self, *path: str | int) -> Any:
        """Return what the program itself asked for at a path."""
        return get(self._asked, *path)

    def ignores(self, path: str) -> bool:
        """Return whether changes of a property, or of one within it, are ignored."""
        return any(one == path or one.startswith(f"{path}.") for one in self._resource.ignored)

    def wrote(self, *keys: str) -> bool:
        """Return whether the program itself asked for any of these, which its provider may answer in any case."""
        return any(key in self._asked for key in keys)

    def points(self, key: str, other: "Node") -> bool:
        """Return whether a property leads to the other resource.

        In a preview ids are unknown, so it is a dependency of the property; a value that is written out counts too.
        """
        if any(target is other for target in self.refs.get(key, ())):
            return True
        value = self.get(key)
        values = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else [value]
        return any(isinstance(item, str) and item in other.identities for item in values)


class Stack:
    """All resources of a stack."""

    def __init__(
        self,
        resources: Sequence[Shown],
        inputs: Mapping[str, Any],
        judges: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """Take the resources, what was asked for them (plain, by URN), and whether a rule over one judges a type."""
        self._judges, self._asked = judges, set[str]()
        nodes = {resource.urn: Node(resource, inputs.get(resource.urn)) for resource in resources}
        self.nodes = list(nodes.values())
        self._by_type: dict[str, list[Node]] = defaultdict(list)
        for resource in resources:
            node = nodes[resource.urn]
            self._by_type[node.type].append(node)
            node.refs = {key: [nodes[urn] for urn in urns if urn in nodes] for key, urns in resource.refers.items()}

    def of(self, *types: str) -> list[Node]:
        """Return the resources of these types."""
        self._asked.update(types)
        return [node for one in types for node in self._by_type.get(one, ())]

    def judges(self, resource_type: str) -> bool:
        """Return whether a rule judges a type, or one over the stack has asked for it until now."""
        return resource_type in self._asked or self._judges(resource_type)

    def lacking(
        self, subjects: Sequence[Node], companion: str, key: str, holds: Callable[[Node], bool] = lambda _: True
    ) -> Iterator["Finding"]:
        """Return the subjects to which no companion of that type leads by its property `key` while it satisfies."""
        companions = [node for node in self.of(companion) if holds(node)]
        for subject in subjects:
            if not any(node.points(key, subject) for node in companions):
                yield Finding(subject.urn)


@dataclass(frozen=True)
class Finding:
    """A resource that breaks a rule, and what to know about it beyond the rule's own words."""

    urn: str
    note: str = ""
    subject: str = ""
    """What an exception names where that is no resource, such as a product's version that many resources run."""


@dataclass(frozen=True)
class StackRule(RuleMetadata):
    """One rule over the whole stack: `broken` gives each resource that breaks it."""

    broken: Callable[[Stack, Mapping[str, Any]], Iterator[Finding]]
    """Takes the stack and the rule's parameters."""
    judges: str = field(default="the whole stack", kw_only=True)
    last: bool = field(default=False, kw_only=True)
    """Whether it comes after all others, since it is about what they looked at."""
