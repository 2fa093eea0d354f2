"""The commands of the sandbox, one function each: (workspace, its own options, options for `pulumi`) -> exit status."""

import json
import os
import shlex
import sys
import tempfile
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from . import clock, plans, recovery
from .engine import Engine, apart, running, without_clouds
from .faults import parse
from .interrupts import until_interrupted
from .protection import SWITCHES, is_protected
from .run_options import RunOptions
from .toolchain import pulumi_cli
from .workspace import SandboxError, Workspace
from .world import Record, World

# The steps of a path, and the value that is to stand there.
Change = tuple[list[str], Any]

# In a folder of manifests: the names of those that `manifests` wrote.
_WRITTEN = ".manifests"


def preview(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Show what `up` would do."""
    with running(workspace, _run_options(options)) as engine:
        arguments = ("preview", "--stack", workspace.stack, *_packs(options), *rest)
        return _told_of_failure(engine, arguments) if "--json" in rest else engine.run(*arguments)


def _told_of_failure(engine: Engine, arguments: Sequence[str]) -> int:
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
    with running(workspace, _run_options(options)) as engine:
        status = _settle(engine, options) or engine.run(
            "up", "--yes", "--skip-preview", "--stack", workspace.stack, *_packs(options), *rest
        )
        if not status and options.clock:
            print(clock.report(_resources(engine)))
        return status


def refresh(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Read what exists into the state."""
    with running(workspace, _run_options(options)) as engine:
        return _settle(engine, options) or engine.run(
            "refresh", "--yes", "--skip-preview", "--stack", workspace.stack, *rest
        )


def destroy(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Delete everything in the stack."""
    if options.unprotect:
        _lift_protection(workspace)
    with running(workspace, _run_options(options)) as engine:
        status = _settle(engine, options)
        if not status and options.unprotect:
            status = engine.run("state", "unprotect", "--all", "--yes", "--stack", workspace.stack)
        resources = _resources(engine) if options.clock else []
        status = status or engine.run("destroy", "--yes", "--skip-preview", "--stack", workspace.stack, *rest)
        if not status and options.clock:
            print(clock.report(resources, deleting=True))
        return status


def outputs(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Print the stack's outputs."""
    with without_clouds(workspace) as engine:
        return engine.run("stack", "output", "--stack", workspace.stack, *rest)


def export(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Print the stack's state."""
    with without_clouds(workspace) as engine:
        return engine.run("stack", "export", "--stack", workspace.stack, *rest)


def recover(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Settle pending operations, on the sandbox or (`--live`) on a real stack with the user's own login."""
    options.recover = True
    if not options.live:
        with running(workspace) as engine:
            return _settle(engine, options)
    engine = Engine(pulumi_cli(), replace_work(workspace), {}, dict(os.environ))
    return _carry_out(engine, engine.deployment(), _told(options.id))


def replace_work(workspace: Workspace) -> Workspace:
    """The workspace whose engine runs in the program's own folder, as a real stack's does."""
    return _Live(workspace.program, workspace.stack, workspace.root)


class _Live(Workspace):
    @property
    def work(self) -> Path:
        return self.program


def manifests(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Write the Kubernetes objects of the stack, brought up in a world of their own, as YAML files.

    They take the place of those that an earlier run wrote there: names that are made up differ from run to run.
    """
    with apart(workspace.program, workspace.stack) as engine:
        # nobody goes on from its state
        engine.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
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


def serve(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Keep the clouds running until interrupted."""
    with running(workspace, _run_options(options)) as engine:
        for name, value in engine.environment.items():
            print(f"export {name}={shlex.quote(value)}")
        sys.stdout.flush()
        # In the program's own folder a plain `pulumi` would write its encryption salt into the committed stack file.
        print(
            f"# the clouds of stack {workspace.stack} run until Ctrl-C; with this environment, in another shell:\n"
            f"# {engine.cli} -C {workspace.work} preview --stack {workspace.stack}",
            file=sys.stderr,
        )
        until_interrupted()
    return 0


def kube(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Keep a cluster of the stack running until interrupted."""
    from . import cluster_commands  # noqa: PLC0415 # slow: only when needed

    return cluster_commands.kube(workspace, options)


def drill(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Measure what an outage or a change does to the stack's Services."""
    from . import cluster_commands  # noqa: PLC0415 # as above

    return cluster_commands.drill(workspace, options)


def drift(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """Change or delete a resource in the world, and nowhere else."""
    with workspace.locked():
        world = World(workspace.world_file)
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
    from . import cluster_commands  # noqa: PLC0415 # slow: only when needed

    change = (lambda live: _put(live, changes)) if changes else None
    return cluster_commands.drift(workspace, world, record, change)


def _change(text: str) -> Change:
    path, separator, value = text.partition("=")
    if not separator:
        raise SandboxError(f"{text}: write path=value, as in tags.Owner=nobody")
    return path.split("."), _value(value)


def world(workspace: Workspace, options: Namespace, rest: list[str]) -> int:
    """List what exists: type, id, URN."""
    for record in World(workspace.world_file):
        print(f"{record.token}\t{record.id}\t{record.urn}")
    return 0


def _run_options(options: Namespace) -> RunOptions:
    for text in options.fault:
        parse(text)  # so that a mistake is told before anything starts
    run_options = RunOptions(
        laws=options.laws == "on",
        quotas=_quotas(options.quota),
        faults=options.fault,
        crash_after=options.crash_after,
        crash_before=options.crash_before,
        real_clusters=options.kubernetes == "real",
        kept_environment=options.keep_env,
        charts_folder=_charts(options.charts),
        secrets_file=str(Path(options.secrets).resolve()) if options.secrets else "",
    )
    try:
        known = run_options.secrets()
    except (OSError, ValueError) as error:
        raise SandboxError(f"--secrets {options.secrets}: {error}") from None
    if not isinstance(known, dict) or not all(isinstance(value, str) for value in known.values()):
        raise SandboxError(f"--secrets {options.secrets}: write a JSON object of texts by secret name")
    return run_options


def _charts(folder: str) -> str:
    if folder and not Path(folder).is_dir():
        raise SandboxError(f"--charts {folder}: there is no such folder; it holds archives of charts (`helm pull`)")
    return str(Path(folder).resolve()) if folder else ""


def _quotas(texts: list[str]) -> dict[str, int]:
    if not texts:
        return {}
    from .laws import QUOTAS  # noqa: PLC0415 # slow: only when needed

    quotas: dict[str, int] = {}
    for text in texts:
        name, _, number = text.partition("=")
        if name not in QUOTAS or not number.isdigit():
            raise SandboxError(f"--quota {text}: write NAME=NUMBER; the names are {', '.join(QUOTAS)}")
        quotas[name] = int(number)
    return quotas


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


def _packs(options: Namespace) -> list[str]:
    packs = [item for path in options.policy_pack for item in ("--policy-pack", str(path.resolve()))]
    return packs + [
        item for path in options.policy_pack_config for item in ("--policy-pack-config", str(path.resolve()))
    ]


def _settle(engine: Engine, options: Namespace) -> int:
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


def _told(pairs: list[str]) -> Callable[[str], str | None]:
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


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        # sdk/go/common/resource/sig.go: what marks an encrypted value in a state.
        if value.get("4dabf18193072939515e22adb298388d") == "1b47061264138c4ac30d75fd1eb44270":
            return "[secret]"
        return {key: _without_secrets(item) for key, item in value.items() if not key.startswith("__")}
    return [_without_secrets(item) for item in value] if isinstance(value, list) else value


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
