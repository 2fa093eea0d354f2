"""Keeps flows as files: `python -m tools.flows export --from prod flows/`.

    export   writes what a Flowise has into a folder
    diff     shows how a Flowise differs from a folder; ends with 1 where it does
    import   makes a Flowise what a folder holds
    promote  takes what one Flowise has to another
    restore  brings one item of a folder, or of a git revision of it, back

What writes shows its plan, and writes with --apply. A place is a stack's name or an address with ://; at an address who
asks stands in FLOWISE_API_KEY, or FLOWISE_EMAIL and FLOWISE_PASSWORD (with FROM_ and TO_ before them to promote).
docs/operations/flows.md tells the rest.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from .client import Flowise
from .folder import MANIFEST, Export, Refused, files, read, write
from .plan import Step, apply, differences, plan, told
from .reach import reached

Reach = Callable[..., AbstractContextManager[Flowise]]


def main(folder: Path, arguments: Sequence[str] | None = None, *, reach: Reach = reached) -> int:
    """Read the command line. Ends with 0, with 1 where a Flowise differs from what it should be, else with 2."""
    given = _parser().parse_args(arguments)
    try:
        status: int = _COMMANDS[given.command](given, folder, reach)
    except Refused as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    return status


def _export(given: argparse.Namespace, here: Path, reach: Reach) -> int:
    known = read(given.folder).secret_variables() if (given.folder / MANIFEST).exists() else []
    with reach(given.source, here) as flowise:
        state = flowise.state([*given.secret_variable, *known])
    texts = files(state.version, state.credentials, state.items.values())
    write(given.folder, texts)
    left_out = [f"left out: {each.path}: {'.'.join(path)}" for each in state.items.values() for path in each.secrets]
    sys.stdout.write("".join(f"{line}\n" for line in sorted(left_out)) + f"{len(texts) - 1} files in {given.folder}\n")
    return 0


def _diff(given: argparse.Namespace, here: Path, reach: Reach) -> int:
    wanted = read(given.folder, given.revision)
    with reach(given.target, here) as flowise:
        found = differences(wanted, flowise.state(wanted.secret_variables()), layout=given.layout)
    sys.stdout.write(found)
    return 1 if found else 0


def _import(given: argparse.Namespace, here: Path, reach: Reach) -> int:
    return _brought(given, read(given.folder, given.revision), here, reach)


def _restore(given: argparse.Namespace, here: Path, reach: Reach) -> int:
    given.delete, given.only = False, [given.item, *given.only]
    return _brought(given, read(given.folder, given.revision), here, reach)


def _promote(given: argparse.Namespace, here: Path, reach: Reach) -> int:
    with reach(given.source, here, prefix="FROM_") as flowise:
        state = flowise.state(given.secret_variable)
    return _brought(given, Export(state.version, state.items), here, reach, promoting=True)


def _brought(given: argparse.Namespace, wanted: Export, here: Path, reach: Reach, *, promoting: bool = False) -> int:
    with reach(given.target, here, prefix="TO_" if promoting else "") as flowise:

        def steps() -> list[Step]:
            there = flowise.state(wanted.secret_variables())
            if _numbers(there.version) < _numbers(wanted.version):
                raise Refused(f"{flowise.url} is Flowise {there.version}, older than the files' {wanted.version}")
            return plan(wanted, there, only=given.only, delete=given.delete, keep_variables=promoting)

        planned = steps()
        sys.stdout.write(told(planned))
        if not given.apply:
            sys.stdout.write("nothing was written: --apply does\n")
            return 0
        apply(planned, flowise)
        left = [str(step.item) for step in steps() if step.what in ("create", "change", "delete")]
    if left:
        sys.stderr.write(f"written, and yet it differs: {', '.join(left)}\n")
    return 1 if left else 0


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.partition("-")[0].split(".") if part.isdigit()]


_COMMANDS = {"export": _export, "diff": _diff, "import": _import, "promote": _promote, "restore": _restore}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.flows", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    made = {name: commands.add_parser(name) for name in _COMMANDS}
    for name, each in made.items():
        if name in ("export", "promote"):
            each.add_argument("--from", dest="source", required=True, help="the stack or address that is read")
        if name != "export":
            each.add_argument("--to", dest="target", required=True, help="the stack or address that is looked at")
        if name != "promote":
            each.add_argument("folder", type=Path, help="the folder of the files")
        if name in ("diff", "import", "restore"):
            each.add_argument("--revision", help="take the folder as it was in this revision of git")
        if name in ("import", "promote", "restore"):
            each.add_argument("--apply", action="store_true", help="write what the plan says")
            each.add_argument("--only", action="append", default=[], help="this alone, by name, id or path; repeatable")
        if name in ("import", "promote"):
            each.add_argument("--delete", action="store_true", help="delete what is only there, flows with their chats")
    made["diff"].add_argument("--layout", action="store_true", help="show also what was only moved on the canvas")
    for name in ("export", "promote"):
        made[name].add_argument(
            "--secret-variable", action="append", default=[], help="keep this variable's value here; repeatable"
        )
    made["restore"].add_argument("item", help="what to bring back, by name, id or path in the folder")
    return parser


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
