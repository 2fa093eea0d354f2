"""Estimates what a stack costs in a month, from its plan and a dated price table: `python -m tools.costs --stack dev`.

What stands by the hour follows from the plan; what is paid by use follows from the assumptions below. `--write` writes
docs/costs.md for dev and prod.
"""

import argparse
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import prices as p

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "costs.md"
Inputs = Mapping[str, Any]
HOURS = p.HOURS_PER_MONTH
# the disks that charts claim: Prometheus and Alertmanager for each replica, Grafana, Loki
CLAIMED_GIB = {"dev": 45, "prod": 260}


@dataclass(frozen=True)
class Usage:
    """GB in a month, and series of CloudWatch that Prometheus reads."""

    nat: float
    logs: float
    cdn: float
    objects: float
    backups: float
    cloudwatch_series: int = 0


# A team that tries things, and some hundred people at work; measure your own in Cost Explorer.
USAGE = {"dev": Usage(20, 5, 5, 10, 0), "prod": Usage(200, 60, 100, 200, 300, 100)}


def _nodes(inputs: Inputs) -> float:
    (first, *_), size = inputs["instanceTypes"], inputs["scalingConfig"]["desiredSize"]
    share = p.SPOT_SHARE if inputs.get("capacityType") == "SPOT" else 1
    return float(p.INSTANCES[first] * share * size * HOURS)


def _database(inputs: Inputs) -> float:
    zones = 2 if inputs.get("multiAz") else 1
    hourly, storage = p.DATABASES[inputs["instanceClass"]], p.DATABASE_GIB_MONTH * inputs["allocatedStorage"]
    return float(zones * (hourly * HOURS + storage))


def _cache(inputs: Inputs) -> float:
    return float(p.CACHES[inputs["nodeType"]] * inputs["numCacheClusters"] * HOURS)


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
        lambda i: p.INSTANCES[i["instanceType"]] * HOURS + 8 * p.DISK_GIB_MONTH,
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


def estimate(stack: str, resources: Sequence[tuple[str, Inputs]]) -> dict[str, float]:
    """Give USD a month by what they are for, the dearest first; `resources` are types with their inputs."""
    costs: defaultdict[str, float] = defaultdict(float)
    zones = len({inputs["availabilityZone"] for token, inputs in resources if token == ZONES})
    for token, inputs in resources:
        if token in PRICED:
            name, price = PRICED[token]
            known = {**inputs, "subnetIds": [None] * zones} if "vpcEndpointType" in inputs else inputs
            costs[name] += price(known)
    # templates and groups come in the same order: each group is named as its template
    disks = sum(
        inputs["blockDeviceMappings"][0]["ebs"]["volumeSize"] * _size_of(resources, index)
        for index, inputs in enumerate(
            each for token, each in resources if token == "aws:ec2/launchTemplate:LaunchTemplate"
        )
    )
    costs["disks"] = p.DISK_GIB_MONTH * (disks + CLAIMED_GIB[stack])
    usage = USAGE[stack]
    costs["use"] = (
        usage.nat * p.NAT_GB
        + usage.logs * p.LOG_GB
        + usage.cdn * p.CDN_GB
        + usage.objects * p.OBJECT_GB
        + usage.backups * p.BACKUP_GB
        + usage.cloudwatch_series * p.CLOUDWATCH_SERIES_MONTH
    )
    return dict(sorted(costs.items(), key=lambda item: -item[1]))


def _size_of(resources: Sequence[tuple[str, Inputs]], index: int) -> int:
    groups = [inputs for token, inputs in resources if token == "aws:eks/nodeGroup:NodeGroup"]
    return int(groups[index]["scalingConfig"]["desiredSize"])


def plan(stack: str, folder: Path = ROOT) -> list[tuple[str, Inputs]]:
    """Give the types and inputs of what a stack's plan creates, by the order of their URNs."""
    command = [sys.executable, "-m", "sandbox", "preview", "--kubernetes", "schema", "--json"]
    done = subprocess.run(
        [*command, "--stack", stack, "--cwd", str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    states = [step["newState"] for step in json.loads(done.stdout)["steps"] if "newState" in step]
    return [(state["type"], state.get("inputs", {})) for state in sorted(states, key=lambda state: str(state["urn"]))]


def page(estimates: Mapping[str, Mapping[str, float]]) -> str:
    """Write the page."""
    parts = [
        "# What a stack costs",
        "",
        f"Written by `python -m tools.costs --write`; do not edit. USD a month in {p.REGION}, on demand, by prices of",
        f"{p.AS_OF} (`tools/prices.py`), 730 hours, without tax. Groups of nodes count at their desired size,",
        "Karpenter's nodes not at all.",
        "",
    ]
    for stack, costs in estimates.items():
        usage = USAGE[stack]
        parts += [f"## {stack}: {sum(costs.values()):.0f} USD", "", "| for | USD |", "|---|---|"]
        parts += [f"| {name} | {cost:.0f} |" for name, cost in costs.items()]
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
    parser.add_argument("--stack", choices=sorted(USAGE), default="dev")
    parser.add_argument("--write", action="store_true", help="write docs/costs.md for all stacks instead")
    given = parser.parse_args()
    if given.write:
        PAGE.write_text(page({stack: estimate(stack, plan(stack)) for stack in USAGE}), encoding="utf-8")
        return 0
    costs = estimate(given.stack, plan(given.stack))
    for name, cost in {**costs, "a month": sum(costs.values())}.items():
        print(f"{cost:8.0f} USD  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
