"""Settles what a run that was cut off left pending: `recover`, and `--recover` of other commands."""

import json
import os
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import recovery
from ..engine import Engine, running
from ..toolchain import pulumi_cli
from ..workspace import Workspace
from ..world import World


def recover(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Settle pending operations, on the sandbox or (`--live`) on a real stack with the user's own login."""
    options.recover = True
    if not options.live:
        with running(workspace) as engine:
            return settle(engine, options)
    engine = Engine(pulumi_cli(), _in_program_folder(workspace), {}, dict(os.environ), is_ours=False)
    return _carry_out(engine, engine.deployment(), _given_ids(options.id))


def _in_program_folder(workspace: Workspace) -> Workspace:
    """Return the workspace whose engine runs in the program's own folder, as a real stack's does."""
    return _Live(workspace.program, workspace.stack, workspace.root)


class _Live(Workspace):
    @property
    def work(self) -> Path:
        return self.program


def settle(engine: Engine, options: Namespace) -> int:
    """Settle what is pending, or say how to; 0 where the command may go on."""
    workspace = engine.workspace
    _remove_stale_lock(workspace)
    # Asking the engine costs a second; its checkpoint says whether there is anything to ask.
    if '"pending_operations"' not in workspace.state_file.read_text(encoding="utf-8"):
        return 0
    deployment = engine.deployment()
    operations = recovery.pending(deployment)
    if not options.recover and operations:
        print(
            f"A run on stack {workspace.stack} was cut off; {len(operations)} operation(s) did not report back:\n"
            f"{recovery.describe(operations)}\n"
            "Run this command again with --recover: it asks the cloud what became of each, adopts what was made, "
            "forgets what was not, and then goes on.",
            file=sys.stderr,
        )
        return 1
    known = recovery.known(deployment)
    existing = World(workspace.world_file)
    made = {record.urn: record.id for record in existing if (record.urn, record.id) not in known}
    existing.close()
    return _carry_out(engine, deployment, lambda urn: made.get(urn, ""))


def _carry_out(engine: Engine, deployment: dict[str, Any], find: Callable[[str], str | None]) -> int:
    operations = recovery.pending(deployment)
    if not operations:
        return 0
    plan = recovery.plan(operations, find)
    if plan.undecided:
        print(
            "Look each of these up in the account, and say what is there, with --id URN=ID (URN= for nothing):\n"
            + recovery.describe([operation for operation in operations if operation.urn in plan.undecided]),
            file=sys.stderr,
        )
        return 1
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump(recovery.settled(deployment, plan.adopted), file)
        file.flush()
        engine.read("stack", "import", "--stack", engine.workspace.stack, "--file", file.name)
    print(f"{len(plan.adopted)} adopted of {len(operations)} pending operations; reading what exists", file=sys.stderr)
    return engine.run("refresh", "--yes", "--skip-preview", "--stack", engine.workspace.stack)


def _given_ids(pairs: list[str]) -> Callable[[str], str | None]:
    told = dict(pair.partition("=")[::2] for pair in pairs)
    return told.get


def _remove_stale_lock(workspace: Workspace) -> None:
    """The engine's own lock outlives an engine that was killed: it counts only while its holder is alive."""
    for lock in (workspace.state / ".pulumi" / "locks").glob(
        f"**/{workspace.project['name']}/{workspace.stack}/*.json"
    ):
        holder = json.loads(lock.read_text(encoding="utf-8"))
        try:
            os.kill(int(holder["pid"]), 0)
        except ProcessLookupError:
            lock.unlink()
