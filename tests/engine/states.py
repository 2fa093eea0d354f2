"""States without a program, and the CLI's own `pulumi policy analyze` over them."""

import json
import os
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platform_policies.kit.settings import CLOCK

from sandbox.toolchain import pulumi_cli
from sandbox.workspace import Workspace
from tests.policies.packs import NAMES, ROOT, Resource


@dataclass(frozen=True)
class Analysis:
    """How the command ended, and what the packs reported: (resource, rule, level, message)."""

    status: int
    said: str
    found: list[tuple[str, str, str, str]]

    def pairs(self) -> set[tuple[str, str]]:
        """Return each resource with each rule that it breaks."""
        return {(resource, rule) for resource, rule, _, _ in self.found}


def analyze(
    folder: Path,
    resources: Sequence[Resource],
    config: Mapping[str, Mapping[str, Any]],
    protected: Collection[str] = (),
) -> Analysis:
    """Run every pack over a state that holds the resources."""
    (folder / "Pulumi.yaml").write_text("name: any\nruntime: python\n", encoding="utf-8")
    workspace = Workspace.of(folder, "dev")
    workspace.write_project()
    file = folder / "state.json"
    file.write_text(json.dumps(state(resources, protected)), encoding="utf-8")
    options = []
    for pack in NAMES:
        settings = folder / f"{pack}.json"
        settings.write_text(json.dumps({"rules": config.get(pack, {})}), encoding="utf-8")
        options += ["--policy-pack", str(ROOT / pack), "--policy-pack-config", str(settings)]
    done = subprocess.run(
        [str(pulumi_cli()), "policy", "analyze", "--file", str(file), "--json", *options],
        cwd=folder,
        env={
            **{key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")},
            CLOCK: "2026-11-21",
            "PULUMI_HOME": str(workspace.home),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    return Analysis(done.returncode, done.stdout + done.stderr, list(_found(done.stdout)))


def state(resources: Sequence[Resource], protected: Collection[str]) -> dict[str, Any]:
    """Return the state of a stack of resources, as `pulumi stack export` gives it."""
    urns = {resource.name: f"urn:pulumi:dev::any::{resource.type}::{resource.name}" for resource in resources}
    stack = {"urn": "urn:pulumi:dev::any::pulumi:pulumi:Stack::any-dev", "type": "pulumi:pulumi:Stack", "custom": False}
    return {
        "version": 3,
        "deployment": {
            "manifest": {"time": "2026-11-21T00:00:00Z", "magic": "", "version": ""},
            "resources": [stack, *(_entry(resource, urns, resource.name in protected) for resource in resources)],
        },
    }


def _entry(resource: Resource, urns: Mapping[str, str], protect: bool) -> dict[str, Any]:
    refers = {key: [urns[name] for name in names if name in urns] for key, names in resource.refers.items()}
    return {
        "urn": urns[resource.name],
        "custom": True,
        "id": resource.name,
        "type": resource.type,
        "inputs": dict(resource.props),
        "outputs": dict(resource.props),
        "protect": protect or resource.protect,
        "dependencies": sorted({urn for each in refers.values() for urn in each}),
        "propertyDependencies": {**{key: [] for key in resource.props}, **refers},
    }


def _found(printed: str) -> Any:
    for line in printed.splitlines():
        event = json.loads(line).get("policyEvent") if line.startswith("{") else None
        if event:
            said = event["message"].replace("<{%reset%}>", "").strip().rsplit("\n", 1)[-1].strip()
            resource = event.get("resourceUrn", "").rpartition("::")[2]
            yield resource, said.split(" ")[0].rstrip(":"), event["enforcementLevel"], said
