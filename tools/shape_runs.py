"""Brings every shape of a stack up on the sandbox, under all laws and packs, and takes it away again.

    python -m tools.shape_runs [--kubernetes schema] [SHAPE ...]
    python -m tools.shape_runs --examples [--kubernetes schema] [aps-prod ...]

Each goes through preview, up, a preview in which nothing changes, up again, and destroy, after which nothing stands but
what is somebody else's; no road of an example's is walled. Ends with status 1 where one does not, and says where.
"""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from sandbox.laws.second_life import counted
from sandbox.workspace import Workspace
from sandbox.world import World
from testing.program import changed_config
from tools.shapes import SHAPES, Shape
from tools.soak.runs import JUDGED, REPOSITORY, link_program, run_sandbox

POLICIES, EXAMPLES, BOOTSTRAP = (REPOSITORY / each for each in ("policies", "examples", "bootstrap"))


class ShapeError(Exception):
    """A step that did not end as it should; its text is the step and what was said."""


@dataclass(frozen=True)
class Stand:
    """A stack in a folder of its own: its program lies there, and `levels` are its policies'.

    `theirs` are the URNs of what stood beforehand.
    """

    folder: Path
    stack: str
    kubernetes: str
    levels: Path
    theirs: frozenset[str] = frozenset()
    charts: Path | None = None  # a folder of archives, in place of stand-ins

    @property
    def _workspace(self) -> Workspace:
        return Workspace.of(self.folder, self.stack)

    def __call__(self, command: str, *arguments: str, ends: Sequence[int] = (0,)) -> str:
        """Run a command that may end with these; give what it printed. Raises ShapeError."""
        at_hand = ("--charts", str(self.charts)) if self.charts and command in JUDGED else ()
        done = run_sandbox(self.folder, self.stack, command, *at_hand, *arguments, kubernetes=self.kubernetes)
        if done.returncode not in ends:
            # a plan that is read is long, and says nothing of why there is none
            said = done.stderr if "--json" in arguments else f"{done.stdout}\n{done.stderr}"
            raise ShapeError(f"{command} ended with {done.returncode}:\n{said}")
        return done.stdout

    def packs(self) -> list[str]:
        """Return the options that enforce every pack with the stack's levels."""
        return ["--policy-pack", str(POLICIES / "all"), "--policy-pack-config", str(self.levels)]

    def plan(self) -> dict[str, Any]:
        """Return a preview as the engine writes it."""
        plan: dict[str, Any] = json.loads(self("preview", "--json", *self.packs()))
        return plan

    def changes(self) -> dict[str, int]:
        """Return what a preview would do, by operation."""
        summary: dict[str, int] = self.plan()["changeSummary"]
        return summary

    def resources(self) -> int:
        """Return how many resources the engine knows."""
        kept = json.loads(self._workspace.state_file.read_text(encoding="utf-8"))
        return len((kept["checkpoint"].get("latest") or {}).get("resources") or ())

    def standing(self) -> set[str]:
        """Return the URNs of what stands, somebody else's left out."""
        with closing(World(self._workspace.world_file)) as world:
            return {record.urn for record in world} - self.theirs

    def outlived(self) -> str:
        """Return what the stack leaves in its account after its end, as the next one of its name will meet it."""
        with closing(World(self._workspace.world_file)) as world:
            return counted(world.left()) or "nothing"


def shaped(shape: Shape, folder: Path, kubernetes: str) -> Stand:
    """Write a shape's program into a folder, and what stands beforehand."""
    link_program(folder)
    shutil.copy(REPOSITORY / "Pulumi.yaml", folder)
    configure(folder, shape.stack, shape.changes)
    with closing(World(Workspace.of(folder, shape.stack).world_file)) as world:
        shape.seed(world)
    levels = POLICIES / f"levels.{shape.stack}.json"
    if shape.excepted:
        held = json.loads(levels.read_text(encoding="utf-8"))
        until = (date.today() + timedelta(days=1)).isoformat()
        told = {"reason": "the shape is such", "owner": "shapes", "expires": until}
        held["rules"].setdefault("exceptions", []).extend(
            {"rule": rule, "resource": resource, **told} for rule, resource in shape.excepted.items()
        )
        levels = folder / levels.name
        levels.write_text(json.dumps(held), encoding="utf-8")
    return Stand(folder, shape.stack, kubernetes, levels, frozenset(each.urn for each in shape.theirs))


def configure(folder: Path, stack: str, changes: Mapping[str, Any]) -> None:
    """Write a stack's file as the committed one with these changes."""
    config = {"config": changed_config(stack, changes)}
    (folder / f"Pulumi.{stack}.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")


def exemplary(example: Path, stack: str, folder: Path, kubernetes: str) -> Stand:
    """Write an example's program into a folder."""
    for name in ("__main__.py", "Pulumi.yaml", f"Pulumi.{stack}.yaml"):
        shutil.copy(example / name, folder)
    return Stand(folder, stack, kubernetes, example / f"levels.{stack}.json")


def examples() -> dict[str, tuple[Path, str]]:
    """Return the folder and the stack of each stack of each example, by the name of what it makes, `aps-prod`."""
    files = sorted([*EXAMPLES.glob("*/Pulumi.*.yaml"), *BOOTSTRAP.glob("Pulumi.*.yaml")])
    return {
        f"{file.parent.name}-{stack}": (file.parent, stack)
        for file in files
        if (stack := file.suffixes[0].removeprefix("."))
    }


def came_up(stand: Stand) -> tuple[int, int]:
    """Bring a stack up, and again with nothing changed; give how many resources it came to, and those that were kept.

    Raises ShapeError.
    """
    stand("up", *stand.packs())
    made = stand.resources()
    again = stand.changes()
    if set(again) != {"same"}:
        raise ShapeError(f"a preview after up would change something: {again}")
    stand("up", *stand.packs())
    if stand.resources() != made:
        raise ShapeError(f"a second up left {stand.resources()} resources of {made}")
    return made, again["same"]


def went(stand: Stand) -> None:
    """Take a stack away. Raises ShapeError where something stays that is not somebody else's."""
    stand("destroy", "--unprotect")
    if left := stand.standing() or stand.resources():
        raise ShapeError(f"after destroy there stand {left}")


def tried(stand: Stand, *, roads: bool) -> str:
    """Take a stack through its life; give how many resources it came to. Raises ShapeError."""
    planned = stand.changes()
    made, kept = came_up(stand)
    walked = ""
    if roads:
        # 1: of walls, and which they are stands in what it prints
        found = json.loads(stand("roads", "--json", ends=(0, 1)))
        if walls := [each for each in found["roads"] if not each["open"]] + found["spare"]:
            raise ShapeError(f"of its roads these are walled, or lead nowhere: {walls}")
        walked = f", {len(found['roads'])} roads open"
    went(stand)
    met = f"{planned.get('create', 0)} planned, {made} up, {kept} the same{walked}, 0 left"
    return f"{met}; outlived by {stand.outlived()}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.shape_runs", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"{', '.join(SHAPES)}; all without one")
    parser.add_argument(
        "--examples",
        action="store_true",
        help=f"the stacks beside this program, of examples/ and bootstrap/: {', '.join(examples())}",
    )
    parser.add_argument(
        "--kubernetes", choices=("real", "schema"), default="real", help="schema: without control plane"
    )
    options = parser.parse_args(arguments)
    known: Mapping[str, Callable[[Path], Stand]] = (
        {name: _example(*each, options.kubernetes) for name, each in examples().items()}
        if options.examples
        else {name: _shape(each, options.kubernetes) for name, each in SHAPES.items()}
    )
    if unknown := set(options.shapes) - set(known):
        parser.error(f"no such shape: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    failed = 0
    for name in options.shapes or known:
        begun = time.monotonic()
        with TemporaryDirectory(prefix="shape-") as folder:
            try:
                said = tried(known[name](Path(folder)), roads=options.examples)
            except ShapeError as error:
                said, failed = f"FAILED: {error}", failed + 1
        sys.stdout.write(f"{name}: {said} ({time.monotonic() - begun:.0f} s)\n")
        sys.stdout.flush()
    return 1 if failed else 0


def _shape(shape: Shape, kubernetes: str) -> Callable[[Path], Stand]:
    return lambda folder: shaped(shape, folder, kubernetes)


def _example(example: Path, stack: str, kubernetes: str) -> Callable[[Path], Stand]:
    return lambda folder: exemplary(example, stack, folder, kubernetes)


if __name__ == "__main__":
    sys.exit(main())
