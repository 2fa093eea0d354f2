"""Refuses a plan that would lose data: `pulumi preview --json | python -m tools.plan_guard -`.

A policy sees what a resource shall be, never what happens to the one that is. This reads the engine's plan, from a file
or standard input, as `pulumi preview --json` prints it, whole or as a stream of events. Replacing or deleting what
holds data, its keys, its addresses or the cluster is refused, and so is whatever is protected; what merely is forgotten
(`retain_on_delete`) is not lost. A waiver lets one operation on one resource through, until a day. It stands in the
stack's own configuration, which the plan carries:

    guard:waivers:
      - resource: aws:s3/bucket:Bucket::files
        operation: replace
        reason: empty since May
        owner: jo
        expires: "2026-12-31"

It ends with 0 where nothing is lost, 1 where something is refused, and 2 where there is no plan to read.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

WAIVERS = "guard:waivers"
_FIELDS = ("resource", "operation", "reason", "owner", "expires")
# The engine's names of what takes away what is there: pkg/resource/deploy/step.go
_REPLACES = ("replace", "create-replacement", "delete-replaced", "import-replacement", "read-replacement")
_DELETES = ("delete",)


class PlanError(Exception):
    """What was given is no plan, or its waivers are not what they should be; its text is the whole message."""


@dataclass(frozen=True)
class Loss:
    """What goes with a resource of some types, and what to do instead."""

    types: str
    lost: str
    instead: str


LOSSES = (
    Loss(
        r"aws:(rds/(instance:Instance|cluster:Cluster|clusterInstance:ClusterInstance)|(docdb|neptune)/cluster:Cluster)",
        "every row since the last snapshot, and the endpoint that clients know",
        "change it in place; or restore a snapshot beside it, or use a blue/green deployment, and switch over",
    ),
    Loss(
        r"aws:(elasticache/(replicationGroup:ReplicationGroup|cluster:Cluster)|memorydb/cluster:Cluster)",
        "queued jobs, sessions and limits, and the endpoint that clients know",
        "let the queue run empty, take a snapshot, and make the new one from it beside the old",
    ),
    Loss(
        r"aws:s3/bucket(V2)?:Bucket(V2)?",
        "every object and its versions, and the name, which others may take",
        "make a second bucket, copy what is in the first, and switch over",
    ),
    Loss(
        r"aws:(dynamodb/table:Table|efs/fileSystem:FileSystem|ebs/volume:Volume|opensearch/domain:Domain)",
        "everything in it",
        "make a second one from a backup, and switch over",
    ),
    Loss(
        r"aws:backup/(vault:Vault|vaultLockConfiguration:VaultLockConfiguration)",
        "the backups, or what keeps them from being deleted",
        "leave it until the last recovery point has ended",
    ),
    Loss(
        r"aws:kms/(key:Key|replicaKey:ReplicaKey|externalKey:ExternalKey)",
        "everything that is encrypted under it",
        "leave the old key, encrypt anew under a second, and disable the old before deleting it",
    ),
    Loss(
        r"aws:secretsmanager/secret:Secret",
        "the secret, and its ARN, by which others read it",
        "put a new version into it",
    ),
    Loss(
        r"aws:ec2/eip:Eip",
        "the address, which others may have let in by name",
        "keep it, and move it to what takes over",
    ),
    Loss(
        r"aws:(route53/zone:Zone|cloudfront/distribution:Distribution)",
        "the name by which the site is found",
        "make the second one first, and move the records",
    ),
    Loss(
        r"aws:eks/cluster:Cluster",
        "everything that runs in it, and its volumes",
        "make a second cluster beside it, and move the work over",
    ),
    Loss(
        r"kubernetes:core/v1:(Namespace|PersistentVolume|PersistentVolumeClaim)",
        "everything in it",
        "make a second one, copy what is in the first, and switch over",
    ),
)
_PROTECTED = Loss(
    "", "what its program protects", "take `protect` off in a change of its own, with a reason, if it may go"
)


@dataclass(frozen=True)
class Step:
    """What the engine would do to a resource that is there."""

    operation: str
    urn: str
    type: str
    protect: bool
    retained: bool
    because: tuple[str, ...]

    @property
    def resource(self) -> str:
        """The resource as a waiver names it."""
        return f"{self.type}::{self.urn.rpartition('::')[2]}"


@dataclass(frozen=True)
class Waiver:
    """Leave to lose one resource, why, who answers for it, and until when."""

    resource: str
    operation: str
    reason: str
    owner: str
    expires: date


def read(text: str) -> tuple[list[Step], list[Waiver]]:
    """Give the steps and the waivers of a plan; raise PlanError where it is none."""
    try:
        plan = json.loads(text)
    except ValueError:
        return _streamed(text)
    if not isinstance(plan, dict) or not isinstance(plan.get("steps"), list):
        raise PlanError('the plan has no "steps": give what `pulumi preview --json` prints')
    steps = [_step(step, step.get("oldState") or {}, step.get("replaceReasons")) for step in plan["steps"]]
    return steps, _waivers(plan.get("config") or {})


def _streamed(text: str) -> tuple[list[Step], list[Waiver]]:
    steps, config, events = list[Step](), dict[str, Any](), 0
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            event = json.loads(line)
        except ValueError:
            raise PlanError("the plan is no JSON: give what `pulumi preview --json` prints") from None
        events += 1
        config |= (event.get("preludeEvent") or {}).get("config") or {}
        told = (event.get("resourcePreEvent") or {}).get("metadata")
        if told:
            steps.append(_step(told, told.get("old") or {}, told.get("keys")))
    if not events:
        raise PlanError("the plan is empty: the preview failed before it had one")
    return steps, _waivers(config)


def _step(step: Mapping[str, Any], old: Mapping[str, Any], because: Any) -> Step:
    return Step(
        operation=str(step.get("op")),
        urn=str(step.get("urn")),
        type=str(old.get("type") or step.get("type") or ""),
        protect=bool(old.get("protect")),
        retained=bool(old.get("retainOnDelete")),
        because=tuple(because or ()),
    )


def _waivers(config: Mapping[str, Any]) -> list[Waiver]:
    given = config.get(WAIVERS) or "[]"
    given = given.get("value") if isinstance(given, dict) else given
    try:
        entries = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        raise PlanError(f"{WAIVERS} must be a list of waivers") from None
    if not isinstance(entries, list):
        raise PlanError(f"{WAIVERS} must be a list of waivers, got {type(entries).__name__}")
    return [_waiver(index, entry) for index, entry in enumerate(entries)]


def _waiver(index: int, entry: Any) -> Waiver:
    key = f"{WAIVERS}[{index}]"
    if (
        not isinstance(entry, dict)
        or set(entry) != set(_FIELDS)
        or not all(str(entry[name]).strip() for name in _FIELDS)
    ):
        raise PlanError(f"{key} must have {', '.join(_FIELDS)}, and nothing else")
    if entry["operation"] not in ("replace", "delete"):
        raise PlanError(f"{key}.operation must be replace or delete, got {entry['operation']}")
    try:
        expires = date.fromisoformat(str(entry["expires"]))
    except ValueError:
        raise PlanError(f"{key}.expires must be a date like 2026-12-31, got {entry['expires']}") from None
    resource, operation, reason, owner, _ = (str(entry[name]) for name in _FIELDS)
    return Waiver(resource, operation, reason, owner, expires)


def losses(steps: Sequence[Step]) -> Iterator[tuple[Step, str, Loss]]:
    """Give each step that loses something: what it does, and what is lost. A replacement counts once."""
    seen: set[tuple[str, str]] = set()
    for step in steps:
        does = "replace" if step.operation in _REPLACES else "delete" if step.operation in _DELETES else ""
        loss = next((one for one in LOSSES if re.fullmatch(one.types, step.type)), _PROTECTED if step.protect else None)
        if does and loss and not step.retained and (does, step.urn) not in seen:
            seen.add((does, step.urn))
            yield step, does, loss


def judge(text: str, today: date) -> tuple[list[str], list[str]]:
    """Give what is refused, and what is let through, in sentences; raise PlanError where there is no plan."""
    steps, waivers = read(text)
    refused, let_through, used = list[str](), list[str](), set[Waiver]()
    for step, does, loss in losses(steps):
        waiver = next((one for one in waivers if (one.resource, one.operation) == (step.resource, does)), None)
        if waiver and waiver.expires >= today:
            used.add(waiver)
            let_through.append(
                f"{does} {step.resource}: {waiver.reason} (owner: {waiver.owner}, until {waiver.expires})"
            )
            continue
        because = f" because of {', '.join(step.because)}" if step.because else ""
        ended = f"\n  its waiver ended on {waiver.expires}" if waiver else ""
        refused.append(f"{does} {step.resource}{because}\n  lost: {loss.lost}\n  instead: {loss.instead}{ended}")
        used |= {waiver} if waiver else set()
    let_through += [f"{one.operation} {one.resource}: waived, and not planned" for one in waivers if one not in used]
    return refused, let_through


def main(arguments: Sequence[str]) -> int:
    """Judge one plan; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.plan_guard", description="Refuse a plan that would lose data."
    )
    parser.add_argument("plan", help="the plan's file, or - for standard input")
    parser.add_argument("--today", type=date.fromisoformat, default=date.today(), help="judge waivers as on a day")
    options = parser.parse_args(arguments)
    try:
        text = sys.stdin.read() if options.plan == "-" else Path(options.plan).read_text(encoding="utf-8")
        refused, let_through = judge(text, options.today)
    except (OSError, PlanError) as error:
        print(f"plan guard: {error}", file=sys.stderr)
        return 2
    for line in let_through:
        print(f"waived: {line}")
    for line in refused:
        print(f"refused: {line}")
    if refused:
        example = {**dict.fromkeys(_FIELDS, "..."), "operation": "replace"}
        print(f"{len(refused)} refused; what is meant needs a waiver under {WAIVERS} in the stack's file:")
        print(json.dumps(example))
    else:
        print("nothing that holds data, its keys, its addresses or the cluster is replaced or deleted")
    return 1 if refused else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
