"""`python -m tools.report --stack prod`: what a change does to a stack, judged on the sandbox against what main has.

With `-- PREVIEW...` it runs that preview instead, which shows itself as ever, and ends with the short form, or with
all of it where a face is asked for: of a real stack, too, as whoever may only read it (the plan role) previews it.
`--sarif` and `--junit` then write what the packs find, for a code host.

It ends with 0 for CALM and LOOK (`--fail-on look`: CALM alone), 1 for STOP, and 2 where nothing could be judged.
"""

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sandbox.packs import NAMES as PACKS
from sandbox.plans import PlanError, read
from sandbox.workspace import SandboxError
from tools.checks import NoAnswer, run_program
from tools.plan_guard import logged

from . import comment, page, runs, terminal
from .build import not_judged, report
from .classes import Judged
from .code_hosts import junit, sarif
from .model import Report

ROOT = Path(__file__).parents[2]
_BY_PREVIEW = "by a preview of the stack itself, against its own state and under the change's own rules"


def main(arguments: Sequence[str]) -> int:
    """Read the command line; the exit status."""
    own, command = list(arguments), list[str]()
    if "--" in own:
        own, command = own[: own.index("--")], own[own.index("--") + 1 :]
    parser = _parser()
    options = parser.parse_args(own)
    if command:
        return _after(command, options.stack[0] if options.stack else "dev", options)
    if options.sarif or options.junit:
        parser.error("--sarif and --junit tell of one preview: end the command with -- PREVIEW...")
    repository = Path(runs.git(options.cwd, "rev-parse", "--show-toplevel"))
    try:
        of = runs.commits(repository, options.base)
        asked = runs.Asked(
            options.policies, options.policy_pack_config, options.given and str(Path(options.given).resolve())
        )
        told = runs.report_on(repository, options.cwd, options.stack or ["dev"], of, asked)
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return _told(told, options, options.cwd)


def _told(told: Report, options: argparse.Namespace, program: Path) -> int:
    told = told.model_copy(update={"link": options.link, "program": _named(program)})
    _write(told, options)
    width = terminal.width_of(options.width or shutil.get_terminal_size((80, 24)).columns)
    sys.stdout.write(terminal.face(told, width, colour=terminal.coloured(sys.stdout), full=options.full))
    return status(told, options.fail_on)


def _named(program: Path) -> str:
    """Return a program's folder as whoever stands here would write it; nothing for this repository's own."""
    whole = program.resolve()
    if whole == ROOT:
        return ""
    return str(whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole)


def status(told: Report, fail_on: str) -> int:
    """Return what a report ends with."""
    if told.verdict == "not judged":
        return 2
    return int(told.verdict == "stop" or (fail_on == "look" and told.verdict == "look"))


def _after(command: Sequence[str], stack: str, options: argparse.Namespace) -> int:
    """Run a preview, and end with the short form of the report and its own status, or with all of it."""
    plan = None
    program = _folder(command) or options.cwd
    all_of_it = options.full or any((options.json, options.comment, options.summary, options.html))
    try:
        ended, log = logged(command)
        plan = read(log)
        told = report(Judged(stack, plan, _standing(command, stack) if all_of_it else ()))
    except PlanError as error:
        ended, told = 2, not_judged(stack, [str(error)])
    if ended and not told.diagnostics:
        told = not_judged(stack, [f"the preview failed with status {ended}, and what it says stands above"])
    if plan:
        _put(options.sarif, lambda: sarif(plan, stack))
        _put(options.junit, lambda: junit(plan, stack))
    if all_of_it:
        head = runs.git(options.cwd, "rev-parse", "HEAD")
        made_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%MZ")
        whole = Report(base="", head=head, made_at=made_at, judged=_BY_PREVIEW, stacks=[told])
        sys.stdout.write("\n")
        return _told(whole, options, program)
    width = terminal.width_of(shutil.get_terminal_size((80, 24)).columns)
    whole = Report(base="", head="", program=_named(program), stacks=[told])
    sys.stdout.write(f"\n{terminal.short(whole, width, colour=terminal.coloured(sys.stdout))}")
    return ended or (2 if told.diagnostics else 0)


def _folder(command: Sequence[str]) -> Path | None:
    """Return where a command finds its program, if it says so."""
    return Path(command[command.index("--cwd") + 1]) if "--cwd" in command else None


def _standing(command: Sequence[str], stack: str) -> Sequence[Mapping[str, Any]]:
    """Return what a real stack's state holds, by which the order of its changes is known; nothing where nobody says."""
    if "pulumi" not in command:
        return ()
    folder = _folder(command)
    where = ("--cwd", str(folder)) if folder else ()
    try:
        state = json.loads(run_program("pulumi", "stack", "export", "--stack", stack, *where))["deployment"] or {}
    except NoAnswer as reason:
        sys.stderr.write(f"the state was not told, so the time is the least that it can be: {reason}\n")
        return ()
    found: Sequence[Mapping[str, Any]] = state.get("resources") or ()
    return found


def _write(told: Report, options: argparse.Namespace) -> None:
    faces: tuple[tuple[Path | None, Callable[[], str]], ...] = (
        (options.json, lambda: told.model_dump_json(indent=1)),
        (options.comment, lambda: comment.face(told)),
        (options.summary, lambda: comment.face(told, comment.SUMMARY_CHARACTERS)),
        (options.html, lambda: page.face(told)),
    )
    for path, text in faces:
        _put(path, text)


def _put(path: Path | None, text: Callable[[], str]) -> None:
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tools.report",
        description="Say what a change does to a stack, judged on the sandbox against what main has.",
        usage="%(prog)s [--stack STACK] [options] [-- PREVIEW...]",
    )
    parser.add_argument("--stack", action="append", default=[], help="which stack (dev); may be repeated")
    parser.add_argument("--cwd", type=Path, default=ROOT, help="the program's folder")
    parser.add_argument(
        "--base", default="", help="the commit or branch to compare with (the default branch of origin)"
    )
    elsewhere = parser.add_argument_group("for a program of another repository")
    elsewhere.add_argument("--policies", default="", choices=("", *PACKS), help="judge by this pack of the sandbox's")
    elsewhere.add_argument("--policy-pack-config", type=Path, help="the pack's configuration")
    elsewhere.add_argument("--given", default="", help="a JSON object of what others made")
    parser.add_argument("--json", type=Path, help="write the report as JSON to this file")
    parser.add_argument("--comment", type=Path, help="write it as a comment in Markdown")
    parser.add_argument("--summary", type=Path, help="write it as the summary of a run, in Markdown")
    parser.add_argument("--html", type=Path, help="write it as a page")
    parser.add_argument("--sarif", type=Path, help="write what the packs find in PREVIEW as SARIF 2.1.0")
    parser.add_argument("--junit", type=Path, help="write it as JUnit XML")
    parser.add_argument("--link", default="", help="where the whole report lies, for the comment")
    parser.add_argument("--full", action="store_true", help="show all rows, however many lines that takes")
    parser.add_argument("--width", type=int, default=0, help="how many columns wide (the terminal's)")
    parser.add_argument("--fail-on", choices=("stop", "look"), default="stop", help="end with 1 from this verdict on")
    return parser


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
