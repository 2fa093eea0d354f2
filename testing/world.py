"""What would stand after `up` of a shape: the same program on the mocks, under the names that providers make up."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from pulumi.runtime import mocks

from sandbox import autonaming
from sandbox.laws.inventory import Inventory
from sandbox.world import Record

from .cloud import Answer, Cloud, revealed

_SECONDS = {"s": 1, "m": 60, "h": 3600}


class World(Cloud):
    """A cloud that names what the program leaves unnamed, by the pattern of Pulumi.yaml, and keeps what it made."""

    def __init__(self, stack: str, answers: Mapping[str, Answer] | None = None) -> None:
        super().__init__(answers=answers)
        self.stack = stack
        self.records: list[Record] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Return the id and the outputs of a resource, as the provider would, which is asked to check it first."""
        if args.custom and not args.typ.startswith("pulumi:"):
            args.inputs = _named(self.stack, args.typ, args.name, revealed(args.inputs))
        created_id, outputs = super().new_resource(args)
        if args.custom and not args.typ.startswith("pulumi:"):
            urn = f"urn:pulumi:test::flowise::{args.typ}::{args.name}"
            plain = {key: value for key, value in outputs.items() if not hasattr(value, "apply")}
            self.records.append(Record(args.typ, str(created_id), urn, 0, args.inputs, plain))
        return created_id, outputs

    def timeouts(self) -> dict[str, dict[str, float]]:
        """Return what the program sets of times for operations, in seconds by URN."""
        set_ = {(each.type, each.name): each.timeouts for each in self.created}
        return {
            each.urn: {
                operation: _SECONDS[said[-1]] * float(said[:-1])
                for operation, said in set_.get((each.token, each.urn.rpartition("::")[2]), {}).items()
            }
            for each in self.records
        }

    def inventory(self) -> Inventory:
        """Return all that stands."""
        return Inventory(sorted(self.records, key=lambda each: (each.token, each.urn)))


def _named(stack: str, token: str, name: str, inputs: dict[str, Any]) -> dict[str, Any]:
    digits = sha256(f"{token} {name}".encode()).hexdigest()
    proposal = autonaming.Proposal(f"flowise-{stack}-{name}-{digits[:6]}")
    if token == "kubernetes:helm.sh/v3:Release":
        return autonaming.release(name, inputs, {}, proposal, digits)
    if token.startswith("aws:"):
        return autonaming.aws(token, name, inputs, {}, proposal, digits)
    if token.startswith("kubernetes:"):
        return autonaming.kubernetes(name, inputs, {}, proposal, digits)
    return inputs
