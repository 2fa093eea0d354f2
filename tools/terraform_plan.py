"""Writes what AWS resources a stack has as a Terraform plan, which other judges read: `python -m tools.terraform_plan`.

The stack is brought up on a sandbox of its own, without clusters. Types and properties are named as
terraform-provider-aws names them, from the facts that the sandbox keeps of it; what Pulumi knows of who refers to whom
becomes the plan's references.
"""

import argparse
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.engine import running
from sandbox.provider_facts import shapes
from sandbox.provider_facts.shapes import Property, Shape
from sandbox.run_options import RunOptions
from sandbox.workspace import Workspace
from tools.report.runs import resources

ROOT = Path(__file__).parents[1]


def plan(state: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the AWS resources of a state as a plan that makes them all."""
    made = {each["urn"]: (each, facts) for each in state if (facts := shapes.of(each["type"])) and each.get("custom")}
    addresses = {urn: f"{facts.kind}.{_name(urn, index)}" for index, (urn, (_, facts)) in enumerate(made.items())}
    planned, wanted = [], []
    for urn, (each, facts) in made.items():
        kind, _, name = addresses[urn].partition(".")
        about = {"address": addresses[urn], "mode": "managed", "type": kind, "name": name}
        values = arguments(facts.shape, {**each.get("outputs", {}), **each.get("inputs", {})})
        planned.append({**about, "provider_name": "registry.terraform.io/hashicorp/aws", "values": values})
        wanted.append({**about, "expressions": _references(facts.shape, each, addresses)})
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": [
            {**{key: value for key, value in each.items() if key != "values"},
             "change": {"actions": ["create"], "before": None, "after": each["values"], "after_unknown": {}}}
            for each in planned
        ],
        "configuration": {"root_module": {"resources": wanted}},
    }  # fmt: skip


def arguments(shape: Shape, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return Pulumi's properties as arguments: their names, and every block a list."""
    found = {known.name: _argument(known, values[wire]) for wire, known in shape.properties.items() if wire in values}
    return {name: value for name, value in found.items() if value is not None}


def _argument(known: Property, value: Any) -> Any:
    if isinstance(value, dict) and "plaintext" in value:  # a secret, whose value is nobody's business
        return "(secret)"
    if not known.block:
        return value
    items = value if isinstance(value, list) else [value]
    return [arguments(known.inside, item) for item in items if isinstance(item, dict)]


def _references(shape: Shape, each: Mapping[str, Any], addresses: Mapping[str, str]) -> dict[str, Any]:
    found = {}
    for wire, urns in (each.get("propertyDependencies") or {}).items():
        named = [addresses[urn] for urn in urns if urn in addresses]
        if named and wire in shape.properties:
            references = [text for address in named for text in (f"{address}.id", address)]
            found[shape.properties[wire].name] = {"references": references}
    return found


def _name(urn: str, index: int) -> str:
    """Return a name that Terraform takes, and that no twin has."""
    return f"{urn.rpartition('::')[2].replace('.', '-')}-{index}"


def of_stack(program: Path, stack: str) -> dict[str, Any]:
    """Return the plan of a stack, brought up on a sandbox of its own. Raises SandboxError."""
    with tempfile.TemporaryDirectory(prefix="platform-plan-") as folder:
        root = Path(folder)
        with running(Workspace.of(program, stack, root), RunOptions(real_clusters=False)) as engine:
            engine.read("up", "--yes", "--skip-preview", "--stack", stack)
        return plan(resources(program, stack, root))


def main() -> int:
    """Read the command line, and write the plan; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.terraform_plan", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", default="prod")
    parser.add_argument("--cwd", type=Path, default=ROOT, help="the program's folder")
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    options = parser.parse_args()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(of_stack(options.cwd, options.stack), indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
