"""Changes or deletes a resource behind the engine's back: `drift`."""

import json
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ..workspace import SandboxError, Workspace
from ..world import Record, World

# The steps of a path, and the value that is to stand there.
Change = tuple[list[str], Any]


def drift(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Change or delete a resource in the world, and nowhere else."""
    with workspace.locked():
        world = World(workspace.world_file)
        if options.delete and (left := [each for each in world.left() if each.name == options.resource]):
            for each in left:
                world.forget(each.token, each.name)
            world.close()
            return 0
        found = [record for record in world if options.resource in (record.urn, record.urn.rpartition("::")[2])]
        if len(found) != 1:
            names = "".join(f"\n  {record.urn}" for record in found)
            raise SandboxError(
                f"{len(found)} resources are called {options.resource}: give one URN (`world` lists them){names}"
            )
        record = found[0]
        changes = [_change(text) for text in options.changes]
        if not changes and not options.delete:
            raise SandboxError("say what is to drift: path=value, or --delete")
        if not _on_a_cluster(workspace, world, record, changes):
            if options.delete:
                world.delete(record)
            else:
                world.update(_changed(record, changes))
        world.close()
    return 0


def _on_a_cluster(workspace: Workspace, world: World, record: Record, changes: Sequence[Change]) -> bool:
    """Drift what stands on a control plane there; False where it does not."""
    if not record.token.startswith("kubernetes:") or not workspace.clusters.is_dir():
        return False
    from . import clusters  # noqa: PLC0415 # slow: only when needed

    change = (lambda live: _put(live, changes)) if changes else None
    return clusters.drift(workspace, world, record, change)


def _change(text: str) -> Change:
    path, separator, value = text.partition("=")
    if not separator:
        raise SandboxError(f"{text}: write path=value, as in tags.Owner=nobody")
    return path.split("."), _value(value)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _changed(record: Record, changes: Sequence[Change]) -> Record:
    return replace(record, inputs=_put(record.inputs, changes), outputs=_put(record.outputs, changes))


def _put(values: Any, changes: Sequence[Change]) -> Any:
    """Values with others at some paths."""
    copy = json.loads(json.dumps(values))
    for path, value in changes:
        inner = copy
        for key in path[:-1]:
            inner = inner[int(key)] if isinstance(inner, list) else inner.setdefault(key, {})
        inner[int(path[-1]) if isinstance(inner, list) else path[-1]] = value
    return copy
