"""Estimates what a stack costs in a month, from its plan and a dated price table: `python -m tools.costs --stack dev`.

What stands by the hour follows from the plan of a stack that does not stand yet, whatever stands on this machine; what
is paid by use follows from the assumptions below. A size without a price is left out, and named. `--write` writes
docs/costs.md for dev and prod.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from sandbox.clusters import charts
from sandbox.engine import apart
from sandbox.workspace import SandboxError

from . import prices as p
from .stack_file import there_are

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "costs.md"
Inputs = Mapping[str, Any]
HOURS = p.HOURS_PER_MONTH


@dataclass(frozen=True)
class Usage:
    """GB in a month, and series of CloudWatch that Prometheus reads."""

    nat: float
    logs: float
    cdn: float
    objects: float
    backups: float
    cloudwatch_series: int = 0


# By environment: a team that tries things, a rehearsal of prod with nobody at work, and some hundred people at work.
# Measure your own in Cost Explorer.
USAGE = {
    "dev": Usage(20, 5, 5, 10, 0),
    "staging": Usage(20, 15, 5, 20, 30, 100),
    "prod": Usage(200, 60, 100, 200, 300, 100),
}
# what the page shows
STACKS = ("dev", "staging", "prod")


@dataclass(frozen=True)
class Estimate:
    """USD a month by what they are for, the dearest first; and what has no price here, so that it is not in them."""

    costs: Mapping[str, float]
    left_out: Sequence[str]
    usage: Usage

    @property
    def total(self) -> float:
        """USD a month."""
        return sum(self.costs.values())


def _nodes(inputs: Inputs) -> float:
    (first, *_), size = inputs["instanceTypes"], inputs["scalingConfig"]["desiredSize"]
    share = p.SPOT_SHARE if inputs.get("capacityType") == "SPOT" else 1
    return float(p.price(p.INSTANCES, first) * share * size * HOURS)


def _database(inputs: Inputs) -> float:
    zones = 2 if inputs.get("multiAz") else 1
    hourly, storage = p.price(p.DATABASES, inputs["instanceClass"]), p.DATABASE_GIB_MONTH * inputs["allocatedStorage"]
    return float(zones * (hourly * HOURS + storage))


def _cache(inputs: Inputs) -> float:
    return float(p.price(p.CACHES, inputs["nodeType"]) * inputs["numCacheClusters"] * HOURS)


def _endpoint(inputs: Inputs) -> float:
    if inputs.get("vpcEndpointType") != "Interface":
        return 0.0
    subnets = inputs["subnetIds"]
    return p.ENDPOINT_ZONE_HOUR * HOURS * (len(subnets) if isinstance(subnets, list) else 1)


def _firewall(inputs: Inputs) -> float:
    rules = inputs.get("rules") or []
    groups = [(rule["statement"].get("managedRuleGroupStatement") or {}).get("name") for rule in rules]
    extra = sum(p.FIREWALL_GROUPS.get(str(group), 0.0) for group in groups)
    return p.FIREWALL_MONTH + p.FIREWALL_RULE_MONTH * len(rules) + extra


def _flat(monthly: float) -> Callable[[Inputs], float]:
    return lambda _: monthly


# type -> what the page calls it, and its monthly price
PRICED: Mapping[str, tuple[str, Callable[[Inputs], float]]] = {
    "aws:eks/cluster:Cluster": ("EKS control plane", _flat(p.CLUSTER_HOUR * HOURS)),
    "aws:eks/nodeGroup:NodeGroup": ("nodes", _nodes),
    "aws:ec2/instance:Instance": (
        "operators' host",
        lambda i: p.price(p.INSTANCES, i["instanceType"]) * HOURS + 8 * p.DISK_GIB_MONTH,
    ),
    "aws:ec2/natGateway:NatGateway": ("NAT gateways and their addresses", _flat(p.NAT_HOUR * HOURS)),
    "aws:ec2/eip:Eip": ("NAT gateways and their addresses", _flat(p.ADDRESS_HOUR * HOURS)),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("interface endpoints", _endpoint),
    "aws:rds/instance:Instance": ("database", _database),
    "aws:rds/proxy:Proxy": ("database", _flat(2 * p.VCPU_PROXY_HOUR * HOURS)),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("cache", _cache),
    "aws:lb/loadBalancer:LoadBalancer": ("load balancer", _flat(p.BALANCER_HOUR * HOURS)),
    "aws:kms/key:Key": ("keys, secrets, alarms", _flat(p.KEY_MONTH)),
    "aws:secretsmanager/secret:Secret": ("keys, secrets, alarms", _flat(p.SECRET_MONTH)),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("keys, secrets, alarms", _flat(p.ALARM_MONTH)),
    "aws:route53/healthCheck:HealthCheck": ("keys, secrets, alarms", _flat(p.HEALTH_CHECK_MONTH)),
    "aws:wafv2/webAcl:WebAcl": ("web firewall", _firewall),
}
# The zones of a stack decide what an endpoint costs, and in a plan the subnets are not known yet.
ZONES = "aws:ec2/subnet:Subnet"


def estimate(environment: str, resources: Sequence[tuple[str, Inputs]]) -> Estimate:
    """Return what a stack of an environment costs; `resources` are types with their inputs."""
    costs: defaultdict[str, float] = defaultdict(float)
    left_out = []
    zones = len({inputs["availabilityZone"] for token, inputs in resources if token == ZONES})
    for token, inputs in resources:
        if token in PRICED:
            name, price = PRICED[token]
            known = {**inputs, "subnetIds": [None] * zones} if "vpcEndpointType" in inputs else inputs
            try:
                costs[name] += price(known)
            except p.NoPriceError as size:
                left_out.append(f"{name}: no price for {size}")
    # templates and groups come in the same order: each group is named as its template
    disks = sum(
        inputs["blockDeviceMappings"][0]["ebs"]["volumeSize"] * _size_of(resources, index)
        for index, inputs in enumerate(
            each for token, each in resources if token == "aws:ec2/launchTemplate:LaunchTemplate"
        )
    )
    costs["disks"] = p.DISK_GIB_MONTH * (disks + sum(_claimed_gib(resources)))
    usage = USAGE[environment]
    costs["use"] = (
        usage.nat * p.NAT_GB
        + usage.logs * p.LOG_GB
        + usage.cdn * p.CDN_GB
        + usage.objects * p.OBJECT_GB
        + usage.backups * p.BACKUP_GB
        + usage.cloudwatch_series * p.CLOUDWATCH_SERIES_MONTH
    )
    return Estimate(dict(sorted(costs.items(), key=lambda item: -item[1])), left_out, usage)


def _size_of(resources: Sequence[tuple[str, Inputs]], index: int) -> int:
    groups = [inputs for token, inputs in resources if token == "aws:eks/nodeGroup:NodeGroup"]
    return int(groups[index]["scalingConfig"]["desiredSize"])


def _claimed_gib(resources: Sequence[tuple[str, Inputs]]) -> Iterator[int]:
    """Yield the volumes that are claimed, by charts for each replica."""
    for token, inputs in resources:
        if token == "kubernetes:core/v1:PersistentVolumeClaim":
            yield int(inputs["spec"]["resources"]["requests"]["storage"].removesuffix("Gi"))
        if token == "kubernetes:helm.sh/v3:Release":
            for made in charts.objects(inputs["chart"], str(inputs.get("name")), "", inputs.get("values") or {}):
                claim = [made["spec"]] if made["kind"] == "PersistentVolumeClaim" else []
                templates = [each["spec"] for each in made.get("spec", {}).get("volumeClaimTemplates", ())]
                for asked in claim + templates * int(made.get("spec", {}).get("replicas", 1)):
                    yield int(asked["resources"]["requests"]["storage"].removesuffix("Gi"))


def plan(stack: str, folder: Path = ROOT) -> list[tuple[str, Inputs]]:
    """Return the types and inputs of what a stack is made of, by the order of their URNs. Raises SandboxError."""
    with apart(folder, stack) as engine:
        printed = engine.read("preview", "--stack", stack, "--json")
    states = [step["newState"] for step in json.loads(printed)["steps"]]
    return [(state["type"], state.get("inputs", {})) for state in sorted(states, key=lambda state: str(state["urn"]))]


def environment_of(stack: str, folder: Path = ROOT) -> str:
    """Return the environment that a stack's file names: dev, staging or prod. Raises SandboxError."""
    file = folder / f"Pulumi.{stack}.yaml"
    if not file.exists():
        raise SandboxError(f"{file.name} does not exist: {there_are(folder, stack)}")
    config = yaml.safe_load(file.read_text(encoding="utf-8")).get("config") or {}
    named = next((value for key, value in config.items() if key.endswith(":environment")), None)
    if named not in USAGE:
        raise SandboxError(f"{file.name}: environment must be {', '.join(USAGE)}, got {named}")
    return str(named)


def priced(stack: str, folder: Path = ROOT) -> Estimate:
    """Return what a stack costs. Raises SandboxError."""
    return estimate(environment_of(stack, folder), plan(stack, folder))


def page(estimates: Mapping[str, Estimate]) -> str:
    """Write the page."""
    parts = [
        "# What a stack costs",
        "",
        f"Written by `python -m tools.costs --write`; do not edit. USD a month in {p.REGION}, on demand, by prices of",
        f"{p.AS_OF} (`tools/prices.py`), 730 hours, without tax. Groups of nodes count at their desired size,",
        "Karpenter's nodes not at all.",
        "",
    ]
    for stack, told in estimates.items():
        usage = told.usage
        parts += [f"## {stack}: {told.total:.0f} USD", "", "| for | USD |", "|---|---|"]
        parts += [f"| {name} | {cost:.0f} |" for name, cost in told.costs.items()]
        parts += [f"| {each}: left out | |" for each in told.left_out]
        parts += [
            "",
            f"Use is assumed: {usage.nat:g} GB through NAT, {usage.logs:g} GB of logs, {usage.cdn:g} GB to users, "
            f"{usage.objects:g} GB of objects, {usage.backups:g} GB of backups, {usage.cloudwatch_series} series read "
            "from CloudWatch.",
            "",
        ]
    parts += [
        "## What drives it",
        "",
        "- Nodes: size, number, and how they are bought. dev runs on spot, at about 40 % of the price.",
        "- The database: two zones double it.",
        "- What stands by the hour whether used or not: the control plane, a NAT gateway for each zone, an interface",
        "  endpoint for each service and zone. `nat: single` and fewer `interface_endpoints` are the first to go.",
        "- `flowise:backup.monthly_budget_usd` tells when it becomes more.",
        "",
    ]
    return "\n".join(parts)


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.costs", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", default="dev", help="whose file is priced (dev)")
    parser.add_argument("--write", action="store_true", help="write docs/costs.md for dev and prod instead")
    parser.add_argument("--cwd", type=Path, default=ROOT, help="the program's folder (default: the repository's)")
    given = parser.parse_args()
    try:
        if given.write:
            PAGE.write_text(page({stack: priced(stack) for stack in STACKS}), encoding="utf-8")
            return 0
        told = priced(given.stack, given.cwd)
    except SandboxError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name, cost in {**told.costs, "a month": told.total}.items():
        print(f"{cost:8.0f} USD  {name}")
    for each in told.left_out:
        print(f"           {each}: left out")
    print(f"(prices of {p.REGION}, {p.AS_OF})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
