"""Stops at night what a stack then pays for nothing, and starts it again: `python -m tools.park --stack dev`.

    python -m tools.park --stack dev --dry-run    # what would stop, and what that saves
    python -m tools.park --stack dev
    python -m tools.park --stack dev --back

Node groups go to no node, machines and databases stop, and alarms tell nobody meanwhile. What Karpenter bought goes
once its controller is gone; it buys anew. NAT gateways, balancers, caches and the control plane cannot be stopped:
they are named with what they cost. It changes nothing that the program or the state say, so that `up` and park do not
undo each other: sizes are those of the state when it is back, and the program leaves the number of nodes alone. The
pipeline calls it back before it deploys, and does not look for drift while it is parked. RDS starts by itself what was
stopped for seven days (RDS user guide, USER_StopInstance). Production is never parked.

It ends with 0, with 1 where something could not be stopped or started, and with 2 where it did not begin. With
--is-parked it says so, and ends with 0 where it is and 1 where not.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from sandbox.workspace import SandboxError

from . import prices
from .checks import Ask, NoAnswer, NotThere, Run, aws, run_program
from .costs import PRICED, environment_of
from .stack_file import StackFileError, at_folder

GROUP, DATABASE, MACHINE = "aws:eks/nodeGroup:NodeGroup", "aws:rds/instance:Instance", "aws:ec2/instance:Instance"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
# nights of twelve hours, and weekends: of the 168 hours of a week
NIGHTS_AND_WEEKENDS = (5 * 12 + 2 * 24) / 168
_WAIT_SECONDS, _LONGEST_SECONDS = 15, 20 * 60
# DisableAlarmActions takes so many names at once (CloudWatch API reference)
_ALARMS_AT_ONCE = 100
Resource = Mapping[str, Any]


class ParkError(Exception):
    """It cannot be parked or called back; the text says why."""


@dataclass(frozen=True)
class Part:
    """Something that can be stopped. `now` is AWS's word for how it is."""

    name: str
    what: str
    now: str
    parked: bool
    usd_hour: float
    """What is saved while it stands still; 0 where it has no price here."""
    resource: Resource


class Parking:
    """A stack's parts, and AWS, which is asked about them and told to stop or start them."""

    def __init__(self, stack: str, resources: Sequence[Resource], region: str, ask: Ask) -> None:
        self.stack, self.resources, self._region, self._ask = stack, resources, region, ask

    def parts(self) -> list[Part]:
        """Return what can be stopped, and how it is. Raises NoAnswer."""
        looks: Mapping[str, Callable[[Resource], Part]] = {
            GROUP: self._group,
            DATABASE: self._database,
            MACHINE: self._machine,
        }
        found = list[Part]()
        for each in self.resources:
            if each["type"] in looks:
                with suppress(NotThere):  # what somebody deleted is the next `up`'s
                    found.append(looks[each["type"]](each))
        return found

    def kept(self) -> dict[str, float]:
        """Return what goes on costing, USD a month by what it is for: what stands by the hour and cannot stop."""
        costs: dict[str, float] = {}
        for each in self.resources:
            if each["type"] in PRICED and each["type"] not in (GROUP, DATABASE, MACHINE):
                name, _ = PRICED[each["type"]]
                costs[name] = costs.get(name, 0) + _month(each)
        return dict(sorted(costs.items(), key=lambda item: -item[1]))

    def park(self, parts: Sequence[Part], wait: Callable[[float], None]) -> Iterator[str]:
        """Stop what runs, those first that use the others; yield what was done. Raises NoAnswer, ParkError."""
        self._alarms("disable_alarm_actions")
        yield "alarms tell nobody"
        groups = [each for each in parts if each.resource["type"] == GROUP]
        for each in groups:
            self._scale(each.resource, 0, 0)
            yield f"{each.name}: no nodes"
        if groups:
            clusters = {str(each.resource["inputs"]["clusterName"]) for each in groups}
            for cluster in sorted(clusters):
                # its controller must be gone, or it buys others
                _until(partial(self._empty, cluster), "nodes did not go", wait)
                if bought := self._nodes(cluster, "karpenter.sh/nodepool"):
                    self._aws("ec2", "terminate_instances", InstanceIds=bought)
                    yield f"{cluster}: {len(bought)} nodes that Karpenter bought are gone"
        for each in parts:
            if each.resource["type"] == MACHINE and not each.parked:
                self._aws("ec2", "stop_instances", InstanceIds=[each.resource["id"]])
                yield f"{each.name}: stops"
            if each.resource["type"] == DATABASE and not each.parked:
                self._aws("rds", "stop_db_instance", DBInstanceIdentifier=_identifier(each.resource))
                yield f"{each.name}: stops"

    def back(self, parts: Sequence[Part], wait: Callable[[float], None]) -> Iterator[str]:
        """Start what stands still, those first that the others use; yield what was done. Raises NoAnswer, ParkError."""
        for each in parts:
            if each.resource["type"] == DATABASE and each.parked:
                self._stopped(each, self._database, wait)
                self._aws("rds", "start_db_instance", DBInstanceIdentifier=_identifier(each.resource))
                yield f"{each.name}: starts"
            if each.resource["type"] == MACHINE and each.parked:
                self._stopped(each, self._machine, wait)
                self._aws("ec2", "start_instances", InstanceIds=[each.resource["id"]])
                yield f"{each.name}: starts"
        for each in parts:
            if each.resource["type"] == DATABASE:
                _until(partial(self._is, each, self._database, "available"), f"{each.name} is not available", wait)
        for each in parts:
            if each.resource["type"] == GROUP and each.parked:
                sizes = each.resource["inputs"]["scalingConfig"]
                self._scale(each.resource, int(sizes["minSize"]), int(sizes["desiredSize"]))
                yield f"{each.name}: {int(sizes['desiredSize'])} nodes"
                _until(partial(self._is, each, self._group, "ACTIVE"), f"{each.name} is not active", wait)
        self._alarms("enable_alarm_actions")
        yield "alarms tell again"

    def _stopped(self, part: Part, look: Callable[[Resource], Part], wait: Callable[[float], None]) -> None:
        """Wait until it stands still: what is still stopping cannot be started."""
        _until(partial(self._is, part, look, "stopped"), f"{part.name} did not stop", wait)

    @staticmethod
    def _is(part: Part, look: Callable[[Resource], Part], now: str) -> bool:
        return look(part.resource).now == now

    def _empty(self, cluster: str) -> bool:
        return not self._nodes(cluster, "eks:nodegroup-name")

    def _group(self, resource: Resource) -> Part:
        inputs = resource["inputs"]
        found = self._aws(
            "eks", "describe_nodegroup", clusterName=inputs["clusterName"], nodegroupName=_group_name(resource)
        )
        sizes, status = found["nodegroup"]["scalingConfig"], str(found["nodegroup"]["status"])
        parked = int(sizes["desiredSize"]) == 0 and int(inputs["scalingConfig"]["desiredSize"]) > 0
        return self._part(resource, f"{sizes['desiredSize']} nodes", status, parked, _month(resource))

    def _database(self, resource: Resource) -> Part:
        found = self._aws("rds", "describe_db_instances", DBInstanceIdentifier=_identifier(resource))
        status = str(found["DBInstances"][0]["DBInstanceStatus"])
        # what it has stored is paid on
        stored = _month({**resource, "inputs": {**resource["inputs"], "allocatedStorage": 0}})
        return self._part(resource, "database", status, status in ("stopping", "stopped"), stored)

    def _machine(self, resource: Resource) -> Part:
        found = self._aws("ec2", "describe_instances", InstanceIds=[resource["id"]])
        status = str(found["Reservations"][0]["Instances"][0]["State"]["Name"])
        return self._part(resource, "machine", status, status in ("stopping", "stopped"), _month(resource))

    def _part(self, resource: Resource, what: str, now: str, parked: bool, month: float) -> Part:
        return Part(_name(resource), what, now, parked, month / prices.HOURS_PER_MONTH, resource)

    def _scale(self, resource: Resource, least: int, desired: int) -> None:
        sizes = {
            "minSize": least,
            "desiredSize": desired,
            "maxSize": int(resource["inputs"]["scalingConfig"]["maxSize"]),
        }
        group = {"clusterName": resource["inputs"]["clusterName"], "nodegroupName": _group_name(resource)}
        self._aws("eks", "update_nodegroup_config", **group, scalingConfig=sizes)

    def _nodes(self, cluster: str, tag: str) -> list[str]:
        filters = [
            {"Name": "tag-key", "Values": [tag]},
            {
                "Name": "tag:eks:cluster-name" if tag.startswith("eks:") else "tag:eks:eks-cluster-name",
                "Values": [cluster],
            },
            {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "shutting-down"]},
        ]
        found = self._aws("ec2", "describe_instances", Filters=filters)
        return [str(one["InstanceId"]) for each in found["Reservations"] for one in each["Instances"]]

    def _alarms(self, operation: str) -> None:
        names = [str(each["outputs"]["name"]) for each in self.resources if each["type"] == ALARM]
        for start in range(0, len(names), _ALARMS_AT_ONCE):
            self._aws("cloudwatch", operation, AlarmNames=names[start : start + _ALARMS_AT_ONCE])

    def _aws(self, service: str, operation: str, **parameters: Any) -> Mapping[str, Any]:
        return self._ask(service, operation, region=self._region, **parameters)


def _until(holds: Callable[[], bool], otherwise: str, wait: Callable[[float], None]) -> None:
    for _ in range(_LONGEST_SECONDS // _WAIT_SECONDS):
        if holds():
            return
        wait(_WAIT_SECONDS)
    raise ParkError(f"{otherwise} within {_LONGEST_SECONDS // 60} minutes: look at it, and run this again")


def _month(resource: Resource) -> float:
    try:
        return float(PRICED[resource["type"]][1](resource["inputs"]))
    except prices.NoPriceError:
        return 0.0


def _name(resource: Resource) -> str:
    return str(resource["urn"]).rpartition("::")[2]


def _identifier(resource: Resource) -> str:
    return str(resource["outputs"]["identifier"])


def _group_name(resource: Resource) -> str:
    return str(resource["outputs"]["nodeGroupName"])


def table(parts: Sequence[Part]) -> str:
    """Return how each part is, and what it costs by the hour."""
    return "".join(
        f"{each.name:<28} {each.what:<10} {each.now:<12} {each.usd_hour:.3f} USD an hour\n" for each in parts
    )


def saves(parts: Sequence[Part], kept: Mapping[str, float]) -> str:
    """Return what parking saves, and what goes on costing."""
    hour = sum(each.usd_hour for each in parts)
    month = hour * prices.HOURS_PER_MONTH * NIGHTS_AND_WEEKENDS
    rest = ", ".join(f"{name} {usd:.0f}" for name, usd in kept.items() if round(usd))
    return (
        f"parked it costs {hour:.2f} USD an hour less: {month:.0f} USD a month, for nights and weekends\n"
        f"what cannot be stopped costs on, USD a month: {rest}\n"
    )


def main(
    folder: Path,
    arguments: Sequence[str] | None = None,
    *,
    ask: Ask | None = None,
    run: Run = run_program,
    wait: Callable[[float], None] = time.sleep,
) -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.park", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--stack", required=True, help="name of the stack")
    parser.add_argument("--cwd", type=Path, help="the program's folder (default: here)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--back", action="store_true", help="start again what was stopped")
    how.add_argument("--dry-run", action="store_true", help="say what would stop, and what that saves")
    how.add_argument("--is-parked", action="store_true", help="say whether it is parked")
    given = parser.parse_args(arguments)
    try:
        folder = at_folder(given.cwd) if given.cwd else folder
        if environment_of(given.stack, folder) == "prod":
            if given.is_parked or given.back:  # it never is
                return int(given.is_parked)
            raise ParkError("it is a stack of production, which is never parked")
        file = yaml.safe_load((folder / f"Pulumi.{given.stack}.yaml").read_text(encoding="utf-8"))
        state = json.loads(run("pulumi", "stack", "export", "--stack", given.stack))["deployment"] or {}
        parking = Parking(given.stack, state.get("resources") or [], file["config"]["aws:region"], ask or aws())
        parts = parking.parts()
    except (NoAnswer, ParkError, SandboxError, StackFileError) as reason:
        sys.stderr.write(f"{given.stack}: {reason}\n")
        return 2
    parked = any(each.parked for each in parts)
    if given.is_parked:
        sys.stdout.write(f"{given.stack} is {'' if parked else 'not '}parked\n")
        return int(not parked)
    if given.back and not parked:
        sys.stdout.write(f"{given.stack} is not parked\n")
        return 0
    sys.stdout.write(table(parts))
    if not given.back:
        sys.stdout.write(saves(parts, parking.kept()))
    if given.dry_run:
        return 0
    try:
        for done in (parking.back if given.back else parking.park)(parts, wait):
            sys.stdout.write(f"{done}\n")
            sys.stdout.flush()
    except (NoAnswer, ParkError) as reason:
        sys.stderr.write(f"{given.stack}: {reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path.cwd()))
