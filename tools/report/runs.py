"""Judges a change on the sandbox: brings up what it is compared with, and previews the change over it.

The base stands in a world of its own, without a control plane, made by the base's own program and sandbox. The preview
runs under the base's rules and levels; where a law, a rule or `protect` refuses, that is noted, and the preview is run
again without it, until the plan is whole: a preview that fails plans no deletions.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox import packs as packs_of_sandbox
from sandbox import plans
from sandbox.engine import running, without_clouds
from sandbox.interpreter import environment_of
from sandbox.plans import Finding, Plan, PlanError
from sandbox.run_options import RunOptions
from sandbox.workspace import FOLDER, SandboxError, Workspace

from ..masking import in_text
from . import roads
from .build import not_judged, report
from .classes import Judged
from .model import LOUD, Report, StackReport
from .refusals import Refusal, protected, refusals, unexplained

# A law speaks when the resource is planned, and what waits for it never is: each round may find more of them.
_ROUNDS, _ROUNDS_OF_LAWS = 9, 6
_OURS = Path(__file__).parents[2]
_JUDGES = (
    *(
        "policies",
        "examples/*/levels.*.json",
        "sandbox/laws",
        "sandbox/stateful",
        "tools/plan_guard.py",
        "tools/report",
    ),
    *(".github/workflows/preview.yml", ".ci"),
)


@dataclass(frozen=True)
class Commits:
    """What is compared with what."""

    base: str
    head: str
    base_name: str
    ahead: int
    judges: Sequence[str]


@dataclass(frozen=True)
class Asked:
    """What is judged with, where a program is none of this repository's."""

    policies: str = ""
    """One of the sandbox's own packs, by its name."""
    levels: Path | None = None
    """The pack's configuration."""
    given: str = ""
    """A file that tells what others made (sandbox/given.py)."""


@dataclass(frozen=True)
class Preview:
    """A whole plan, and what refused it on the way there."""

    plan: Plan
    refusals: Sequence[Refusal] = ()
    mandatory: Sequence[Finding] = ()


_NOTHING = Asked()


def git(repository: Path, *arguments: str) -> str:
    """Return what git says. Raises SandboxError."""
    done = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SandboxError(f"git {' '.join(arguments)} failed: {done.stderr.strip()}")
    return done.stdout.strip()


def commits(repository: Path, base: str = "") -> Commits:
    """Return what to compare with: the last commit that the change has of its target. Raises SandboxError."""
    name = base or next((each for each in ("origin/HEAD", "origin/main", "main") if _is_commit(repository, each)), "")
    if not name:
        raise SandboxError("there is no origin/HEAD, origin/main or main to compare with: name a commit with --base")
    if not _is_commit(repository, name):
        raise SandboxError(f"--base {name} is no commit here (a shallow clone has few: git fetch --unshallow)")
    target = git(repository, "rev-parse", f"{name}^{{commit}}")
    common = git(repository, "merge-base", target, "HEAD")
    head = git(repository, "rev-parse", "HEAD")
    if git(repository, "status", "--porcelain", "--untracked-files=no"):
        head += "+"
    return Commits(
        base=common,
        head=head,
        base_name=name.removeprefix("origin/") if name != "origin/HEAD" else "the default branch",
        ahead=int(git(repository, "rev-list", "--count", f"{common}..{target}")),
        judges=git(repository, "diff", "--name-only", common, "--", *_JUDGES).splitlines(),
    )


def _is_commit(repository: Path, name: str) -> bool:
    command = ["git", "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"]
    return not subprocess.run(command, cwd=repository, capture_output=True, check=False).returncode


@contextmanager
def checked_out(repository: Path, commit: str) -> Iterator[Path]:
    """A commit's files, in a folder of their own for as long as the block lasts. Raises SandboxError."""
    with tempfile.TemporaryDirectory(prefix="platform-base-") as folder:
        tree = Path(folder).resolve() / "base"
        git(repository, "worktree", "add", "--quiet", "--detach", str(tree), commit)
        try:
            yield tree
        finally:
            git(repository, "worktree", "remove", "--force", str(tree))


def report_on(repository: Path, program: Path, stacks: Sequence[str], of: Commits, asked: Asked = _NOTHING) -> Report:
    """Return the report of a change: each stack by itself. What cannot be judged says so in it."""
    inside = program.resolve().relative_to(repository.resolve())
    with checked_out(repository, of.base) as base:
        told = [_judged(program, base, inside, stack, asked) for stack in stacks]
    made_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")
    return Report(
        **{"base": of.base, "head": of.head, "base_name": of.base_name, "ahead": of.ahead},
        **{"judges": of.judges, "made_at": made_at, "stacks": told},
    )


def _judged(program: Path, base: Path, inside: Path, stack: str, asked: Asked) -> StackReport:
    try:
        ours = (base / "tools" / "report" / "runs.py").is_file() and (base / "sandbox" / "laws").is_dir()
        new = not (base / inside / f"Pulumi.{stack}.yaml").exists()
        levels = program if new else base / inside
        packs = (Packs.of(base, levels, stack) or Packs.of(program, levels, stack)) if ours else Packs.named(asked)
        if new:
            return first(program, stack, packs, asked)
        root = base / inside / FOLDER
        with _installed_as(program, base / inside):
            before = bring_up(base if ours else _OURS, base / inside, stack, packs, asked)
        standing = resources(base / inside, stack, root)
        preview = whole_preview(program, stack, root, packs, asked)
        of = Judged(stack, preview.plan, standing, preview.refusals)
        return with_roads(report(of, before, preview.mandatory), program, root, asked)
    except (SandboxError, PlanError) as error:
        return not_judged(stack, [str(error)])


@contextmanager
def _installed_as(program: Path, base: Path) -> Iterator[None]:
    """Let the base's program run with what this one has installed, for a commit brings nothing of that."""
    own, before = environment_of(program, None), os.environ.get("VIRTUAL_ENV")
    modules = program / "node_modules"
    if modules.is_dir() and not (base / modules.name).exists():
        (base / modules.name).symlink_to(modules.resolve())
    if own:
        os.environ["VIRTUAL_ENV"] = str(own)
    try:
        yield
    finally:
        if before is not None:
            os.environ["VIRTUAL_ENV"] = before
        elif own:
            del os.environ["VIRTUAL_ENV"]


@dataclass(frozen=True)
class Packs:
    """The rules to judge by, from whose files."""

    arguments: Sequence[str]
    source: str

    @classmethod
    def named(cls, asked: Asked) -> "Packs | None":
        """Return one of the sandbox's own packs; None where none is asked for."""
        if not asked.policies:
            return None
        levels = ("--policy-pack-config", str(asked.levels.resolve())) if asked.levels else ()
        pack = packs_of_sandbox.folder(asked.policies)
        return cls(("--policy-pack", str(pack), *levels), str(pack.parent / "src"))

    @classmethod
    def of(cls, tree: Path, program: Path, stack: str) -> "Packs | None":
        """Return the packs that a tree has, with the levels that lie with a stack's program, or with them; or None."""
        pack = tree / "policies" / "all"
        lying = (each / f"levels.{stack}.json" for each in (program, pack.parent))
        levels = next((file for file in lying if file.is_file()), None)
        if not pack.is_dir() or levels is None:
            return None
        arguments = ("--policy-pack", str(pack.resolve()), "--policy-pack-config", str(levels.resolve()))
        return cls(arguments, str((tree / "policies" / "src").resolve()))

    @property
    def environment(self) -> Mapping[str, str]:
        """What lets a pack find its own rules, and not those that are installed."""
        return {"PYTHONPATH": self.source}


def bring_up(tree: Path, program: Path, stack: str, packs: Packs | None, asked: Asked = _NOTHING) -> Sequence[Finding]:
    """Bring a stack up by a tree's own sandbox, and return what the rules say of it. Raises SandboxError."""
    told = ("--given", asked.given) if asked.given else ()
    _sandbox(tree, "up", program, stack, *told)
    if packs is None:
        return ()
    with tempfile.TemporaryDirectory(prefix="platform-base-") as folder:
        log = Path(folder) / "events.json"
        # what it breaks already is no fault of the change
        judged = (*told, *packs.arguments, f"--event-log={log}")
        _sandbox(tree, "preview", program, stack, *judged, packs=packs, may_fail=True)
        return plans.read(log.read_text(encoding="utf-8")).findings if log.exists() else ()


def _sandbox(
    tree: Path,
    command: str,
    program: Path,
    stack: str,
    *arguments: str,
    packs: Packs | None = None,
    may_fail: bool = False,
) -> None:
    run = (sys.executable, "-m", "sandbox", command, "--stack", stack, "--cwd", str(program), "--kubernetes", "schema")
    # a program further down imports what lies at the tree's root, and would find what is installed: this change's
    own = [str(tree)] if program.is_relative_to(tree) else []
    path = os.pathsep.join([*own, *([packs.source] if packs else [])])
    environment = {**os.environ, **plans.LOGS_EVENTS, **({"PYTHONPATH": path} if path else {})}
    done = subprocess.run(
        [*run, *arguments],
        cwd=tree,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode and not may_fail:
        said = in_text("\n".join(done.stdout.splitlines()[-25:]))
        raise SandboxError(f"the base did not come up, so that nothing can be compared with it:\n{said}")


def resources(program: Path, stack: str, root: Path) -> Sequence[Mapping[str, Any]]:
    """Return what a stack's state holds. Raises SandboxError."""
    with without_clouds(Workspace.of(program, stack, root)) as engine:
        found: Sequence[Mapping[str, Any]] = engine.deployment()["deployment"].get("resources") or []
    return found


def whole_preview(program: Path, stack: str, root: Path, packs: Packs | None, told: Asked = _NOTHING) -> Preview:
    """Preview a stack until the plan is whole. Raises SandboxError, PlanError.

    Where it cannot be made whole, the plan that is returned says why in its errors.
    """
    refused, mandatory, found = dict[tuple[str, str], Refusal](), list[Finding](), list[Finding]()
    options = RunOptions(real_clusters=False, given_file=told.given)
    preview = Preview(Plan((), {}, ["there was no preview"]))
    for turn in range(_ROUNDS):
        with running(Workspace.of(program, stack, root), options) as engine:
            engine.environment.update(packs.environment if packs else {})
            asked = packs.arguments if packs else ()
            plan = plans.read(engine.log("preview", "--non-interactive", "--stack", stack, *asked))
            kept = protected(plan.errors)
            if kept:  # in this world alone: what is lost is told by the plan
                engine.read("state", "unprotect", "--all", "--yes", "--stack", stack)
        found = list(plan.findings) if packs else found
        preview = Preview(replace(plan, findings=found), list(refused.values()), mandatory)
        broken = [each for each in plan.findings if each.mandatory]
        new = [each for each in refusals(plan.errors) if (each.urn, each.law) not in refused]
        if not plan.errors or unexplained(plan) or not (kept or broken or new):
            break
        refused |= {(each.urn, each.law): each for each in new}
        mandatory += broken
        packs = None if broken else packs
        laws = (*options.laws_off, *(each.law for each in new))
        options = replace(options, laws_off=tuple(dict.fromkeys(laws)), laws=turn < _ROUNDS_OF_LAWS)
    return preview


def with_roads(told: StackReport, program: Path, root: Path, asked: Asked) -> StackReport:
    """Return a report with the roads that open or close: the change is brought up in the base's world, and walked.

    What cannot come up leads nowhere: of it the rules that change are all that is told.
    """
    if any(each.kind in LOUD for each in told.changes) or not roads.may_differ(told.changes):
        return told
    workspace = Workspace.of(program, told.stack, root)
    before = roads.walked(workspace.world_file)
    try:
        with running(workspace, RunOptions(real_clusters=False, given_file=asked.given)) as engine:
            engine.read("up", "--yes", "--skip-preview", "--stack", told.stack)
    except SandboxError:
        return told
    # not every way is a road that is known: which rules change is told as well
    walked = list(roads.differences(before, roads.walked(workspace.world_file)))
    return told.model_copy(update={"roads": [*walked, *told.roads]})


def first(program: Path, stack: str, packs: Packs | None, told: Asked = _NOTHING) -> StackReport:
    """Return the report of a stack that the base does not have. Raises SandboxError, PlanError."""
    with tempfile.TemporaryDirectory(prefix="platform-first-") as folder:
        root = Path(folder)
        preview = whole_preview(program, stack, root, packs, told)
        made: Sequence[Mapping[str, Any]] = ()
        if not preview.plan.errors and not preview.refusals:
            # a plan does not tell what comes from what, and the time hangs on that: a state does
            options = RunOptions(real_clusters=False, given_file=told.given)
            with running(Workspace.of(program, stack, root), options) as engine:
                engine.read("up", "--yes", "--skip-preview", "--stack", stack)
            made = resources(program, stack, root)
        return report(Judged(stack, preview.plan, made, preview.refusals), (), preview.mandatory)
