"""After a run that was cut off: which operations never reported back, and how to settle each.

The engine notes an operation before it starts it. If it dies before the cloud's answer, the note stays: a pending
operation. A create is settled by adopting what the cloud made, or by forgetting it where the cloud made nothing; any
other by a refresh, which reads what became of the resource. All through `pulumi stack export`, `stack import` and
`refresh`: the engine's `refresh --import-pending-creates` marks a create as an import and then loses it (read in
v3.259.0, pkg/backend/snapshot.go keeps only pending operations of type creating).

A refresh may fail, or be cut off itself, and `stack import` has taken the notes away by then
(cmd/pulumi/stack/io.go). So the resources they were about are marked in the state as to be refreshed before an update:
the engine reads these before whatever it does next, and takes the mark away (pkg/resource/deploy: step.go and
deployment_executor.go).
"""

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Pending:
    """One operation that did not report back. `name` is the physical name that its inputs carry, where they do."""

    urn: str
    operation: str
    name: str


@dataclass(frozen=True)
class Plan:
    """What settles the pending creates: those to adopt (URN -> id), and those of which nobody can tell."""

    adopted: Mapping[str, str]
    undecided: tuple[str, ...]


def pending(deployment: Mapping[str, Any]) -> list[Pending]:
    """Return the pending operations of an exported stack."""
    return [
        Pending(item["resource"]["urn"], item["type"], _name(item["resource"].get("inputs") or {}))
        for item in deployment["deployment"].get("pending_operations") or []
    ]


def known(deployment: Mapping[str, Any]) -> set[tuple[str, str | None]]:
    """URN and id of each resource that the state still counts on.

    During a replacement the predecessor bears the successor's URN, and one that had to go first often its id, too.
    """
    resources = deployment["deployment"].get("resources") or []
    return {(item["urn"], item.get("id")) for item in resources if not item.get("pendingReplacement")}


def plan(operations: Iterable[Pending], find: Callable[[str], str | None]) -> Plan:
    """How to settle them. `find(urn)`: the id of what exists, "" where nothing does, None where nobody can tell."""
    found = {operation.urn: find(operation.urn) for operation in operations if operation.operation == "creating"}
    return Plan(
        adopted={urn: resource_id for urn, resource_id in found.items() if resource_id},
        undecided=tuple(urn for urn, resource_id in found.items() if resource_id is None),
    )


def settled(deployment: Mapping[str, Any], adopted: Mapping[str, str]) -> dict[str, Any]:
    """Return the exported stack without pending operations, and with the adopted resources among its own.

    What the operations were about is to be read before anything else: an adopted resource has no outputs yet.
    """
    result: dict[str, Any] = copy.deepcopy(dict(deployment))
    state = result["deployment"]
    resources: list[dict[str, Any]] = state.setdefault("resources", [])
    operations = state.pop("pending_operations", None) or []
    unsure = {(operation["resource"]["urn"], operation["resource"].get("id")) for operation in operations}
    for item in resources:
        if (item["urn"], item.get("id")) in unsure:
            item["refreshBeforeUpdate"] = True
    for operation in operations:
        urn = operation["resource"]["urn"]
        if operation["type"] != "creating" or urn not in adopted:
            continue
        made = {**operation["resource"], "id": adopted[urn], "refreshBeforeUpdate": True}
        made.pop("initErrors", None)
        predecessor = next(
            (index for index, item in enumerate(resources) if item["urn"] == urn and not item.get("delete")), None
        )
        if predecessor is None:
            resources.append(made)
        elif resources[predecessor].get("pendingReplacement"):  # it went first
            resources[predecessor] = made
        else:
            # A replacement that was cut off: the successor goes where its dependents look for it, its predecessor away.
            resources[predecessor]["delete"] = True
            resources.insert(predecessor, made)
    return result


def describe(operations: Sequence[Pending]) -> str:
    """Return the operations, a line each."""
    return "\n".join(
        f"  {operation.operation:9} {operation.urn}" + (f"  (named {operation.name})" if operation.name else "")
        for operation in operations
    )


def _name(inputs: Mapping[str, Any]) -> str:
    names = ("name", "bucket", "identifier", "clusterIdentifier", "replicationGroupId")
    found = next((inputs[key] for key in names if isinstance(inputs.get(key), str)), None)
    return found or str((inputs.get("metadata") or {}).get("name") or "")
