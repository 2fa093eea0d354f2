"""Walks the roads that a stack's resources imply: `roads`."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..laws.inventory import Inventory
from ..workspace import SandboxError, Workspace
from ..world import World

if TYPE_CHECKING:
    from ..roads.escapes import Asker


def roads(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Print each road and the first wall on it; 1 where there is one."""
    from ..roads import picture, report  # noqa: PLC0415 # slow: only when needed
    from ..roads.dependent import judged, judged_as  # noqa: PLC0415 # likewise
    from ..roads.find import find  # noqa: PLC0415 # likewise

    records = list(World(workspace.world_file)) if workspace.world_file.exists() else []
    if not records:
        raise SandboxError(f"nothing stands of stack {workspace.stack}: bring it up first")
    inventory = Inventory(records)
    try:
        if options.policies:
            every = judged(inventory, _asker(options))
        else:
            every = judged_as(inventory, options.role) if options.role else find(inventory, _timeouts(workspace))
    except LookupError as error:
        raise SandboxError(str(error)) from error
    found = report.chosen(every, options.source, options.target)
    if options.svg:
        options.svg.write_text(picture.svg(found, f"Roads of {workspace.stack}"), encoding="utf-8")
        print(f"{options.svg} written", file=sys.stderr)
    print(json.dumps(report.data(found), indent=2) if options.json else report.text(found), end="")
    return 1 if found.walls else 0


def _asker(options: Namespace) -> "Asker":
    """Return who has the policies in files, within the boundary in another."""
    from ..roads.escapes import Asker  # noqa: PLC0415 # slow: only when needed

    name, boundary = ", ".join(each.name for each in options.policies), options.boundary
    return Asker(
        name, [_policy(each) for each in options.policies], _policy(boundary) if boundary else None, str(boundary or "")
    )


def _policy(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SandboxError(f"{path}: {error}; write an IAM policy as JSON") from error
    if not isinstance(document, dict) or "Statement" not in document:
        raise SandboxError(f"{path}: an IAM policy is an object with Statement")
    return document


def _timeouts(workspace: Workspace) -> Mapping[str, Mapping[str, float]] | None:
    """Return what a program sets of its own times for operations, in seconds by URN; None where no state says."""
    if not workspace.state_file.exists():
        return None
    state = json.loads(workspace.state_file.read_text(encoding="utf-8"))
    resources = ((state.get("checkpoint") or {}).get("latest") or {}).get("resources") or []
    return {each["urn"]: each.get("customTimeouts") or {} for each in resources}
