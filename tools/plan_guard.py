"""Refuses a change that would lose data: `python -m tools.plan_guard -- pulumi preview --stack prod`.

A policy sees what a resource shall be, never what happens to the one that is. This runs a preview, which shows itself
as ever, and judges what the engine logs of it, by the tables of `sandbox.stateful`. Refused is

- to replace or delete what holds data, its keys, its addresses, its network or the cluster, and whatever is protected;
  what merely is forgotten (`retain_on_delete`) is not lost, but what is replaced begins empty all the same;
- to delete what guards data while they stay: versioning, a policy's denials, the public access block, backups, copies;
- to change in place what loses data or unguards them: a retention shortened, a final snapshot skipped, protection off,
  a key disabled, objects that a new rule ends, a database moved to another network.

A type that no table has is judged by its name. A waiver lets one operation on one resource through, until a day within
a year. It stands in the stack's own configuration, which the plan carries:

    guard:waivers:
      - resource: aws:s3/bucket:Bucket::files
        operation: replace  # or delete, update, create
        reason: empty since May
        owner: jo
        expires: "2026-12-31"

A plan in a file, as `--json` prints it, is judged as well.

It ends with 0 where nothing is lost, 1 where something is refused, and 2 where there is no whole plan: a preview that
failed plans no deletions, so that nothing can be said of it.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sandbox.plans import LOGS_EVENTS, Plan, PlanError, read
from sandbox.stateful import Lost, losses

WAIVERS = "guard:waivers"
_FIELDS = ("resource", "operation", "reason", "owner", "expires")
_OPERATIONS = ("replace", "delete", "update", "create")
# A longer one is a rule, and belongs where rules are reviewed.
_LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Waiver:
    """Leave to lose one resource, why, who answers for it, and until when."""

    resource: str
    operation: str
    reason: str
    owner: str
    expires: date


def _waivers(config: Mapping[str, Any], today: date) -> list[Waiver]:
    given = config.get(WAIVERS) or "[]"
    given = given.get("value") if isinstance(given, dict) else given
    try:
        entries = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise PlanError(f"{WAIVERS} must be a list of waivers") from None
    if not isinstance(entries, list):
        raise PlanError(f"{WAIVERS} must be a list of waivers, got {type(entries).__name__}")
    return [_waiver(index, entry, today) for index, entry in enumerate(entries)]


def _waiver(index: int, entry: Any, today: date) -> Waiver:
    key = f"{WAIVERS}[{index}]"
    if (
        not isinstance(entry, dict)
        or set(entry) != set(_FIELDS)
        or not all(str(entry[name]).strip() for name in _FIELDS)
    ):
        raise PlanError(f"{key} must have {', '.join(_FIELDS)}, and nothing else")
    if entry["operation"] not in _OPERATIONS:
        raise PlanError(f"{key}.operation must be one of {', '.join(_OPERATIONS)}, got {entry['operation']}")
    try:
        expires = date.fromisoformat(str(entry["expires"]))
    except ValueError:
        raise PlanError(f"{key}.expires must be a date like 2026-12-31, got {entry['expires']}") from None
    if expires > today + _LONGEST:
        raise PlanError(
            f"{key}.expires is {expires}, more than a year ahead: name a day until {today + _LONGEST}, and renew it"
        )
    resource, operation, reason, owner, _ = (str(entry[name]) for name in _FIELDS)
    return Waiver(resource, operation, reason, owner, expires)


def waived(plan: Plan, today: date) -> dict[tuple[str, str], Waiver]:
    """Return the waivers that hold, by operation and resource. Raises PlanError where one is none."""
    return {(one.operation, one.resource): one for one in _waivers(plan.config, today) if one.expires >= today}


def whole(text: str) -> Plan:
    """Return a plan; raise PlanError where there is none, or a part of one."""
    plan = read(text)
    if plan.errors:
        raise PlanError("\n  ".join(["the preview failed, so that its plan is not whole:", *plan.errors]))
    return plan


def judge(plan: Plan, today: date) -> tuple[list[str], list[str]]:
    """Return what is refused, and what is let through, in sentences; raise PlanError where a waiver is none."""
    waivers = _waivers(plan.config, today)
    refused, let_through, used = list[str](), list[str](), set[Waiver]()
    for lost in losses(plan.steps):
        step, does = lost.step, lost.does
        waiver = next((one for one in waivers if (one.resource, one.operation) == (step.resource, does)), None)
        if waiver and waiver.expires >= today:
            used.add(waiver)
            let_through.append(
                f"{does} {step.resource}: {waiver.reason} (owner: {waiver.owner}, until {waiver.expires})"
            )
            continue
        because = f" because of {', '.join(step.because)}" if step.because and does == "replace" else ""
        ended = f"\n  its waiver ended on {waiver.expires}" if waiver else ""
        refused.append(f"{does} {step.resource}{because}\n  lost: {told(lost)}\n  instead: {lost.loss.instead}{ended}")
        used |= {waiver} if waiver else set()
    let_through += [
        f"{one.operation} {one.resource}: waived until {one.expires}, and not planned"
        for one in waivers
        if one not in used
    ]
    return refused, let_through


def told(lost: Lost) -> str:
    """Return what is lost, in words."""
    if lost.does == "replace" and lost.step.retained:
        return f"the old one is kept, but the new one begins without {lost.loss.lost}"
    return lost.loss.lost


def logged(command: Sequence[str]) -> tuple[int, str]:
    """Run a preview, which shows itself as ever; its status and the log of its events. Raises PlanError."""
    if "preview" not in command:
        raise PlanError(f"`{' '.join(command)}` is no preview: write -- pulumi preview --stack STACK")
    with tempfile.TemporaryDirectory(prefix="plan-guard-") as folder:
        log = Path(folder) / "events.json"
        try:
            environment = {**os.environ, **LOGS_EVENTS}
            status = subprocess.run([*command, f"--event-log={log}"], env=environment, check=False).returncode
        except OSError as error:
            raise PlanError(f"`{command[0]}` cannot be run: {error}") from None
        return status, log.read_text(encoding="utf-8") if log.exists() else ""


def previewed(command: Sequence[str]) -> str:
    """Run a preview, and give the log of its events; raise PlanError where it fails."""
    status, told = logged(command)
    if status and (not told or not read(told).errors):
        raise PlanError(f"the preview failed with status {status}, and what it says stands above")
    return told


def _given(plan: str) -> str:
    return sys.stdin.read() if plan == "-" else Path(plan).read_text(encoding="utf-8")


def main(arguments: Sequence[str]) -> int:
    """Judge one plan; the exit status."""
    own, command = list(arguments), list[str]()
    if "--" in own:
        own, command = own[: own.index("--")], own[own.index("--") + 1 :]
    parser = argparse.ArgumentParser(
        prog="python -m tools.plan_guard",
        description="Refuse a change that would lose data.",
        usage="%(prog)s [--today DAY] (-- PREVIEW... | PLAN)",
    )
    parser.add_argument(
        "--today", type=date.fromisoformat, default=date.today(), help="judge waivers as on a day to come"
    )
    parser.add_argument("plan", nargs="?", help="a file with what `preview --json` printed, or - for standard input")
    options = parser.parse_args(own)
    if options.today < date.today():
        parser.error(f"--today is {options.today}, which is past: what has ended would hold again")
    if bool(command) == bool(options.plan):
        parser.error("name the preview to run after --, or a plan")
    try:
        plan = whole(previewed(command) if command else _given(options.plan))
        refused, let_through = judge(plan, options.today)
    except (OSError, PlanError) as error:
        print(f"plan guard: nothing was judged: {error}", file=sys.stderr)
        return 2
    for line in let_through:
        print(f"waived: {line}")
    for line in refused:
        print(f"refused: {line}")
    if refused:
        example = {**dict.fromkeys(_FIELDS, "..."), "operation": "replace"}
        print(f"{len(refused)} refused; what is meant needs a waiver under {WAIVERS} in the stack's file:")
        print(json.dumps(example))
    elif not (standing := sum(step.stands for step in plan.steps)):
        print("nothing stands yet, so that nothing can be lost")
    else:
        print(
            f"of {standing} that stand, nothing that holds data, its keys, its addresses, its network or the cluster "
            "is replaced, deleted, or changed so that data go or are guarded less"
        )
    return 1 if refused else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
