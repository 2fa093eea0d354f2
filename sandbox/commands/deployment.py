"""The commands that run the engine on a stack: preview, up, refresh, destroy, and those that only look or serve."""

import shlex
import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from .. import clock, plans
from ..engine import Engine, running, without_clouds
from ..interrupts import until_interrupted
from ..protection import SWITCHES, is_protected
from ..workspace import Workspace
from ..world import World
from .recovery import settle
from .run_options import policy_packs, run_options


def preview(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Show what `up` would do."""
    with running(workspace, run_options(options)) as engine:
        arguments = ("preview", "--stack", workspace.stack, *policy_packs(options), *rest)
        return _run_for_json(engine, arguments) if "--json" in rest else engine.run(*arguments)


def _run_for_json(engine: Engine, arguments: Sequence[str]) -> int:
    """Run what prints JSON, and say on standard error why it failed: who keeps the one in a file sees the other."""
    with tempfile.TemporaryDirectory(prefix="flowise-sandbox-") as folder:
        log = Path(folder) / "events.json"
        engine.environment.update(plans.LOGS_EVENTS)
        status = engine.run(arguments[0], f"--event-log={log}", *arguments[1:])
        with suppress(OSError, plans.PlanError):  # one that came to no event has said why by itself
            for error in plans.read(log.read_text(encoding="utf-8")).errors:
                print(error, file=sys.stderr)
    return status


def up(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Create or update the stack."""
    with running(workspace, run_options(options)) as engine:
        status = settle(engine, options) or engine.run(
            "up", "--yes", "--skip-preview", "--stack", workspace.stack, *policy_packs(options), *rest
        )
        if not status and options.clock:
            resources = _resources(engine)
            print(clock.report(resources))
            _tell_of_waits(workspace, resources)
        return status


def _tell_of_waits(workspace: Workspace, resources: Sequence[dict[str, Any]]) -> None:
    """Say what may take longer than whoever waits for it does."""
    from ..laws.inventory import Inventory  # noqa: PLC0415 # slow: only when needed
    from ..roads.times import Times  # noqa: PLC0415 # likewise

    own = {each["urn"]: each.get("customTimeouts") or {} for each in resources}
    with closing(World(workspace.world_file)) as existing:
        walls = [each.wall for each in Times(Inventory(existing), own).roads() if each.wall]
    for wall in walls:
        print(f"not waited for long enough: {wall.resource} {wall.found}; {wall.opens}")


def refresh(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Read what exists into the state."""
    with running(workspace, run_options(options)) as engine:
        return settle(engine, options) or engine.run(
            "refresh", "--yes", "--skip-preview", "--stack", workspace.stack, *rest
        )


def destroy(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Delete everything in the stack."""
    if options.unprotect:
        _lift_protection(workspace)
    with running(workspace, run_options(options)) as engine:
        status = settle(engine, options)
        if not status and options.unprotect:
            status = engine.run("state", "unprotect", "--all", "--yes", "--stack", workspace.stack)
        resources = _resources(engine) if options.clock else []
        status = status or engine.run("destroy", "--yes", "--skip-preview", "--stack", workspace.stack, *rest)
        if not status and options.clock:
            print(clock.report(resources, deleting=True))
        _tell_of_left(workspace)
        return status


def _tell_of_left(workspace: Workspace) -> None:
    """Say what outlives a teardown; on standard error, for it is no part of what was asked."""
    from ..laws.second_life import counted  # noqa: PLC0415 # slow: only when needed

    with closing(World(workspace.world_file)) as existing:
        told = counted(existing.left())
    if told:
        print(
            f"left in the account, where the next `up` may meet it: {told} (`world --left` lists them)", file=sys.stderr
        )


def outputs(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Print the stack's outputs."""
    with without_clouds(workspace) as engine:
        return engine.run("stack", "output", "--stack", workspace.stack, *rest)


def export(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Print the stack's state."""
    with without_clouds(workspace) as engine:
        return engine.run("stack", "export", "--stack", workspace.stack, *rest)


def serve(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Keep the clouds running until interrupted."""
    with running(workspace, run_options(options)) as engine, engine.served("serve") as environment:
        for name, value in environment.items():
            if engine.inherited.get(name) != value:
                print(f"export {name}={shlex.quote(value)}")
        sys.stdout.flush()
        # In the program's own folder a plain `pulumi` would write how it encrypts into the committed stack file.
        print(
            f"# the clouds of stack {workspace.stack} run until Ctrl-C; with this environment, in another shell:\n"
            f"# {engine.cli} -C {workspace.work} preview --stack {workspace.stack}",
            file=sys.stderr,
        )
        until_interrupted()
    return 0


def world(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """List what exists: type, id, URN; or what outlived its resource: type, name, why, until when."""
    if options.left:
        with closing(World(workspace.world_file)) as existing:
            for each in existing.left():
                print(f"{each.token}\t{each.name}\t{each.why} ({each.source})\tuntil {each.until}")
        return 0
    for record in World(workspace.world_file):
        print(f"{record.token}\t{record.id}\t{record.urn}")
    return 0


def _lift_protection(workspace: Workspace) -> None:
    """Switch the clouds' own deletion protection off, as an operator would before a teardown that is meant."""
    with workspace.locked():
        existing = World(workspace.world_file)
        for record in existing:
            if is_protected(record.token, record.inputs):
                existing.update(replace(record, inputs={**record.inputs, SWITCHES[record.token]: False}))
                print(f"deletion protection lifted: {record.urn}", file=sys.stderr)
        existing.close()


def _resources(engine: Engine) -> list[dict[str, Any]]:
    return engine.deployment()["deployment"].get("resources") or []
