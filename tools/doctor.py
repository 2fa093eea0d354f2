"""Looks at all that a first deployment needs, before it begins: `python -m tools.doctor --stack prod`.

Each line says ok, or what to do; without credentials it says what it could not look at. It changes nothing, reads no
secret's value, and ends with 1 where something is to be done.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from components.shared.backup_schedule import Kind
from components.shared.existing_server_settings import ExistingServerSettings
from sandbox.toolchain import Pin

from .checks import Ask, Check, Finding, NoAnswer, NotThere, Run, aws, findings, report
from .checks import run_program as run_it
from .stack_file import StackFile, StackFileError, at_folder, read_stack

if TYPE_CHECKING:
    from components.redis_cache import CacheSettings

    from .stack_file import AnyStack

LEAST_PYTHON = (3, 11)
# What the committed stacks have in place of an account's own.
PLACEHOLDERS: Mapping[str, str] = {
    "111122223333": "an account",
    "example.com": "a domain or a mailbox",
    "sha256:0123456789abcdef": "an image's digest",
    "Z0123456789ABCDEFGHIJ": "a hosted zone",
    "dbc-12345678-90ab": "a Databricks workspace",
}
# Zones into which CloudFront does not come, by id: an account's names stand for others than its neighbour's (CloudFront
# developer guide, "Supported AWS Regions for VPC origins").
NO_VPC_ORIGINS = ("use1-az3", "usw1-az2", "apne1-az3", "cac1-az3")
GITHUB = "oidc-provider/token.actions.githubusercontent.com"
# Service Quotas: service, code (https://docs.aws.amazon.com/general/latest/gr/ec2-service.html)
ADDRESSES, ON_DEMAND, SPOT = ("ec2", "L-0263D0A3"), ("ec2", "L-1216C47A"), ("ec2", "L-34B43A08")


class Doctor:
    """Looks at a stack through what it is given to ask with."""

    def __init__(self, file: StackFile, ask: Ask, run: Run, python: tuple[int, ...] = sys.version_info[:2]) -> None:
        self._file, self._ask, self._run, self._python = file, ask, run, python

    def checks(self) -> list[tuple[str, Check]]:
        """Return all checks, in the order in which a person would mend what they find."""
        checks: list[tuple[str, Check]] = [
            ("python", self.python),
            ("pulumi", self.pulumi),
            ("login", self.login),
            ("settings", self.settings),
            ("placeholders", self.placeholders),
            ("credentials", self.credentials),
        ]
        settings = self._file.settings
        if settings is not None:
            checks += [
                (name, lambda check=check: check(settings))  # type: ignore[misc] # a lambda's default has no type
                for name, check in (
                    ("zones", self.zones),
                    ("hosted zone", self.hosted_zone),
                    ("handmade secrets", self.handmade),
                    ("servers of one's own", self.existing),
                    ("GitHub's provider", self.provider),
                    ("Elastic IPs", self.addresses),
                    ("vCPUs", self.vcpus),
                    ("backups", self.backups),
                    ("log groups", self.log_groups),
                )
            ]
        return checks

    def python(self) -> Iterator[Finding]:
        """Judge the interpreter."""
        version, least = (".".join(map(str, each)) for each in (self._python, LEAST_PYTHON))
        fine = self._python >= LEAST_PYTHON
        yield Finding("python", "ok" if fine else "do", version if fine else f"{version} is here: install {least}")

    def pulumi(self) -> Iterator[Finding]:
        """Judge the CLI against the one that the tests run."""
        wanted = Pin.read().version
        try:
            said = self._run("pulumi", "version").strip()
        except NoAnswer as reason:
            yield Finding("pulumi", "do", f"install {wanted} or newer, for {reason}")
            return
        fine = _numbers(said) >= _numbers(wanted)
        yield Finding("pulumi", "ok" if fine else "do", said if fine else f"{said} is here: install {wanted} or newer")

    def login(self) -> Iterator[Finding]:
        """Tell who is logged in, and where the state goes."""
        try:
            said = self._run("pulumi", "whoami", "--verbose", "--non-interactive")
        except NoAnswer as reason:
            yield Finding("login", "do", f"`pulumi login s3://<bucket>`, for {reason}")
        else:
            backend = re.search(r"Backend URL: *(\S+)", said)
            yield Finding("login", "ok", backend[1] if backend else said.splitlines()[0])

    def settings(self) -> Iterator[Finding]:
        """Return whether the stack's file would be accepted."""
        todo = f"{len(self._file.faults)} faults: `make validate STACK={self._file.stack}` names each"
        notices = self._file.settings.notices() if self._file.settings else ()
        fine = "; ".join(["accepted", *notices])
        yield Finding("settings", "do" if self._file.faults else "ok", todo if self._file.faults else fine)

    def placeholders(self) -> Iterator[Finding]:
        """Find what still stands in the stack's file in place of an account's own."""
        lines = [line.partition(" #")[0] for line in self._file.text.splitlines() if not line.lstrip().startswith("#")]
        left = {
            text: [number for number, line in enumerate(self._file.text.splitlines(), 1) if text in line]
            for text in PLACEHOLDERS
            if any(text in line for line in lines)
        }
        for text, numbers in left.items():
            where = f"Pulumi.{self._file.stack}.yaml, line {', '.join(map(str, numbers))}"
            yield Finding("placeholders", "do", f"{text} stands for {PLACEHOLDERS[text]}: put your own into {where}")
        if not left:
            yield Finding("placeholders", "ok", "none")

    def credentials(self) -> Iterator[Finding]:
        """Hold the account of the credentials against those that the stack's file names."""
        answer = self._ask("sts", "get_caller_identity", region=self._file.region)
        account = str(answer["Account"])
        settings = self._file.settings
        named = {arn.split(":")[4] for arn in settings.cluster.admin_principal_arns} if settings else set()
        if named and account not in named:
            yield Finding(
                "credentials",
                "do",
                f"they are of account {account}, and {self._file.project}:cluster.admin_principal_arns names "
                f"{', '.join(sorted(named))}: log in to the right one, or name a role of this one",
            )
        else:
            yield Finding("credentials", "ok", f"{answer['Arn']}, region {self._file.region}")

    def zones(self, settings: "AnyStack") -> Iterator[Finding]:
        """Return whether the account has the zones, and whether CloudFront comes into them."""
        found = self._ask("ec2", "describe_availability_zones", region=settings.region)["AvailabilityZones"]
        ids = {each["ZoneName"]: each["ZoneId"] for each in found if each["State"] == "available"}
        wrong = {
            zone: "is not open to this account" if zone not in ids else f"is {ids[zone]}, which takes no VPC origins"
            for zone in sorted(settings.network.zones)
            if ids.get(zone, "") in ("", *NO_VPC_ORIGINS)
        }
        key = f"{self._file.project}:network.zones"
        todo = f"{'; '.join(' '.join(each) for each in wrong.items())}: choose others in {key}"
        yield Finding("zones", "do" if wrong else "ok", todo if wrong else ", ".join(settings.network.zones))

    def hosted_zone(self, settings: "AnyStack") -> Iterator[Finding]:
        """Return whether the domain's zone is there, and is the domain's."""
        domain = settings.edge.domain
        if domain is None:
            yield Finding("hosted zone", "ok", "no domain is set, so none is needed")
            return
        try:
            zone = self._ask("route53", "get_hosted_zone", region=settings.region, Id=domain.hosted_zone_id)
        except NotThere:
            yield Finding("hosted zone", "do", f"{domain.hosted_zone_id} is not in this account: create it")
            return
        name = str(zone["HostedZone"]["Name"]).rstrip(".")
        fine = domain.name == name or domain.name.endswith(f".{name}")
        todo = f"{domain.hosted_zone_id} is {name}'s, not {domain.name}'s: correct {self._file.project}:edge.domain"
        yield Finding("hosted zone", "ok" if fine else "do", name if fine else todo)

    def handmade(self, settings: "AnyStack") -> Iterator[Finding]:
        """Return whether what people keep by hand is there."""
        for key, name in settings.handmade_secrets().items():
            command = f"aws secretsmanager create-secret --region {settings.region} --name {name} --secret-string ..."
            yield self._there(key, name, command, "secretsmanager", "describe_secret", SecretId=name)
        for key, name in settings.handmade_parameters().items():
            command = f"aws ssm put-parameter --region {settings.region} --type SecureString --name {name} --value ..."
            yield self._there(key, name, command, "ssm", "get_parameter", Name=name)

    def _there(self, key: str, name: str, command: str, service: str, operation: str, **parameters: str) -> Finding:
        try:
            self._ask(service, operation, region=self._file.region, **parameters)
        except NotThere:
            return Finding(key, "do", f"{name} does not exist: `{command}`")
        except NoAnswer as reason:
            return Finding(key, "unknown", f"{name} could not be looked at: {reason}")
        return Finding(key, "ok", name)

    def existing(self, settings: "AnyStack") -> Iterator[Finding]:
        """Return whether AWS has the database and the cache that were there before; the preview judges them."""
        database, cache = settings.database.existing, _cache(settings)
        instance = database.instance_identifier if database else None
        group = cache.existing.replication_group_id if cache and cache.existing else None
        looked_at = {
            "database": ("rds", "describe_db_instances", "DBInstanceIdentifier", instance),
            "cache": ("elasticache", "describe_replication_groups", "ReplicationGroupId", group),
        }
        for section, server in _existing(settings).items():
            service, operation, parameter, name = looked_at[section]
            about = f"{section}.existing"
            yield self._there(
                f"{about}.secret_arn",
                server.secret_arn,
                f"aws secretsmanager list-secrets --region {settings.region}",
                "secretsmanager",
                "describe_secret",
                SecretId=server.secret_arn,
            )
            if name is None:
                said = f"nothing of AWS's tells of {server.host}: see yourself that it is backed up and watched"
                yield Finding(about, "unknown", said)
                continue
            try:
                self._ask(service, operation, region=settings.region, **{parameter: name})
            except NotThere:
                yield Finding(about, "do", f"{name} is not in this account and region: correct it")
            else:
                yield Finding(about, "ok", name)
        if not _existing(settings):
            made = "its database and its cache" if _cache(settings) else "its database"
            yield Finding("servers of one's own", "ok", f"none: the stack makes {made}")

    def provider(self, settings: "AnyStack") -> Iterator[Finding]:
        """Return whether GitHub's provider is made here where the account has none, and only there."""
        if settings.pipeline is None:
            yield Finding("GitHub's provider", "ok", f"{self._file.project}:pipeline is not set: people deploy")
            return
        listed = self._ask("iam", "list_open_id_connect_providers", region=settings.region)
        found = [each["Arn"] for each in listed["OpenIDConnectProviderList"] if each["Arn"].endswith(GITHUB)]
        named = settings.pipeline.existing_provider_arn
        if named is not None and named not in found:
            yield Finding("GitHub's provider", "do", f"{named} does not exist: leave existing_provider_arn out")
        elif named is None and found:
            key = f"{self._file.project}:pipeline.existing_provider_arn"
            said = f"the account has one: name it as {key}, {found[0]}, unless it is ours"
            yield Finding("GitHub's provider", "do", said)
        else:
            yield Finding("GitHub's provider", "ok", named or "none yet: the stack makes it")

    def addresses(self, settings: "AnyStack") -> Iterator[Finding]:
        """Hold the fixed addresses of the NAT against the quota and what others use."""
        zones = len(settings.network.zones)
        wanted = {"none": 0, "single": 1}.get(settings.network.nat, zones) if settings.network.existing is None else 0
        listed = self._ask("ec2", "describe_addresses", region=settings.region)["Addresses"]
        tags = [{tag["Key"]: tag["Value"] for tag in each.get("Tags", [])} for each in listed]
        others = sum(not settings.cost_tags(self._file.project).items() <= each.items() for each in tags)
        yield self._quota("Elastic IPs", ADDRESSES, wanted + others, f"{wanted} for this stack, {others} for others")

    def vcpus(self, settings: "AnyStack") -> Iterator[Finding]:
        """Hold the most nodes that the groups and Karpenter may start against the quotas; others' are not counted."""
        groups = (settings.cluster.system_nodes, settings.cluster.app_nodes)
        names = sorted({name for group in groups for name in group.instance_types})
        types = self._ask("ec2", "describe_instance_types", region=settings.region, InstanceTypes=names)
        cores = {each["InstanceType"]: int(each["VCpuInfo"]["DefaultVCpus"]) for each in types["InstanceTypes"]}
        most = {"ON_DEMAND": 0, "SPOT": 0}
        for group in groups:
            most[group.capacity_type] += group.max_size * max(cores[name] for name in group.instance_types)
        if settings.cluster.karpenter is not None:
            spot = "spot" in settings.cluster.karpenter.capacity_types
            most["SPOT" if spot else "ON_DEMAND"] += settings.cluster.karpenter.cpu_limit_cores
        for kind, quota in (("ON_DEMAND", ON_DEMAND), ("SPOT", SPOT)):
            if most[kind]:
                yield self._quota(f"vCPUs {kind}", quota, most[kind], f"{most[kind]} where every node has been started")

    def backups(self, settings: "AnyStack") -> Iterator[Finding]:
        """Return whether AWS Backup knows each kind of what is backed up in this region."""
        if not settings.backup.enabled:
            yield Finding("backups", "ok", f"{self._file.project}:backup.enabled is false: RDS's own are all there are")
            return
        regions = [settings.region, *([settings.backup.copy_region] if settings.backup.copy_region else [])]
        for region in regions:
            known = self._ask("backup", "describe_region_settings", region=region)["ResourceTypeOptInPreference"]
            missing = sorted(set(get_args(Kind)) - set(known))
            todo = f"AWS Backup has no {', '.join(missing)} in {region}, which would never be backed up: choose another"
            # what is named by its ARN needs no opting in
            yield Finding("backups", "do" if missing else "ok", todo if missing else f"every kind is known in {region}")

    def log_groups(self, settings: "AnyStack") -> Iterator[Finding]:
        """Find log groups in a new stack's way, which their services made again while the last was taken down."""
        try:
            outputs = json.loads(self._run("pulumi", "stack", "output", "--json", "--stack", self._file.stack))
        except NoAnswer:
            outputs = {}
        if "cluster_name" in outputs:
            yield Finding("log groups", "ok", "the stack stands, and has its own")
            return
        name = self._file.name
        prefixes = [f"/aws/eks/{name}/cluster"]
        if settings.database.existing is None:
            prefixes.append(f"/aws/rds/instance/{name}/")
        left = [
            group["logGroupName"]
            for prefix in prefixes
            for group in self._ask("logs", "describe_log_groups", region=settings.region, logGroupNamePrefix=prefix)[
                "logGroups"
            ]
        ]
        for group in left:
            command = f"aws logs delete-log-group --region {settings.region} --log-group-name {group}"
            yield Finding("log groups", "do", f"{group} is left of a stack that was taken down: `{command}`")
        if not left:
            yield Finding("log groups", "ok", "none is left of a stack that was taken down")

    def _quota(self, about: str, quota: tuple[str, str], wanted: int, said: str) -> Finding:
        service, code = quota
        answer = self._ask(
            "service-quotas", "get_service_quota", region=self._file.region, ServiceCode=service, QuotaCode=code
        )
        allowed = int(answer["Quota"]["Value"])
        if wanted <= allowed:
            return Finding(about, "ok", f"{said}, of {allowed}")
        command = (
            f"aws service-quotas request-service-quota-increase --region {self._file.region} --service-code {service} "
            f"--quota-code {code} --desired-value {wanted}"
        )
        return Finding(about, "do", f"{said}, and the quota is {allowed}: `{command}`")


def _cache(settings: "AnyStack") -> "CacheSettings | None":
    """Return the cache's section, which not every system has."""
    found: CacheSettings | None = getattr(settings, "cache", None)
    return found


def _existing(settings: "AnyStack") -> dict[str, ExistingServerSettings]:
    """Return the servers that were there before, by the section that names them."""
    cache = _cache(settings)
    named = {"database": settings.database.existing, "cache": cache.existing if cache else None}
    return {section: server for section, server in named.items() if server is not None}


def _numbers(version: str) -> tuple[int, ...]:
    found = re.search(r"\d+(\.\d+)+", version)
    return tuple(map(int, found[0].split("."))) if found else ()


def main(folder: Path, arguments: list[str] | None = None, *, ask: Ask | None = None, run: Run = run_it) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.doctor", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True, help="the stack that is to be deployed")
    parser.add_argument("--cwd", type=Path, help="the program's folder (default: here)")
    given = parser.parse_args(arguments)
    try:
        file = read_stack(at_folder(given.cwd) if given.cwd else folder, given.stack)
    except StackFileError as reason:
        sys.stderr.write(f"{reason}\n")
        return 2
    text, status = report(findings(Doctor(file, ask or aws(), run).checks()))
    sys.stdout.write(text)
    return status


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
