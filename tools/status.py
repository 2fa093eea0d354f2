"""Tells how a deployed stack is: `python -m tools.status --stack prod`.

It asks the site, the state and AWS: the age of backups, when certificates and support end, when the stack was last
deployed and how. It changes nothing, reads no secret, and ends with 1 where something is to be done. Whether account
and state differ it cannot tell by looking: the last line names the command that does.
"""

import argparse
import http.client
import json
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .checks import Ask, Check, Finding, NoAnswer, Run, aws, findings, now, report
from .checks import run_program as run_it
from .stack_file import StackFile, StackFileError, at_folder, read_stack

if TYPE_CHECKING:
    from components.config.acceptance import AcceptanceSettings

# A daily plan, with the hours that a job may take; RDS ships its log every five minutes.
OLDEST_BACKUP, OLDEST_LOG = timedelta(hours=36), timedelta(minutes=30)
# ACM renews 60 days before the end
CERTIFICATE_NOTICE = timedelta(days=30)
# a version takes a release on dev, a week of looking, and a release on prod
SUPPORT_NOTICE = timedelta(days=90)
# what people accepted for a time is in the policies' levels; to decide anew takes a month
ACCEPTED = Path(__file__).parents[1] / "policies"
ACCEPTANCE_NOTICE = timedelta(days=30)
# CloudFront reads certificates there
CDN_REGION = "us-east-1"

Fetch = Callable[[str], str]


class Status:
    """Looks at a stack through what it is given to ask with."""

    def __init__(self, file: StackFile, ask: Ask, run: Run, fetch: Fetch, at: datetime) -> None:
        self._file, self._ask, self._run, self._fetch, self._at = file, ask, run, fetch, at

    def checks(self) -> list[tuple[str, Check]]:
        """Return all checks."""
        return [
            ("site", self.site),
            ("cluster", self.cluster),
            ("database", self.database),
            ("backup", self.backup),
            ("cache", self.cache),
            ("certificates", self.certificates),
            ("Flowise", self.application),
            ("door", self.door),
            ("names", self.egress),
            ("last update", self.last_update),
        ]

    def site(self) -> Iterator[Finding]:
        """Ask the site whether it serves."""
        outputs = self._outputs()
        if "url" not in outputs:
            yield Finding("site", "do", f"the stack has no output url: `pulumi up --stack {self._file.stack}`")
            return
        if self._file.settings is None:
            raise NoAnswer(f"its file has {len(self._file.faults)} faults")
        profile = self._file.settings.profile()
        url = f"{outputs['url']}{profile.health_path}"
        try:
            answer = self._fetch(url).strip()
        except NoAnswer as reason:
            yield Finding(
                "site", "do", f"{url} does not answer ({reason}): look at the pods and the balancer's targets"
            )
        else:
            fine = profile.health_answer in answer
            yield Finding("site", "ok" if fine else "do", f"{url} answers {answer[:40]!r}")

    def cluster(self) -> Iterator[Finding]:
        """Tell the cluster's state and how long its version is supported."""
        found = self._ask("eks", "describe_cluster", region=self._file.region, name=self._file.name)["cluster"]
        yield _state("cluster", found["status"], "ACTIVE", f"version {found['version']}")
        versions = self._ask(
            "eks", "describe_cluster_versions", region=self._file.region, clusterVersions=[found["version"]]
        )["clusterVersions"]
        for version in versions:
            yield self._until("cluster's version", version["endOfStandardSupportDate"], SUPPORT_NOTICE, "upgrade it")

    def database(self) -> Iterator[Finding]:
        """Tell the database's state, its log's age, and when its certificate and its version end."""
        (found,) = self._database()
        yield _state("database", found["DBInstanceStatus"], "available", f"{found['Engine']} {found['EngineVersion']}")
        restorable = found.get("LatestRestorableTime")
        if restorable is not None:
            yield self._age("database's log", restorable, OLDEST_LOG)
        until = found.get("CertificateDetails", {}).get("ValidTill")
        if until is not None:
            yield self._until("database's certificate", until, CERTIFICATE_NOTICE, "`aws rds modify-db-instance`")
        major = str(found["EngineVersion"]).split(".")[0]
        versions = self._ask(
            *("rds", "describe_db_major_engine_versions"),
            region=self._file.region,
            Engine=found["Engine"],
            MajorEngineVersion=major,
        )["DBMajorEngineVersions"]
        for each in (cycle for version in versions for cycle in version["SupportedEngineLifecycles"]):
            if each["LifecycleSupportName"] == "open-source-rds-standard-support":
                yield self._until("database's version", each["LifecycleSupportEndDate"], SUPPORT_NOTICE, "upgrade it")

    def backup(self) -> Iterator[Finding]:
        """Tell the age of the newest backup of each thing that must have one."""
        settings = self._file.settings
        if settings is not None and not settings.backup.enabled:
            yield Finding("backup", "ok", f"{self._file.project}:backup.enabled is false: RDS's own are all there are")
            return
        backed_up: Mapping[str, str] = self._outputs().get("backed_up", {})
        if not backed_up:
            yield Finding("backup", "do", f"nothing is backed up yet: `pulumi up --stack {self._file.stack}`")
        for kind, arn in sorted(backed_up.items()):
            about = f"backup of {kind}"
            try:
                points = self._ask(
                    *("backup", "list_recovery_points_by_resource"), region=self._file.region, ResourceArn=arn
                )["RecoveryPoints"]
            except NoAnswer as reason:
                yield Finding(about, "unknown", f"could not be looked at: {reason}")
                continue
            made = [each["CreationDate"] for each in points if each["Status"] == "COMPLETED"]
            if made:
                yield self._age(about, max(made), OLDEST_BACKUP)
            else:
                yield Finding(about, "do", f"there is none of {arn}: look at the vault's failed and expired jobs")

    def cache(self) -> Iterator[Finding]:
        """Tell the cache's state, of a system that has one."""
        if self._file.settings is not None and not hasattr(self._file.settings, "cache"):
            return
        groups = self._ask("elasticache", "describe_replication_groups", region=self._file.region)["ReplicationGroups"]
        ours = [each for each in groups if each["ReplicationGroupId"].startswith(self._file.name)]
        if not ours:
            yield Finding("cache", "do", f"no replication group is called {self._file.name}...")
        for each in ours:
            yield _state("cache", each["Status"], "available", each["ReplicationGroupId"])

    def certificates(self) -> Iterator[Finding]:
        """Tell when the domain's certificates end."""
        domain = self._file.settings.edge.domain if self._file.settings else None
        if domain is None:
            yield Finding("certificates", "ok", "no domain is set, so CloudFront's own serves")
            return
        for region in sorted({self._file.region, CDN_REGION}):
            listed = self._ask("acm", "list_certificates", region=region)["CertificateSummaryList"]
            ends = [each["NotAfter"] for each in listed if each["DomainName"] == domain.name and "NotAfter" in each]
            if ends:
                todo = "ACM could not renew it: look at its validation record"
                yield self._until(f"certificate in {region}", max(ends), CERTIFICATE_NOTICE, todo)
            else:
                yield Finding(f"certificate in {region}", "do", f"there is none for {domain.name}")

    def application(self) -> Iterator[Finding]:
        """Tell until when somebody answers for running what its vendor has ended (decision 0021)."""
        if self._file.project != "flowise":
            return
        levels = ACCEPTED / f"levels.{self._file.stack}.json"
        settings = json.loads(levels.read_text(encoding="utf-8"))["rules"] if levels.exists() else {}
        accepted = [each for each in settings.get("exceptions", ()) if each["rule"] == "support-ended"]
        if not accepted:
            yield Finding("Flowise", "do", f"its vendor ended it, and {levels.name} accepts that by no exception")
        for each in accepted:
            end = datetime.fromisoformat(each["expires"]).replace(tzinfo=UTC)
            about = f"{each['resource']}, which its vendor ended and {each['owner']} answers for"
            yield self._until(about, end, ACCEPTANCE_NOTICE, "go on once more, take a fork, or leave: decision 0021")

    def _accepted(self, key: str) -> "AcceptanceSettings | None":
        return self._file.settings.accepted().get(key) if self._file.settings else None

    def egress(self) -> Iterator[Finding]:
        """Tell until when somebody answers for pods that may ask any name."""
        accepted = self._accepted("open_egress")
        if accepted is not None:
            end = datetime.combine(accepted.last_day(), time(), UTC)
            about = f"pods may ask any name on the internet, which {accepted.owner} answers for"
            yield self._until(about, end, ACCEPTANCE_NOTICE, "set network.egress_allowed_domains, or decide anew")

    def door(self) -> Iterator[Finding]:
        """Tell until when somebody answers for prod's site having nothing that asks who comes."""
        accepted = self._accepted("open_to_all")
        if accepted is not None:
            end = datetime.combine(accepted.last_day(), time(), UTC)
            about = f"the site is open to all, which {accepted.owner} answers for"
            yield self._until(
                about, end, ACCEPTANCE_NOTICE, "set edge.sign_in, or decide anew: docs/operations/edge.md"
            )

    def last_update(self) -> Iterator[Finding]:
        """Tell when the stack was deployed, and how that ended."""
        stack = self._file.stack
        told: list[Mapping[str, Any]] = json.loads(self._run("pulumi", "stack", "history", "--json", "--stack", stack))
        if not told:
            yield Finding("last update", "do", f"there was none: `pulumi up --stack {stack}`")
            return
        last = told[0]
        commit = str(last.get("environment", {}).get("git.head", "unknown"))[:12]
        said = f"{last['kind']} of {last.get('startTime')}, commit {commit}, {last['result']}"
        yield Finding("last update", "ok" if last["result"] == "succeeded" else "do", said)
        yield Finding("drift", "unknown", f"`pulumi preview --refresh --expect-no-changes --stack {stack}` would tell")

    def _outputs(self) -> Mapping[str, Any]:
        outputs: Mapping[str, Any] = json.loads(
            self._run("pulumi", "stack", "output", "--json", "--stack", self._file.stack)
        )
        return outputs

    def _database(self) -> list[Mapping[str, Any]]:
        answer = self._ask(
            "rds", "describe_db_instances", region=self._file.region, DBInstanceIdentifier=self._file.name
        )
        found: list[Mapping[str, Any]] = answer["DBInstances"]
        return found

    def _until(self, about: str, end: datetime, notice: timedelta, todo: str) -> Finding:
        left = end - self._at
        said = f"until {end:%Y-%m-%d}, {left.days} days"
        return Finding(about, "ok", said) if left > notice else Finding(about, "do", f"{said}: {todo}")

    def _age(self, about: str, made: datetime, oldest: timedelta) -> Finding:
        hours = (self._at - made) / timedelta(hours=1)
        said = f"{hours:.1f} hours old"
        if self._at - made <= oldest:
            return Finding(about, "ok", said)
        return Finding(
            about, "do", f"{said}, and {oldest / timedelta(hours=1):.1f} is the most: look why none is newer"
        )


def _state(about: str, state: str, wanted: str, said: str) -> Finding:
    return Finding(about, "ok" if state == wanted else "do", f"{state}, {said}")


def fetch(url: str) -> str:
    """Get a page. Raises NoAnswer."""
    try:
        with urllib.request.urlopen(url, timeout=15) as answer:
            return str(answer.read(1000).decode(errors="replace"))
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(str(error)) from None


def main(
    folder: Path,
    arguments: list[str] | None = None,
    *,
    ask: Ask | None = None,
    run: Run = run_it,
    get: Fetch = fetch,
    at: datetime | None = None,
) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.status", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True, help="the stack that is deployed")
    parser.add_argument("--cwd", type=Path, help="the program's folder (default: here)")
    given = parser.parse_args(arguments)
    try:
        file = read_stack(at_folder(given.cwd) if given.cwd else folder, given.stack)
    except StackFileError as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    text, status = report(findings(Status(file, ask or aws(), run, get, at or now()).checks()))
    sys.stdout.write(text)
    return status


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
