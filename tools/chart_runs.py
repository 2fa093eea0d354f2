"""Brings stacks up with their real charts, by our Kubernetes provider and by Kubernetes' own, and compares their plans.

    python -m tools.chart_runs --charts FOLDER [STACK ...]

Each goes through up, up again with nothing changed, a preview of three changed settings and destroy, after which
nothing stands; prod through two drills, too. Ends with status 1 where one does not, or where both providers plan
otherwise, and says where.
"""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tools.charts.archives import NotPinned, archive_of
from tools.charts.store import installed
from tools.shape_runs import ShapeError, Stand, came_up, configure, shaped, went
from tools.shapes import SHAPES, made

STACKS = ("dev", "prod")
PROVIDERS = ("real", "provider")
# one of what AWS makes, one that rolls pods, one of a chart's values
CHANGES: Mapping[str, Any] = {
    "flowise:database.log_retention_days": 400,
    "flowise:service.log_level": "debug",
    "flowise:monitoring.prometheus_retention_days": 9,
}
# of a stack whose Services have a second pod; on a copy of its cluster
DRILLS: Mapping[str, Sequence[str]] = {"dev": (), "prod": ("rollout", "node-loss")}
Operations = Mapping[str, str]


def operations(plan: Mapping[str, Any]) -> Operations:
    """Return what a preview would do to each resource, and for what a replacement is."""
    found = {}
    for step in plan["steps"]:
        if step["op"] != "same":
            because = ", ".join(sorted(step.get("replaceReasons") or ()))
            found[step["urn"]] = f"{step['op']} for {because}" if because else step["op"]
    return found


def differences(ours: Operations, theirs: Operations) -> Iterator[str]:
    """Yield where two plans differ, a line each."""
    for urn in sorted(ours.keys() | theirs.keys()):
        mine, other = ours.get(urn, "same"), theirs.get(urn, "same")
        if mine != other:
            yield f"{urn.rpartition('::')[2]}: {mine} by ours, {other} by Kubernetes' own"


def lived(stand: Stand) -> Operations:
    """Take a stack through its life; give what the changed settings would do. Raises ShapeError."""
    made, _ = came_up(stand)
    configure(stand.folder, stand.stack, CHANGES)
    planned = operations(stand.plan())
    configure(stand.folder, stand.stack, {})
    for drill in DRILLS[stand.stack]:
        sys.stdout.write(f"  {drill}: {stand('drill', drill).strip().splitlines()[-1].strip()}\n")
    went(stand)
    sys.stdout.write(f"  {made} up, the same again, {len(planned)} operations planned for three settings, 0 left\n")
    return planned


def at_hand(folder: Path, stacks: Iterable[str]) -> Path:
    """Return a folder that has every chart of some stacks. Raises ChartError."""
    for each in {each.chart: each for stack in stacks for each in installed(made(stack))}.values():
        try:
            archive_of(each, folder, pulls=False)
        except NotPinned as error:
            sys.stderr.write(f"note: {error}\n")
    return folder.resolve()


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.chart_runs", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("stacks", nargs="*", metavar="STACK", help=f"{', '.join(STACKS)}; both without one")
    parser.add_argument("--charts", type=Path, required=True, metavar="FOLDER", help="as `tools.charts pull` leaves it")
    options = parser.parse_args(arguments)
    if unknown := set(options.stacks) - set(STACKS):
        parser.error(f"no such stack: {', '.join(sorted(unknown))}")
    stacks, failed = options.stacks or STACKS, 0
    charts = at_hand(options.charts, stacks)
    for stack in stacks:
        planned: list[Operations] = []
        for provider in PROVIDERS:
            begun = time.monotonic()
            with TemporaryDirectory(prefix="charts-") as folder:
                try:
                    stand = shaped(SHAPES[stack], Path(folder), provider)
                    planned.append(lived(replace(stand, charts=charts)))
                    said = "done"
                except ShapeError as error:
                    said, failed = f"FAILED: {error}", failed + 1
            sys.stdout.write(f"{stack} --kubernetes {provider}: {said} ({time.monotonic() - begun:.0f} s)\n")
            sys.stdout.flush()
        if len(planned) == len(PROVIDERS):
            lines = list(differences(*planned))
            failed += bool(lines)
            sys.stdout.write("".join(f"{stack}: {line}\n" for line in lines or ["both plan the same"]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
