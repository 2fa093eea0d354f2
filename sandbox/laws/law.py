"""What a law is: a judgement over one operation, before the cloud carries it out.

A law sees the inputs as the program gave them (camelCase, UNKNOWN where a preview cannot tell), and what stands in the
account. It yields refusals; where a value is unknown it says nothing, and decides when the value is there.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..wire import UNKNOWN
from ..world import Record
from .inventory import Inventory

Operation = Literal["create", "update", "delete"]
EVERY_AWS_TYPE = "aws:.*"


@dataclass(frozen=True)
class ResourceOperation:
    """One operation that a cloud is asked for."""

    operation: Operation
    token: str
    name: str
    urn: str
    inputs: Mapping[str, Any]
    inventory: Inventory = field(default_factory=Inventory)
    region: str = "us-east-1"
    provider: Mapping[str, Any] = field(default_factory=dict)
    old: Record | None = None
    """What stands there before an update or a delete."""
    preview: bool = False
    quotas: Mapping[str, int] = field(default_factory=dict)
    """Quotas that differ from AWS's defaults, by name."""

    def get(self, *path: str | int) -> Any:
        """Return the input at a path: None where there is none or it is unknown."""
        return get(self.inputs, *path)

    def text(self, *path: str | int) -> str:
        """Return the known text at a path, else an empty one."""
        value = self.get(*path)
        return value if isinstance(value, str) else ""

    def texts(self, *path: str | int) -> list[str]:
        """Return the known texts of the list at a path, or the one text there."""
        value = self.get(*path)
        return [item for item in (value if isinstance(value, list) else [value]) if _known_text(item)]

    def unknown(self, *path: str | int) -> bool:
        """Return whether the input at a path is there, and only known after `up`."""
        value: Any = self.inputs
        for step in path:
            if not isinstance(value, dict | Mapping):
                break
            value = value.get(step)
        return bool(value == UNKNOWN)

    @property
    def cls(self) -> str:
        """The last part of the token: `Vpc` of `aws:ec2/vpc:Vpc`."""
        return self.token.rpartition(":")[2]


def get(value: Any, *path: str | int) -> Any:
    """Return what stands at a path of plain properties: None where there is nothing or an unknown."""
    for step in path:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return None if value == UNKNOWN else value


def items(value: Any, *path: str | int) -> list[Any]:
    """Return the list at a path, empty where there is none."""
    found = get(value, *path)
    return [item for item in found if item != UNKNOWN] if isinstance(found, list) else []


def _known_text(value: Any) -> bool:
    return isinstance(value, str) and value not in ("", UNKNOWN)


@dataclass(frozen=True)
class Refusal:
    """Why an operation is refused: the cloud's own code and words, and the way out."""

    code: str
    message: str
    instead: str
    may_appear: bool = False
    """Whether what is missing may still come, from another operation of the same run."""
    silent: bool = False
    """Whether the cloud takes it, says nothing, and does not do it: green and dead. It is told, and goes on."""


@dataclass(frozen=True)
class Law:
    """A rule of the clouds, and where it is written. Its id stays as it is: people write it after `--law-off`.

    Rows that judge different types by one rule share its id and its name.
    """

    id: str
    name: str
    source: str
    types: str
    """A regular expression that the whole type token matches."""
    judge: Callable[[ResourceOperation], Iterator[Refusal]]
    operations: tuple[Operation, ...] = ("create", "update")

    def applies(self, token: str) -> bool:
        """Return whether it judges resources of this type."""
        return re.fullmatch(self.types, token) is not None


_DOING = {"create": "creating", "update": "updating", "delete": "deleting"}


def sentence(op: ResourceOperation, law: Law, refusal: Refusal) -> str:
    """Return a refusal as the user reads it."""
    dead = "green and dead (the cloud takes this, and does nothing of it): " if refusal.silent else ""
    return (
        f"{dead}{_DOING[op.operation]} {op.token}: {refusal.code}: {refusal.message}\n"
        f"  resource: {op.urn}\n"
        f"  law:      {law.id}: {law.name} ({law.source})\n"
        f"  way out:  {refusal.instead}"
    )
