"""A cloud for tests of the laws: Pulumi's mocks, answered by an account of the sandbox with its laws on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks
from pulumi.runtime import settings as runtime

from sandbox import autonaming, clouds, diffing
from sandbox.account import Account, RefusedError
from sandbox.clouds.resource import Request
from sandbox.laws.law import ResourceOperation
from sandbox.run_options import RunOptions
from sandbox.world import Record, World
from testing.cloud import drained, revealed

REGION = "eu-west-1"


class LawCloud(mocks.Mocks):
    """Creates what no law refuses, and updates what a second run gives other inputs."""

    def __init__(self, folder: Path, options: RunOptions | None = None) -> None:
        self.world = World(folder / "world.db")
        self.account = Account(self.world, options or RunOptions())
        self.told: list[str] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if args.typ.startswith("pulumi:"):
            return args.name, {}
        inputs = revealed(args.inputs)
        urn = f"urn:pulumi:test::laws::{args.typ}::{args.name}"
        standing = self.world.of_urn(urn)
        serial = self.world.times_made(urn) if not standing else standing[0].serial
        provider = {"region": REGION}
        if args.typ.startswith("aws:"):
            digits = Request(args.typ, args.name, urn, {}, serial, {}).hex(16, "name")
            olds = standing[0].inputs if standing else {}
            inputs = autonaming.aws(args.typ, args.name, inputs, olds, autonaming.Proposal("", disabled=False), digits)
        if standing and standing[0].inputs == inputs and not diffing.restless(args.typ, inputs, standing[0].outputs):
            return standing[0].id, standing[0].outputs
        op = ResourceOperation(
            "update" if standing else "create",
            args.typ,
            args.name,
            urn,
            inputs,
            region=str(inputs.get("region") or REGION),
            provider=provider,
            old=standing[0] if standing else None,
        )
        with self.account.authorized(op) as told:
            self.told += told
            made, outputs = clouds.create(args.typ, args.name, urn, inputs, serial=serial, provider=provider)
            record = Record(args.typ, standing[0].id if standing else made, urn, serial, inputs, outputs)
            if standing:
                self.account.update(record)
            else:
                self.account.create(record, unique=False)
        return record.id, outputs

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        return clouds.invoke(args.token, args.args), []

    def run(self, program: Callable[[], object]) -> None:
        """Run a program as `up` would. Raises what a law says against it."""
        runtime.reset_options()
        pulumi.runtime.set_mocks(self, project="laws", stack="test", preview=False)
        try:
            drained(program)
        finally:
            runtime.reset_options()

    def delete(self, name: str) -> None:
        """Delete the resource of a name. Raises what a law says against it."""
        (record,) = [record for record in self.world if record.urn.endswith(f"::{name}")]
        op = ResourceOperation("delete", record.token, name, record.urn, record.inputs, region=REGION, old=record)
        with self.account.authorized(op):
            self.account.delete(record)


def refusal(run: Callable[[], object]) -> str:
    """Return what is said against a run; empty where it goes through."""
    try:
        run()
    except Exception as error:
        found: BaseException | None = error
        seen: list[BaseException] = []
        # an error that a law itself raises comes back to itself by its context
        while found is not None and found not in seen:
            if isinstance(found, RefusedError):
                return str(found)
            seen.append(found)
            found = found.__cause__ or found.__context__
        raise
    return ""
