"""Records what charts make with our values, pulls and verifies archives, and prints the CRDs that Helm never upgrades.

python -m tools.charts record [--check] [--charts FOLDER]
python -m tools.charts verify [--charts FOLDER]
python -m tools.charts pull --charts FOLDER
python -m tools.charts crds --stack STACK [--charts FOLDER]
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from sandbox.clusters.helm import ChartError
from sandbox.toolchain import ToolchainError
from testing.program import ROOT, run

from .archives import NotPinned, archive_of, never_upgraded, shapes_installed
from .record import differences, record
from .store import FACTS, Installed, Unrecorded, facts_of, folder_of, installed, recorded, written


@contextmanager
def _folder(given: Path | None, *, makes: bool) -> Iterator[Path]:
    if given is not None:
        if makes:
            given.mkdir(parents=True, exist_ok=True)
        yield folder_of(given)
        return
    with tempfile.TemporaryDirectory(prefix="charts-") as made:
        yield Path(made)


def _record(args: argparse.Namespace, folder: Path) -> int:
    found = record(folder, pulls=args.charts is None, rebuilt=args.rebuilt)
    if not args.check:
        FACTS.write_text(written(found), encoding="utf-8")
        sys.stdout.write(f"{FACTS.relative_to(ROOT)} written: {len(found['releases'])} releases\n")
        return 0
    lines = differences(recorded(), found)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if lines else 0


def _verify(args: argparse.Namespace, folder: Path) -> int:
    for each in shapes_installed():
        archive_of(each, folder, pulls=args.charts is None)
        sys.stdout.write(f"{each.chart} is the archive that is pinned\n")
    return 0


def _pull(_: argparse.Namespace, folder: Path) -> int:
    for each in shapes_installed():
        sys.stdout.write(f"{archive_of(each, folder, pulls=True)}\n")
    return 0


def _crds(args: argparse.Namespace, folder: Path) -> int:
    made = run(args.stack, folder=args.cwd.resolve())
    facts_of(made)
    charts: dict[str, Installed] = {each.chart: each for each in installed(made)}
    for name, each in sorted(charts.items()):
        archive = archive_of(each, folder, pulls=args.charts is None, rebuilt=args.rebuilt)
        for definition in never_upgraded(archive, recorded()["charts"][name]["crds"]):
            sys.stdout.write("---\n" + yaml.safe_dump(definition, sort_keys=False))
    return 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.charts", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    verbs: dict[str, tuple[Callable[[argparse.Namespace, Path], int], str]] = {
        "record": (_record, "write what each chart makes, for every shape of a stack"),
        "verify": (_verify, "compare each chart's archive with the digest in charts.lock.json"),
        "pull": (_pull, "leave each chart's archive, as it is pinned, in a folder"),
        "crds": (_crds, "print the CRDs in charts' crds/ folders, which Helm installs and never upgrades"),
    }
    for name, (action, help_) in verbs.items():
        verb = commands.add_parser(name, help=help_)
        verb.set_defaults(action=action)
        verb.add_argument(
            "--charts",
            type=Path,
            metavar="FOLDER",
            required=name == "pull",
            help="where to leave them" if name == "pull" else "archives at hand, instead of their repositories",
        )
        if name in ("record", "crds"):
            verb.add_argument(
                "--rebuilt", action="store_true", help="take an archive that is not the one pinned; facts then say so"
            )
        if name == "record":
            verb.add_argument("--check", action="store_true", help="write nothing, and say what differs")
        if name == "crds":
            verb.add_argument("--stack", required=True)
            verb.add_argument("--cwd", type=Path, default=ROOT, help="the program's folder")
    args = parser.parse_args()
    try:
        with _folder(args.charts, makes=args.action is _pull) as folder:
            return int(args.action(args, folder))
    except (ChartError, FileNotFoundError, NotPinned, ToolchainError, Unrecorded) as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
