"""The facts of a type by Pulumi's names: what its inputs are, at any depth, each with what the provider says of it."""

from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from typing import Any

from .. import schema
from ..schema import Field, Type
from . import later, reader
from .names import paired


class Property:
    """One input: a value, or a block of them. `many`: Pulumi has it as a list, which a block of which there is but one
    is not.
    """

    def __init__(self, name: str, told: Mapping[str, Any], kind: Type, around: "Shape") -> None:
        self.name = name
        self.told = told
        self.block = "in" in told
        self.nesting: str = told.get("k", reader.PLAIN["k"]) if self.block else _nesting(told)
        self.many = kind.kind in ("list", "any") if self.nesting in ("list", "set") else False
        self.type: Any = None if self.block else told.get("t", reader.PLAIN["t"])
        self.flags: str = told.get("f", "" if self.block else reader.PLAIN["f"])
        self.limits: Mapping[str, Any] = told.get("v", {})
        self.spellings: Sequence[str] = told.get("n", ())
        self._kind = kind
        self._around = around

    @property
    def default(self) -> Any:
        """The value that a plan gives it where it is left out; None where it gives none."""
        return self.told.get("d")

    @property
    def computed(self) -> bool:
        """Whether the provider gives it a value where it is left out."""
        return "c" in self.flags

    @property
    def scalar(self) -> Any:
        """The type of the value, or of its items: `string`, `number`, `bool`, or something larger."""
        return self.type[1] if isinstance(self.type, list) else self.type

    def outcome(self, change: int) -> str:
        """What a change comes to: 0 to another value (or up), 1 back (or down), 2 added, 3 left out."""
        return str(self.told.get("r", "??UU" if self.block else reader.PLAIN["r"])[change])

    @cached_property
    def inside(self) -> "Shape":
        """What a block holds."""
        kind = self._kind.element if self._kind.element is not None else self._kind
        return Shape(self._around.token, self._around.blocks, self.told["in"], kind.fields, kind.cls, self._around)


def _nesting(told: Mapping[str, Any]) -> str:
    kind = told.get("t", reader.PLAIN["t"])
    return str(kind[0]) if isinstance(kind, list) else "single"


class Shape:
    """A type's inputs or a block's, by Pulumi's names."""

    def __init__(
        self,
        token: str,
        blocks: Sequence[Mapping[str, Any]],
        index: int,
        fields: Mapping[str, Field],
        cls: str = "",
        around: "Shape | None" = None,
    ) -> None:
        self.token = token
        self.blocks = blocks
        self.cls = cls
        self.around = around
        told = {**blocks[index]["a"], **blocks[index]["b"]}
        by_hand = token if around is None else cls
        self.properties: Mapping[str, Property] = {
            wire: Property(name, told[name], fields[wire].type, self)
            for wire, name in paired(by_hand, fields, told).items()
        }

    @cached_property
    def wires(self) -> Mapping[str, str]:
        """Pulumi's name for each of the provider's."""
        return {found.name: wire for wire, found in self.properties.items()}

    def ends_here(self, wire: str) -> bool:
        """Whether a property that the SDK has at any depth is one that the provider has further out, but not here.

        The SDK describes blocks that hold each other once; the provider's have an end.
        """
        if wire in self.properties or not self.cls:
            return False
        outer = self.around
        while outer is not None:
            if outer.cls == self.cls and wire in outer.properties:
                return True
            outer = outer.around
        return False


class TypeFacts:
    """What the provider says of one type."""

    def __init__(self, token: str, kind: str, told: Mapping[str, Any], fields: Mapping[str, Field]) -> None:
        self.kind = kind
        blocks = later.differing(kind, told["blocks"], reader.facts().version)
        self.shape = Shape(token, blocks, 0, fields)
        self.relations: Mapping[str, Sequence[Sequence[str]]] = {
            name: pairs for name, pairs in told.items() if name != "blocks"
        }


@cache
def of(token: str) -> TypeFacts | None:
    """Return the facts of an AWS type; None where there are none, as of types that came with a later provider."""
    kind = reader.facts().tokens.get(token) if token.startswith("aws:") else None
    told = None if kind is None else reader.facts().of_type(kind)
    described = schema.resource(token)
    if kind is None or told is None or described is None:
        return None
    return TypeFacts(token, kind, told, described.inputs)


def source() -> str:
    """Return who said what the facts say."""
    return f"terraform-provider-aws {reader.facts().version}"
