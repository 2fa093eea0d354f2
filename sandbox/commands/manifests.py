"""Writes a stack's Kubernetes objects as YAML files: `manifests`."""

import sys
from argparse import Namespace
from typing import Any

import yaml

from ..engine import apart
from ..workspace import Workspace

# In a folder of manifests: the names of those that `manifests` wrote.
_WRITTEN = ".manifests"


def manifests(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Write the Kubernetes objects of the stack, brought up in a world of their own, as YAML files.

    They take the place of those that an earlier run wrote there: names that are made up differ from run to run.
    """
    with apart(workspace.program, workspace.stack) as engine:
        engine.read("up", "--yes", "--skip-preview", "--stack", workspace.stack, *rest)
        state = engine.deployment()["deployment"]
    options.out.mkdir(parents=True, exist_ok=True)
    index = options.out / _WRITTEN
    for name in index.read_text(encoding="utf-8").splitlines() if index.exists() else ():
        (options.out / name).unlink(missing_ok=True)
    files = {}
    for resource in state.get("resources", []):
        manifest = _without_secrets(resource.get("inputs", {}))
        if resource["type"].startswith("kubernetes:") and {"apiVersion", "kind", "metadata"} <= manifest.keys():
            metadata = manifest["metadata"]
            parts = (metadata.get("namespace"), manifest["kind"].lower(), metadata["name"])
            files["-".join(part for part in parts if part) + ".yaml"] = manifest
    for name, manifest in files.items():
        (options.out / name).write_text(yaml.safe_dump(manifest, sort_keys=False), encoding="utf-8")
    index.write_text("\n".join(files), encoding="utf-8")
    print(f"{len(files)} objects written to {options.out}", file=sys.stderr)
    return 0


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        # sdk/go/common/resource/sig.go: what marks an encrypted value in a state.
        if value.get("4dabf18193072939515e22adb298388d") == "1b47061264138c4ac30d75fd1eb44270":
            return "[secret]"
        return {key: _without_secrets(item) for key, item in value.items() if not key.startswith("__")}
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value
