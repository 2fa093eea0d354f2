"""What others made, as a file of `--given` tells it: resources with their properties, and other projects' outputs.

{"resources": [{"type": "aws:ec2/vpc:Vpc", "id": "vpc-0123456789abcdef0", "properties": {"cidrBlock": "10.0.0.0/16"}}],
 "stacks": {"network/prod": {"vpcId": "vpc-0123456789abcdef0"}}}
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import clouds, schema
from .closest import did_you_mean
from .world import Record, World


class GivenError(ValueError):
    """The file says something that cannot be; the text says what."""


@dataclass(frozen=True)
class Given:
    """Resources that others made, and the outputs of stacks by `organization/project/stack`."""

    records: tuple[Record, ...] = ()
    stacks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read(file: str) -> Given:
    """Return what a file says, nothing where it bears no name. Raises GivenError, OSError."""
    if not file:
        return Given()
    try:
        told = json.loads(Path(file).read_text("utf-8"))
    except ValueError as error:
        raise GivenError(f"it is no JSON: {error}") from None
    if not isinstance(told, dict) or told.keys() - {"resources", "stacks"}:
        raise GivenError("write a JSON object with `resources`, a list, and `stacks`, an object of outputs by stack")
    resources, stacks = told.get("resources", []), told.get("stacks", {})
    if not isinstance(resources, list) or not isinstance(stacks, dict):
        raise GivenError("`resources` is a list, and `stacks` an object of outputs by stack")
    return Given(
        tuple(_record(place, each) for place, each in enumerate(resources)),
        {_stack(name): _outputs(name, outputs) for name, outputs in stacks.items()},
    )


def _record(place: int, told: Any) -> Record:
    where = f"resources[{place}]"
    if not isinstance(told, dict) or told.keys() - {"type", "id", "properties"}:
        raise GivenError(f"{where}: write an object with type, id and properties")
    token, resource_id, properties = told.get("type"), told.get("id"), told.get("properties", {})
    described = schema.resource(token) if isinstance(token, str) else None
    if described is None or not isinstance(token, str):
        raise GivenError(f"{where}: there is no type {token}; write one as in aws:ec2/vpc:Vpc")
    if not isinstance(resource_id, str) or not resource_id or not isinstance(properties, dict):
        raise GivenError(f"{where}: id is a text, and properties an object")
    known = {**described.inputs, **described.outputs}
    for name in properties if known else ():
        if name not in known:
            hint = did_you_mean(name, known)
            raise GivenError("; ".join(filter(None, (f"{where}: {token} has no property {name}", hint))))
    urn = f"urn:pulumi:others::given::{token}::{resource_id}"
    outputs = clouds.foreign(token, resource_id, urn, resource_id, properties)
    return Record(token, resource_id, urn, 0, properties, outputs)


def _stack(name: str) -> str:
    parts = name.split("/")
    if len(parts) not in (2, 3) or not all(parts):
        raise GivenError(f"stacks: {name}: write project/stack, or organization/project/stack")
    # the file backend, on which the engine runs here, knows one organization
    return "/".join(["organization", *parts[-2:]])


def _outputs(name: str, outputs: Any) -> Mapping[str, Any]:
    if not isinstance(outputs, dict):
        raise GivenError(f"stacks: {name}: write an object of its outputs")
    return outputs


class Standing:
    """What stands in a stack's world, and beside it what others made."""

    def __init__(self, world: World, given: Given) -> None:
        self._world = world
        self._given = given.records

    def get(self, token: str, resource_id: str) -> Record | None:
        """Return the resource of a type and id."""
        own = self._world.get(token, resource_id)
        return own or next((each for each in self._given if (each.token, each.id) == (token, resource_id)), None)

    def __iter__(self) -> Iterator[Record]:
        yield from self._world
        yield from self._given
