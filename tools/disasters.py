"""Drills of disasters on the sandbox, and the runbook: `python -m tools.disasters database-deleted --stack prod`.

Each disaster is what is lost and the steps that bring it back. The runbook, docs/operations/disasters.md, is written
from the same steps (`python -m tools.disasters --write`), so that what it says is what was tried. Steps that only AWS
itself can take are printed and not run: the sandbox holds no data.
"""

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from components.flowise_service.environment import GENERATED
from sandbox import warm

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "operations" / "disasters.md"
_EXPECTED = re.compile(r"^expected on AWS: (.*); the path", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """What an operator does; `settings` are keys of the stack's file (None removes one), `command` is the sandbox's."""

    text: str
    by_hand: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    command: Sequence[str] = ()
    minutes: int = 0
    """How long it takes on AWS, where the clock of `up` does not tell: a round figure."""


@dataclass(frozen=True)
class Disaster:
    """What is lost, by the resource that is gone, and the way back; `rto_minutes` is the promise."""

    title: str
    loss: str
    gone: Sequence[str]
    steps: Sequence[Step]
    keeps: str
    rto_minutes: int = 240
    rpo: str = "24 h"
    stack: str = ""
    """The stack that takes over, where it is another one."""
    start: Mapping[str, Any] = field(default_factory=dict)
    """What its file says beside the lost stack's."""


UP = Step(
    "Look at what exists, and make what is missing.",
    "pulumi up --refresh --stack {stack}",
    command=("up", "--refresh", "--clock"),
)
AFTER = Step("Take the setting out again; nothing may change.", "pulumi preview --stack {stack}")
# Sizes decide: round figures for 100 GiB, https://repost.aws/knowledge-center/rds-snapshots-restore-time
RESTORE_MINUTES, FINAL_SNAPSHOT_MINUTES, FIND_MINUTES = 30, 15, 10
SNAPSHOT = "flowise-prod-final-1a2b3c4d"
BACKUP = "arn:aws:rds:{region}:123456789012:auto-backup:ab-0123456789abcdef"
KEYS = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:flowise-prod-app-keys-secret"

DISASTERS: Mapping[str, Disaster] = {
    "database-deleted": Disaster(
        "The database is gone, and a snapshot of it exists",
        "What was written since the snapshot. Final snapshots lose nothing.",
        ["db-instance"],
        [
            Step(
                "Find the newest snapshot.",
                "aws rds describe-db-snapshots --query 'sort_by(DBSnapshots[?starts_with(DBSnapshotIdentifier, "
                "`flowise-{stack}`) || DBInstanceIdentifier==`flowise-{stack}`], &SnapshotCreateTime)[-1]"
                ".DBSnapshotIdentifier' --output text",
                minutes=FIND_MINUTES,
            ),
            Step(
                "Name it.",
                "pulumi config set --path flowise:database.restore.snapshot NAME --stack {stack}",
                {"database.restore": {"snapshot": SNAPSHOT}},
            ),
            UP,
            Step("RDS restores the snapshot instead of making an empty instance.", minutes=RESTORE_MINUTES),
            AFTER,
        ],
        "database_endpoint",
    ),
    "database-damaged": Disaster(
        "The data are wrong since a known moment",
        "What was written since that moment; the damaged data stay as a snapshot.",
        ["db-instance"],
        [
            Step(
                "Stop whoever writes.",
                "kubectl -n flowise scale deployment --all --replicas 0",
                minutes=5,
            ),
            Step(
                "Delete the instance, keeping what it holds as a snapshot. Its automated backups outlive it.",
                "aws rds modify-db-instance --db-instance-identifier flowise-{stack} --no-deletion-protection "
                "--apply-immediately && "
                "aws rds delete-db-instance --db-instance-identifier flowise-{stack} "
                "--no-delete-automated-backups --final-db-snapshot-identifier flowise-{stack}-damaged",
                minutes=FINAL_SNAPSHOT_MINUTES,
            ),
            Step(
                "Find its automated backups, and the range of moments in them.",
                "aws rds describe-db-instance-automated-backups --db-instance-identifier flowise-{stack} "
                "--query 'DBInstanceAutomatedBackups[].[DBInstanceAutomatedBackupsArn,RestoreWindow]'",
                minutes=FIND_MINUTES,
            ),
            Step(
                "Name them and the moment, in UTC.",
                "pulumi config set --path flowise:database.restore.automated_backup_arn ARN --stack {stack} && "
                "pulumi config set --path flowise:database.restore.time 2026-11-21T14:30:00Z --stack {stack}",
                {
                    "database.restore": {
                        "automated_backup_arn": BACKUP.format(region="eu-west-1"),
                        "time": "2026-11-21T14:30:00Z",
                    }
                },
            ),
            UP,
            Step("RDS restores the backup and replays the log up to the moment.", minutes=RESTORE_MINUTES),
            Step(
                "Let Flowise run again.",
                "kubectl -n flowise rollout restart deployment && pulumi up --refresh --stack {stack}",
            ),
            AFTER,
        ],
        "database_endpoint",
        rpo="5 min",
    ),
    "cache-deleted": Disaster(
        "The cache is gone",
        "Sessions and jobs since the daily snapshot: users log in again, and answers under way fail.",
        ["cache-group"],
        [
            Step(
                "Find the newest snapshot.",
                "aws elasticache describe-snapshots --query 'sort_by(Snapshots[], &NodeSnapshots[0].SnapshotCreateTime)"
                "[-1].SnapshotName' --output text",
                minutes=FIND_MINUTES,
            ),
            Step(
                "Name it.",
                "pulumi config set --path flowise:cache.restore_snapshot NAME --stack {stack}",
                {"cache.restore_snapshot": "flowise-prod-cache-final-1a2b3c4d"},
            ),
            UP,
            AFTER,
        ],
        "database_endpoint",
    ),
    "region-lost": Disaster(
        "The region is gone",
        "What was written in the last minutes: RDS copies its log as it goes. Files since the last daily copy.",
        [],
        [
            Step(
                "Find the copies of the database in the second region, and of Flowise's keys.",
                "aws rds describe-db-instance-automated-backups --region eu-central-1; "
                "aws secretsmanager list-secrets --region eu-central-1",
                minutes=FIND_MINUTES,
            ),
            Step(
                "Write Pulumi.{stack}.yaml: a copy of Pulumi.prod.yaml with the second region and its zones, the copy "
                "to restore, the keys to go on with, and another region for its own copies.",
                "cp Pulumi.prod.yaml Pulumi.{stack}.yaml && pulumi stack init {stack}",
                minutes=20,
            ),
            Step(
                "Make the stack.",
                "pulumi up --stack {stack}",
                command=("up", "--clock", "--secrets", "{folder}/secrets.json"),
            ),
            Step("RDS restores the copy instead of making an empty instance.", minutes=RESTORE_MINUTES),
            Step(
                "Restore the files into the new bucket from the copies' vault.",
                "aws backup list-recovery-points-by-backup-vault --region eu-central-1 --backup-vault-name VAULT; "
                "aws backup start-restore-job --region eu-central-1 --recovery-point-arn ARN --iam-role-arn ROLE "
                "--metadata DestinationBucketName=BUCKET,NewBucket=false",
                minutes=60,
            ),
        ],
        "url",
        stack="rescue",
        start={
            "aws:region": "eu-central-1",
            "network.zones": ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
            "database.restore": {"automated_backup_arn": BACKUP.format(region="eu-central-1")},
            "service.keys_secret_name": KEYS,
            "backup.copy_region": "eu-west-1",
        },
    ),
}


# as the steps and figures above spell them: the first system's, in its regions
PROJECT, REGION, COPY_REGION = "flowise", "eu-west-1", "eu-central-1"
# what only the first system has, and its own keys go on with
OWN_KEYS = "service.keys_secret_name"


@dataclass(frozen=True)
class System:
    """Whose disaster it is: its project, the region that is lost and the one that goes on."""

    project: str = PROJECT
    region: str = REGION
    copy_region: str = COPY_REGION

    @classmethod
    def of(cls, folder: Path, stack: str) -> "System":
        """Read it of a program's files."""
        project = str(yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))["name"])
        config = yaml.safe_load((folder / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))["config"]
        copy = config.get(f"{project}:backup", {}).get("copy_region", COPY_REGION)
        return cls(project, config["aws:region"], copy)

    def says(self, text: str) -> str:
        """Return a text of a step as it is for this system."""
        names = {
            PROJECT: self.project,
            PROJECT.capitalize(): self.project,
            REGION: self.region,
            COPY_REGION: self.copy_region,
        }
        return re.sub("|".join(names), lambda found: names[found.group()], text)

    def sets(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the keys of a stack's file as they are for this system."""
        said: dict[str, Any] = json.loads(self.says(json.dumps(dict(changes))))
        return said if self.project == PROJECT else {key: value for key, value in said.items() if key != OWN_KEYS}


class DrillError(Exception):
    """The drill did not bring back what was lost."""


@dataclass(frozen=True)
class Program:
    """The program's folder, and the stack that is lost."""

    folder: Path
    stack: str

    @cached_property
    def system(self) -> System:
        """Whose program it is."""
        return System.of(self.folder, self.stack)

    def sandbox(self, command: str, *arguments: str, stack: str = "") -> str:
        """Run a command of the sandbox; raise DrillError with what it said where it fails."""
        where = ("--cwd", str(self.folder), "--stack", stack or self.stack)
        done = warm.run(["-m", "sandbox", command, *where, *arguments], cwd=ROOT)
        if done.returncode:
            raise DrillError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def outputs(self, stack: str = "") -> dict[str, Any]:
        """Return the stack's outputs."""
        found: dict[str, Any] = json.loads(self.sandbox("outputs", "--json", stack=stack))
        return found

    def settings(self, changes: Mapping[str, Any], stack: str = "") -> None:
        """Write keys of a stack's file; None removes one."""
        file = self.folder / f"Pulumi.{stack or self.stack}.yaml"
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        put(content["config"], changes, self.system.project)
        file.write_text(yaml.safe_dump(content), encoding="utf-8")


def put(config: dict[str, Any], changes: Mapping[str, Any], project: str) -> None:
    """Put keys into the configuration of a project's stack, each into its section; None removes one."""
    for key, value in changes.items():
        section, *names = key.split(".")
        owner, last = config, section if ":" in section else f"{project}:{section}"
        for name in names:
            owner, last = owner.setdefault(last, {}), name
        if value is None:
            owner.pop(last, None)
        else:
            owner[last] = value


def drill(name: str, program: Program, kubernetes: str) -> int:
    """Lose it, bring it back and print each step; give the minutes that it would take on AWS."""
    disaster, system = DISASTERS[name], program.system
    stack = disaster.stack or program.stack
    before = program.outputs()
    print(f"{disaster.title} (stack {program.stack})\nlost: {disaster.loss}")
    for resource in disaster.gone:
        program.sandbox("drift", resource, "--delete")
    if disaster.stack:
        _take_over(program, disaster)
    minutes = 0
    for number, step in enumerate(disaster.steps, 1):
        by_hand = f"\n     {step.by_hand.format(stack=stack)}" if step.by_hand else ""
        print(system.says(f"{number}. {step.text}{by_hand}"))
        minutes += step.minutes
        program.settings(system.sets(step.settings), stack)
        if step.command:
            command = [word.format(folder=program.folder.resolve()) for word in step.command]
            said = program.sandbox(*command, "--kubernetes", kubernetes, stack=stack)
            minutes += _minutes(said)
    changes = {key: None for step in disaster.steps for key in step.settings}
    if changes:
        program.settings(changes)
        left = json.loads(program.sandbox("preview", "--json", "--kubernetes", kubernetes))["changeSummary"]
        if set(left) != {"same"}:
            raise DrillError(f"without the setting, something would change: {left}")
    after = program.outputs(stack)
    if not disaster.stack and after[disaster.keeps] != before[disaster.keeps]:
        raise DrillError(f"{disaster.keeps} was {before[disaster.keeps]} and is {after[disaster.keeps]}")
    verdict = "within" if minutes <= disaster.rto_minutes else "BEYOND"
    print(
        f"expected on AWS: {minutes} min, {verdict} the {disaster.rto_minutes} min promised; data lost: {disaster.rpo}"
    )
    return minutes


def _take_over(program: Program, disaster: Disaster) -> None:
    lost = program.folder / f"Pulumi.{program.stack}.yaml"
    (program.folder / f"Pulumi.{disaster.stack}.yaml").write_text(lost.read_text(encoding="utf-8"), encoding="utf-8")
    program.settings(program.system.sets(disaster.start), disaster.stack)
    # what stands in Secrets Manager of the second region when the first is gone: the copy of the lost stack's keys
    keys = json.dumps({variable: f"kept-{variable}" for variable in GENERATED})
    (program.folder / "secrets.json").write_text(json.dumps({KEYS: keys}), encoding="utf-8")


def _minutes(said: str) -> int:
    found = _EXPECTED.search(said)
    if found is None:
        raise DrillError(f"up told no duration:\n{said}")
    number, unit = found[1].split()[:2]
    return -(-int(number) // 60) if unit == "s" else int(number) * (60 if unit == "h" else 1)


def page() -> str:
    """Return the runbook."""
    parts = [
        "# Disasters",
        "",
        "Written by `python -m tools.disasters --write`; do not edit. Each was tried on the sandbox by these very",
        "steps: `python -m tools.disasters NAME --stack prod` tries it again, after `make up STACK=prod`. `{stack}` is",
        "the stack's name. `pulumi` needs the way into the cluster: docs/operations/cluster-access.md.",
        "",
        "## An instance or a zone fails",
        "",
        "Nothing to do, in prod: back within 15 min. RDS's standby takes over in one to two minutes, with the",
        "data; the cache's replica in less; pods move in seconds (docs/sandbox.md, drills); a lost node is",
        "replaced. Alarms tell. How RDS fails over:",
        "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.Failover.html",
        "",
    ]
    for name, disaster in DISASTERS.items():
        parts += [f"## {disaster.title}", "", f"Drill: `{name}`. Lost: {disaster.loss}", ""]
        if disaster.start:
            config: dict[str, Any] = {}
            put(config, disaster.start, "flowise")
            lines = yaml.safe_dump({"config": config}, sort_keys=True).strip().splitlines()
            parts += ["What the new stack's file says in place of the lost one's:", "", "```yaml", *lines, "```", ""]
        for number, step in enumerate(disaster.steps, 1):
            about = f" (about {step.minutes} min)" if step.minutes else ""
            parts.append(f"{number}. {step.text}{about}")
            if step.by_hand:
                parts += ["", "   ```sh", f"   {step.by_hand}", "   ```", ""]
        parts += ["", f"Promise: back within {disaster.rto_minutes // 60} h, at most {disaster.rpo} of data lost.", ""]
    return "\n".join(parts)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.disasters", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="?", choices=DISASTERS)
    parser.add_argument("--stack", default="prod")
    parser.add_argument(
        "--cwd",
        type=Path,
        default=ROOT,
        help="the program's folder; its stack file is changed for as long as the drill lasts",
    )
    parser.add_argument("--kubernetes", choices=("real", "schema"), default="real")
    parser.add_argument("--write", action="store_true", help="write the runbook instead")
    given = parser.parse_args()
    if given.write:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if given.name is None:
        parser.error(f"name one of {', '.join(DISASTERS)}")
    file = given.cwd / f"Pulumi.{given.stack}.yaml"
    written = file.read_text(encoding="utf-8")
    try:
        drill(given.name, Program(given.cwd, given.stack), given.kubernetes)
    except DrillError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        # the drill is over: the stack's file is as it was, comments and all
        file.write_text(written, encoding="utf-8")
        if DISASTERS[given.name].stack:
            for made in (f"Pulumi.{DISASTERS[given.name].stack}.yaml", "secrets.json"):
                (given.cwd / made).unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
